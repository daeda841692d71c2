"""The site holds every page."""

from __future__ import annotations

import re

from coder_sdk import Client, __version__
from coder_sdk._versions import NEWEST, OLDEST
from tests.docs.pages import DOCS, ROOT, blocks, pages, python_blocks

# `coder.example.com` and the like are addresses.
DOMAIN = {"com", "example", "test"}


def test_every_page_is_in_the_navigation_once():
    configuration = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = re.findall(r": (\S+\.md)$", configuration, flags=re.MULTILINE)
    assert sorted(named) == sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


def test_every_page_on_workflows_has_both_colours():
    configuration = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    section = configuration.partition("- Workflows:")[2].partition("- Coming from:")[0]
    found = re.findall(r": (\S+\.md)$", section, flags=re.MULTILINE)
    assert len(found) > 10
    for page in found:
        blocks_of = [block.text for block in python_blocks(f"docs/{page}")]
        assert any("await " in text or "async for" in text for text in blocks_of), page
        assert any("await " not in text and "coder." in text for text in blocks_of), page


def test_every_block_has_a_language_or_is_a_diagram():
    for page in pages():
        for block in blocks(page):
            assert block.language in {"python", "console", "text", "toml", "yaml"} or (
                not block.language and ("──" in block.text)
            ), str(block)


def test_the_page_on_support_names_the_pythons_and_servers_of_the_package():
    page = (DOCS / "support.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pythons = re.findall(r"Python :: (3\.\d+)", project)
    assert f"| {pythons[0]} to {pythons[-1]} |" in page
    minor = "{0[0]}.{0[1]}".format
    assert f"Coder {minor(OLDEST)} to {minor(NEWEST)} " in page
    assert f"| {'.'.join(__version__.split('.')[:2])} |" in page


def test_methods_that_the_prose_names_exist():
    client = Client("http://127.0.0.1:1", token="made-up")
    missing: list[str] = []
    for page in pages():
        text = (ROOT / page).read_text(encoding="utf-8")
        for code in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text):
            for noun, method in re.findall(r"(?<![\w/.])coder\.(\w+)(?:\.(\w+))?\b(?!\.)", code):
                if noun not in DOMAIN and not (
                    hasattr(client, noun) and (not method or hasattr(getattr(client, noun), method))
                ):
                    missing.append(f"{page}: {code}")
    client.close()
    assert not missing, "\n".join(missing)
