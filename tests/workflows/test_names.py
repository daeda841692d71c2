"""Names that the server takes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_sdk import RequestValidationError
from coder_sdk.workflows.names import check_name, is_valid_name, make_name


@given(st.text(max_size=200))
def test_any_text_becomes_a_valid_name(text: str) -> None:
    name = make_name(text)
    assert is_valid_name(name)
    assert make_name(text) == name
    assert len(name) <= 32


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_texts_do_not_share_a_name(one: str, other: str) -> None:
    assert (make_name(one) == make_name(other)) == (one == other)


@pytest.mark.parametrize("text", ["dev", "fix-login-2", "a" * 32])
def test_a_valid_name_stays(text: str) -> None:
    assert make_name(text) == text


def test_letters_with_accents_stay_readable() -> None:
    assert make_name("Crème brûlée").startswith("creme-brulee-")


def test_a_smaller_bound_is_kept() -> None:
    assert len(make_name("a very long title indeed", max_length=12)) <= 12
    with pytest.raises(RequestValidationError, match="8 is the least"):
        make_name("x", max_length=7)


@pytest.mark.parametrize("name", ["", "-a", "a-", "a--b", "a_b", "ä", "new", "Create", "a" * 33])
def test_what_the_server_refuses_is_refused_here(name: str) -> None:
    with pytest.raises(RequestValidationError, match="is no name for a workspace") as caught:
        check_name(name)
    assert is_valid_name(re.findall(r"'(.+?)'", caught.value.hint or "")[-1])


def test_versions_may_have_dots_and_more_letters() -> None:
    assert check_name("v1.2_rc-3", "template_version") == "v1.2_rc-3"
    assert is_valid_name("a" * 64, "template_version")
