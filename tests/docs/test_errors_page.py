"""The page of errors has every error class, with the message that it really has."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

import coder_sdk
from coder_sdk import Client, CoderError
from coder_sdk.testing import FakeCoder
from tests.docs.deployment import deployed
from tests.docs.failures import FAILURES
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "reference" / "errors.md"
GUIDE = ROOT / "docs" / "guides" / "errors.md"
# Never raised themselves: they are there to be caught.
BASES = {"AgentError", "CallError", "CoderError", "JobError"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ERRORS = {
    name
    for name in coder_sdk.__all__
    if isinstance(found := getattr(coder_sdk, name), type) and issubclass(found, CoderError)
}
WARNINGS = {
    name
    for name in coder_sdk.__all__
    if isinstance(found := getattr(coder_sdk, name), type) and issubclass(found, Warning)
}


def sections() -> dict[str, str]:
    """The sections of the page that are named after a class."""
    parts = re.split(r"^### (\w+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def message_of(section: str) -> str:
    found = re.search(r"^```text\n(.*?)\n```$", section, flags=re.MULTILINE | re.DOTALL)
    assert found is not None, "the section has no message"
    return found[1]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCoder]:
    with deployed(monkeypatch) as made:
        yield made


def test_the_page_has_every_error_class_and_no_other():
    assert set(sections()) == ERRORS


def test_the_page_has_every_warning():
    text = PAGE.read_text(encoding="utf-8")
    assert {name for name in WARNINGS if f"`{name}`" in text} == WARNINGS


def test_the_guide_draws_the_tree_as_it_is():
    lines = re.findall(r"^([│├└─ ]*)(\w+Error)\b", GUIDE.read_text("utf-8"), flags=re.MULTILINE)
    above: dict[int, str] = {}
    drawn: dict[str, str] = {}
    for indent, name in lines:
        if name in ERRORS:
            depth = len(indent) // 4
            above[depth] = name
            drawn[name] = above.get(depth - 1, "")
    bases = {name: getattr(coder_sdk, name).__bases__[0].__name__ for name in ERRORS}
    assert drawn == {**bases, "CoderError": ""}


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_every_error_has_a_cause_and_a_remedy(name: str):
    section = sections()[name]
    assert "**Cause.** " in section
    assert name in BASES or "**Remedy.** " in section


@pytest.mark.parametrize("name", sorted(ERRORS - BASES))
def test_the_message_is_the_one_that_users_see(name: str, fake: FakeCoder):
    with Client() as coder, pytest.raises(CoderError) as caught:
        FAILURES[name](fake, coder)
    assert type(caught.value).__name__ == name
    folder = os.environ["CODER_CONFIG_DIR"]
    text = str(caught.value).replace(folder, "~/.config/coderv2")
    assert UUID.sub("<uuid>", text) == UUID.sub("<uuid>", message_of(sections()[name]))
