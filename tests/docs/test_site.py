"""The site holds every page."""

from __future__ import annotations

import re

from tests.docs.pages import DOCS, ROOT, blocks, pages


def test_every_page_is_in_the_navigation_once():
    configuration = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = re.findall(r": (\S+\.md)$", configuration, flags=re.MULTILINE)
    assert sorted(named) == sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


def test_every_block_has_a_language_or_is_a_diagram():
    for page in pages():
        for block in blocks(page):
            assert block.language in {"python", "console", "text", "toml", "yaml"} or (
                not block.language and ("──" in block.text)
            ), str(block)
