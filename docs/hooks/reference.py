"""Adds the pages of the reference to the site while it is built."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).parent))

import reference_pages as made

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

OPERATIONS = "reference/operations.md"
# Who searches for a word wants these first.
GUIDES = ("guides/", "quickstart.md", "support.md")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages to the navigation."""
    reference = next(part["Reference"] for part in config.nav or [] if "Reference" in part)
    reference += [{place.title: place.path} for place in made.groups()]
    reference += [{"Resources": [{place.title: place.path} for place in made.resources()]}]
    reference += [{"Models": [{place.title: place.path} for place in made.models()]}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the site."""
    for place in (*made.groups(), *made.resources(), *made.models()):
        files.append(File.generated(config, place.path, content=place.text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Lead from the names of errors and methods to their sections; let guides be found first."""
    if page.file.src_path.startswith(GUIDES):
        page.meta.setdefault("search", {"boost": 2})
    if page.file.src_path == OPERATIONS:
        page.meta["hide"] = ["toc"]  # its table needs the room
        return made.with_links(markdown)
    if page.file.src_path != "reference/errors.md":
        return markdown
    homes = made.public_homes()
    return re.sub(
        r"(?m)^### (\w+)$", lambda found: f"[](){{ #{homes[found[1]]} }}\n\n{found[0]}", markdown
    )


def on_page_content(html: str, page: Page, **_: Any) -> str:
    """Let the long paths of the table of operations break between their parts."""
    return made.with_breaks(html) if page.file.src_path == OPERATIONS else html
