"""Open enums: known values are members, others are values too."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from pydantic import TypeAdapter

from coder_sdk.models import WatchErrorCode, WorkspaceStatus
from coder_sdk.wire import OpenEnum

LATER = "hibernating"


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes


def test_known_value_is_the_member_itself():
    assert WorkspaceStatus("running") is WorkspaceStatus.RUNNING
    assert WorkspaceStatus.RUNNING.is_known


def test_enum_prints_and_formats_as_its_value():
    status = WorkspaceStatus.RUNNING
    assert (str(status), f"{status}", f"{status:>9}", f"{status!s}") == (
        "running",
        "running",
        "  running",
        "running",
    )
    assert f"{WorkspaceStatus(LATER)}" == LATER


def test_enum_equals_and_hashes_as_its_string():
    assert WorkspaceStatus.RUNNING == "running"
    assert {"running": 1}[WorkspaceStatus.RUNNING] == 1
    assert {LATER: 1}[WorkspaceStatus(LATER)] == 1
    assert WorkspaceStatus(LATER) != WorkspaceStatus.RUNNING


def test_unknown_value_says_so_and_is_kept():
    later = WorkspaceStatus(LATER)
    assert isinstance(later, WorkspaceStatus)
    assert not later.is_known
    assert later.value == later.name == LATER
    assert WorkspaceStatus(LATER) is later
    assert later not in list(WorkspaceStatus)
    assert repr(later) == "<WorkspaceStatus: 'hibernating'>"


def test_name_of_a_member_is_not_a_known_value():
    assert not WorkspaceStatus("RUNNING").is_known


def test_unknown_value_pickles_and_copies():
    later = WorkspaceStatus(LATER)
    assert pickled(later) is later
    assert copy.copy(later) is copy.deepcopy(later) is later
    assert pickled(WorkspaceStatus.RUNNING) is WorkspaceStatus.RUNNING


def test_kept_unknown_values_are_bounded():
    class Word(OpenEnum):
        KNOWN = "known"

    first = Word("0")
    for number in range(1_000):
        assert Word(str(number)) == str(number)
    assert Word("0") is first
    assert Word("999") is not Word("999")


def test_enums_keep_their_unknown_values_apart():
    class Word(OpenEnum):
        KNOWN = "known"

    assert type(Word(LATER)) is Word
    assert type(WorkspaceStatus(LATER)) is WorkspaceStatus


def test_value_of_another_type_is_refused():
    with pytest.raises(ValueError, match="3 is not a valid WorkspaceStatus"):
        WorkspaceStatus(3)
    with pytest.raises(ValueError, match="enum"):
        TypeAdapter(WorkspaceStatus).validate_json("3")


def test_json_of_an_enum_is_its_value():
    assert (
        json.dumps([WorkspaceStatus.RUNNING, WorkspaceStatus(LATER)]) == f'["running", "{LATER}"]'
    )
    assert TypeAdapter(WorkspaceStatus).dump_json(WorkspaceStatus(LATER)) == b'"hibernating"'


def test_integer_enum_is_open_as_well():
    later = WatchErrorCode(99)
    assert later == 99
    assert not later.is_known
    assert str(later) == f"{later}" == "99"
    assert pickled(later) is later
    assert WatchErrorCode(1).is_known


def test_json_schema_of_an_enum_allows_other_values():
    schema = TypeAdapter(WorkspaceStatus).json_schema()
    assert schema["type"] == "string"
    assert "enum" not in schema
    assert "running" in schema["examples"]
