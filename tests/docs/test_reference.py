"""The pages that are made while the site is built hold every public name."""

from __future__ import annotations

import importlib
import re
import sys
from functools import cached_property
from types import ModuleType

import pytest

import coder_sdk
import coder_sdk.models
import coder_sdk.testing
import coder_sdk.wire
from coder_sdk.resources._client import ClientResources
from tests.docs.pages import DOCS


@pytest.fixture(scope="module")
def made() -> ModuleType:
    sys.path.insert(0, str(DOCS / "hooks"))
    try:
        return importlib.import_module("reference_pages")
    finally:
        sys.path.remove(str(DOCS / "hooks"))


def test_every_resource_has_a_page_that_names_its_own_class(made: ModuleType):
    pages = {place.title: place.text for place in made.resources()}
    nouns = {n for n, v in vars(ClientResources).items() if isinstance(v, cached_property)}
    assert set(pages) == nouns
    client = coder_sdk.Client(url="https://coder.example.com", token="made-up")
    for noun in nouns:
        cls = type(getattr(client, noun))
        assert f"::: {cls.__module__}.{cls.__qualname__}\n" in pages[noun]
    client.close()


def test_every_public_name_of_the_package_is_shown(made: ModuleType):
    text = "\n".join(place.text for place in made.groups())
    errors = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^## (\w+)$", text, flags=re.MULTILINE))
    shown |= set(re.findall(r"^### (\w+)$", text + errors, flags=re.MULTILINE))
    assert set(coder_sdk.__all__) - shown == {"__version__"}
    assert set(coder_sdk.testing.__all__) <= shown
    assert set(coder_sdk.wire.__all__) <= shown


def test_every_path_that_a_page_shows_exists(made: ModuleType):
    paths = [
        path
        for place in (*made.groups(), *made.resources())
        for path in re.findall(r"^::: (\S+)$", place.text, flags=re.MULTILINE)
    ]
    assert len(paths) > len(coder_sdk.testing.__all__)
    for path in paths:
        module, _, name = path.rpartition(".")
        assert hasattr(importlib.import_module(module), name), path


def test_every_model_has_a_table_or_says_what_it_is(made: ModuleType):
    text = "\n".join(place.text for place in made.models())
    for name in coder_sdk.models.__all__:
        assert re.search(
            rf"^## {name} \{{ #coder_sdk\.models\.\w+\.{name} \}}$", text, re.MULTILINE
        )
    assert "| `workspace_name` | <code>str</code> |" in text


def test_methods_in_the_table_of_operations_lead_to_their_sections(made: ModuleType):
    text = made.with_links((DOCS / "reference" / "operations.md").read_text(encoding="utf-8"))
    links = re.findall(r"\[`coder\.\w+\.(\w+)`\]\[([\w.]+)\]", text)
    assert len(links) > 380
    for method, path in links:
        place, _, name = path.rpartition(".")
        module, _, owner = place.rpartition(".")
        assert name == method
        assert hasattr(getattr(importlib.import_module(module), owner), name), path


def test_code_in_the_table_of_operations_breaks_between_its_parts(made: ModuleType):
    cell = "<td><code>GET /api/v2/users/{user}</code></td>"
    assert made.with_breaks(cell) == (
        "<td><code>GET /api/<wbr>v2/<wbr>users/<wbr>{user}</code></td>"
    )
