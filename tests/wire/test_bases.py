"""Bases of the models: lenient and frozen for answers, strict for requests, or both."""

from __future__ import annotations

import json
import threading
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from coder_sdk.wire import (
    CaseInsensitiveModel,
    OpaqueModel,
    RequestModel,
    ResponseModel,
    SharedModel,
    WireList,
    absent_is,
    encode_request,
    problems,
    sent,
)


class Part(ResponseModel):
    name: str


class Answer(ResponseModel):
    id: int
    part: Part | None = None
    kind: Annotated[str, Field(alias="Kind")] = ""
    parts: WireList[Part] = absent_is(list)


class Order(RequestModel):
    name: str
    ttl: int | None = None
    kind: Annotated[str | None, Field(alias="Kind")] = None


class Setting(SharedModel):
    name: str = sent(str)
    weeks: int = sent(int)
    days: WireList[str] = sent(list)
    note: str | None = None


class Node(CaseInsensitiveModel):
    region: Annotated[int, Field(alias="RegionID")]
    name: Annotated[str, Field(alias="Name")] = ""


# ---- answers


def test_answer_keeps_unknown_keys_also_in_nested_ones():
    text = '{"id":1,"part":{"name":"a","later":true},"Kind":"k","new":[1]}'
    answer = Answer.model_validate_json(text)
    assert answer.model_extra == {"new": [1]}
    assert answer.model_dump_json(by_alias=True, exclude_unset=True) == text


def test_answer_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Answer(id=1).id = 2  # type: ignore[misc]  # that is what is tested


def test_constructor_of_an_answer_refuses_unknown_keywords():
    with pytest.raises(ValidationError) as caught:
        Answer(id=1, nmae="x")  # type: ignore[call-arg]  # that is what is tested
    assert [(found.location, found.type) for found in problems(caught.value)] == [
        (("nmae",), "extra_forbidden")
    ]


def test_decoding_does_not_call_the_constructor(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(Part, "__init__", refuse)
    assert Answer.model_validate_json('{"id":1,"part":{"name":"a"}}').id == 1
    assert not Part.__pydantic_custom_init__


def test_fields_are_taken_by_the_names_of_python_and_of_the_wire():
    assert (
        Answer(id=1, kind="k")
        == Answer(id=1, Kind="k")
        == Answer.model_validate({"id": 1, "Kind": "k"})
    )


def test_absent_lists_are_lists_of_their_own():
    first, second = Answer(id=1), Answer(id=2)
    first.parts.append(Part(name="a"))
    assert second.parts == []


# ---- requests


def test_request_refuses_unknown_names():
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Order(name="a", nmae="b")  # type: ignore[call-arg]  # that is what is tested
    with pytest.raises(ValidationError):
        Order(name="a").nmae = "b"  # type: ignore[attr-defined]  # likewise


def test_unset_is_left_out_and_none_is_null():
    assert Order(name="a").model_dump_json(exclude_unset=True) == '{"name":"a"}'
    assert (
        Order(name="a", ttl=None).model_dump_json(exclude_unset=True) == '{"name":"a","ttl":null}'
    )


def test_assigned_fields_of_a_request_are_checked_and_sent():
    order = Order(name="a")
    order.ttl = 5
    assert order.model_dump(exclude_unset=True) == {"name": "a", "ttl": 5}
    with pytest.raises(ValidationError):
        order.ttl = "soon"  # type: ignore[assignment]  # that is what is tested


# ---- both


def test_shared_model_sends_what_was_given():
    setting = Setting(weeks=2)
    assert setting.model_dump_json(exclude_unset=True) == '{"weeks":2}'
    assert (setting.name, setting.days, setting.note) == ("", [], None)


def test_shared_model_of_an_answer_must_be_complete():
    with pytest.raises(ValidationError) as caught:
        Setting.model_validate_json('{"weeks": 2}')
    assert [(found.location, found.type) for found in problems(caught.value)] == [
        (("name",), "missing"),
        (("days",), "missing"),
    ]
    complete = Setting.model_validate_json('{"name":"a","weeks":2,"days":null}')
    assert complete == Setting(name="a", weeks=2, days=[])


def test_building_a_shared_model_does_not_relax_other_threads():
    failures: list[str] = []

    def decode() -> None:
        try:
            Setting.model_validate_json("{}")
        except ValidationError:
            failures.append("refused")

    def zero() -> str:
        thread = threading.Thread(target=decode)
        thread.start()
        thread.join()
        return ""

    class Watched(SharedModel):
        name: str = sent(zero)

    assert Watched().name == ""
    assert failures == ["refused"]


def test_failed_constructor_leaves_decoding_strict():
    with pytest.raises(ValidationError):
        Setting(weeks="soon")
    with pytest.raises(ValidationError):
        Setting.model_validate_json("{}")


# ---- keys in any case, and no description at all


def test_keys_in_any_case_find_their_fields():
    node = Node.model_validate_json('{"regionid":3,"NAME":"a","Other":1}')
    assert (node.region, node.name, node.model_extra) == (3, "a", {"Other": 1})
    assert node.model_dump(by_alias=True) == {"RegionID": 3, "Name": "a", "Other": 1}


@pytest.mark.parametrize("value", [{"a": {"b": 1}}, ["x"], "active", 3, None])
def test_opaque_model_takes_any_json_and_gives_it_back(value: Any):
    class Thing(OpaqueModel):
        """Nothing is known of it."""

    thing = Thing.model_validate(value)
    assert thing.root == value
    assert thing.model_dump() == value


def test_keys_of_an_opaque_object_are_attributes():
    thing = OpaqueModel.model_validate({"name": "a"})
    assert thing.name == "a"
    with pytest.raises(AttributeError):
        _ = thing.nmae


# ---- bodies


class Change(RequestModel):
    name: str
    setting: Setting | None = None
    by_name: dict[str, Setting] | None = None
    settings: list[Setting] | None = None


def test_body_sends_only_what_was_given_also_in_shared_parts():
    value = {"name": "a", "setting": {"weeks": 2}, "settings": [{}, {"days": ["monday"]}]}
    assert json.loads(encode_request(Change, value)) == value
    assert encode_request(Setting, {"weeks": 2}) == b'{"weeks":2}'
    assert Change(name="a", setting={"weeks": 2}).setting == Setting(weeks=2)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"name": "a", "nmae": 1}, ("nmae",)),
        ({"name": "a", "setting": {"wekes": 1}}, ("setting", "wekes")),
        ({"name": "a", "by_name": {"k": {"wekes": 1}}}, ("by_name", "k", "wekes")),
        ({"name": "a", "settings": [{}, {"wekes": 1}]}, ("settings", 1, "wekes")),
    ],
)
def test_body_refuses_unknown_keys_at_every_depth(value: Any, place: tuple[Any, ...]):
    with pytest.raises(ValidationError) as caught:
        encode_request(Change, value)
    assert [(found.location, found.type) for found in problems(caught.value)] == [
        (place, "extra_forbidden")
    ]


def test_body_keeps_what_a_newer_server_sent():
    setting = Setting.model_validate_json('{"name":"a","weeks":2,"days":[],"newer":1}')
    assert json.loads(encode_request(Change, {"name": "a", "setting": setting})) == {
        "name": "a",
        "setting": {"name": "a", "weeks": 2, "days": [], "newer": 1},
    }


def test_body_may_be_a_list_of_models():
    assert encode_request(list[Order], [{"name": "a"}]) == b'[{"name":"a"}]'
