"""Pages of the examples: what each script does, and its source, found and read without a network.

They are made of `examples/`: its README, the docstrings of the scripts, and the comments that the
jobs of CI begin with. Links of other pages to those files lead to these pages.
"""

from __future__ import annotations

import ast
import posixpath
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOURCE = "https://github.com/coder-sdk/coder-sdk/{}/main/examples"
OVERVIEW = "examples/index.md"
# Who searches for a word wants a guide or a method first; the lines of the source need the room.
FRONT = "---\nsearch:\n  boost: 0.5\nhide: [toc]\n---"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages to the navigation, behind the guides of the workflows."""
    workflows = next(part["Workflows"] for part in config.nav or [] if "Workflows" in part)
    pages: list[dict[str, str]] = [{"Overview": OVERVIEW}]
    pages += [{Path(name).name: page_of(name)} for name in shown()]
    workflows += [{"Example scripts": pages}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the site."""
    files.append(File.generated(config, OVERVIEW, content=overview()))
    for name in shown():
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        files.append(File.generated(config, page_of(name), content=rendered(name, text)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Lead from a link to a file of the examples to its page."""
    return with_pages(markdown, page.file.src_path)


def shown() -> list[str]:
    """The files that the README names, in its order."""
    return re.findall(r"\]\(([\w/-]+\.(?:py|yml))\)", _readme())


def page_of(name: str) -> str:
    """The page of a file."""
    return f"examples/{Path(name).stem.replace('_', '-')}.md"


def overview() -> str:
    """The README, whose links lead to the pages."""
    pages = {name: posixpath.basename(page_of(name)) for name in shown()}
    return re.sub(r"(?<=\]\()[\w/-]+\.(?:py|yml)(?=\))", lambda link: pages[link[0]], _readme())


def with_pages(markdown: str, page: str) -> str:
    """A text whose links to files of the examples lead to their pages."""
    folder = posixpath.dirname(page)
    for name in shown():
        path = posixpath.relpath(page_of(name), folder or ".")
        markdown = markdown.replace(f"]({SOURCE.format('blob')}/{name})", f"]({path})")
    path = posixpath.relpath(OVERVIEW, folder or ".")
    return markdown.replace(f"]({SOURCE.format('tree')})", f"]({path})")


def rendered(name: str, source: str) -> str:
    """What a file says of itself, and the file."""
    python = name.endswith(".py")
    told = _docstring(source) if python else _comment(source)
    parts = [FRONT, f"# {Path(name).name}", told, "## Source"]
    parts += [
        f'````{"python" if python else "yaml"} title="examples/{name}"\n{source.rstrip()}\n````'
    ]
    return "\n\n".join(parts) + "\n"


def _readme() -> str:
    return (EXAMPLES / "README.md").read_text(encoding="utf-8")


def _docstring(source: str) -> str:
    """The docstring of a script; the commands at its end are a block."""
    text, _, usage = (ast.get_docstring(ast.parse(source)) or "").partition("\nUsage:\n")
    commands = re.sub(r"(?m)^(?=\S)", "$ ", textwrap.dedent(usage).strip())
    return f"{text}\n```console\n{commands}\n```" if commands else text


def _comment(source: str) -> str:
    lines = source.splitlines()
    end = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    return "\n".join(line.lstrip("# ") for line in lines[:end])
