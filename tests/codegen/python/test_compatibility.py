"""Which changes of the Python API break those who use it."""

from __future__ import annotations

import pytest

from codegen.python.compatibility import Change, compare, covers
from codegen.python.surface import Call, Model, Surface, Value

GET = "GET /things"


def call(
    *positional: str,
    kind: str = "endpoint",
    returns: str = "str",
    operation: str = GET,
    **arguments: Value,
) -> Surface:
    """A surface of the one method `things.get`."""
    method = Call(operation, kind, arguments, positional, (returns,))
    return Surface({"things.get": method}, {})


def model(*, sent: bool = False, received: bool = True, **fields: Value) -> Surface:
    return Surface({}, {"Thing": Model("model", sent, received, fields)})


def enum(**members: str) -> Surface:
    return Surface({}, {"Thing": Model("enum", members=members)})


def texts(old: Surface, new: Surface) -> list[tuple[str, bool]]:
    return [(change.text, change.breaking) for change in compare(old, new, {GET: GET})]


def test_the_same_surface_has_no_changes():
    same = call(name=Value("str"))
    assert compare(same, same, {GET: GET}) == []


def test_a_method_that_is_gone_breaks_and_the_reason_is_told():
    nothing = Surface({}, {})
    change = Change(
        "coder.things.get", f"is gone: the release does not have `{GET}` any more", breaking=True
    )
    assert compare(call(), nothing, {}) == [change]
    renamed = Surface({"things.one": call().methods["things.get"]}, {})
    gone, came = compare(call(), renamed, {GET: GET})
    assert (gone.text, gone.breaking) == (f"is gone: `{GET}` is `coder.things.one`", True)
    assert (came.subject, came.breaking) == ("coder.things.one", False)


def test_methods_of_new_operations_are_no_changes():
    assert compare(Surface({}, {}), call(), {}) == []


def test_a_method_that_calls_something_else_breaks():
    found = compare(call(), call(operation="GET /others"), {})
    assert found == [
        Change("coder.things.get", f"calls `GET /others` instead of `{GET}`", breaking=True)
    ]


def test_a_method_of_an_operation_that_moved_is_unchanged():
    assert compare(call(), call(operation="GET /moved"), {GET: "GET /moved"}) == []


@pytest.mark.parametrize(
    ("old", "new", "text", "breaking"),
    [
        (None, Value("str"), "new argument `x`: `str`", False),
        (None, Value("str", required=True), "new required argument `x`: `str`", True),
        (Value("str"), None, "argument `x` is gone", True),
        (Value("str"), Value("str", required=True), "argument `x` is required now", True),
        (Value("str", required=True), Value("str"), "argument `x` may be left out now", False),
        (Value("str"), Value("str | None"), "takes `str | None` instead of `str`", False),
        (Value("str | None"), Value("str"), "takes `str` instead of `str | None`", True),
    ],
)
def test_arguments(old: Value | None, new: Value | None, text: str, breaking: bool):  # noqa: FBT001 - a column
    one, other = ({} if value is None else {"x": value} for value in (old, new))
    found = texts(call(**one), call(**other))
    assert [text in said for said, _ in found] == [True]
    assert [broke for _, broke in found] == [breaking]


def test_another_order_of_positional_arguments_breaks():
    a, b = Value("str", required=True), Value("str", required=True)
    text = "takes its positional arguments in the order `b`, `a`"
    assert texts(call("a", "b", a=a, b=b), call("b", "a", b=b, a=a)) == [(text, True)]


@pytest.mark.parametrize(
    ("old", "new", "breaking"),
    [
        ("str", "str | None", True),
        ("str | None", "str", False),
        ("list[A]", "list[A | B]", True),
        ("list[A | B]", "list[A]", False),
        ("A", "B", True),
    ],
)
def test_what_is_returned_may_become_less(old: str, new: str, breaking: bool):  # noqa: FBT001 - a column
    text = f"returns `{new}` instead of `{old}`"
    assert texts(call(returns=old), call(returns=new)) == [(text, breaking)]


def test_another_kind_of_method_breaks():
    text = "was one request and is a list that is read page by page"
    assert texts(call(), call(kind="paged")) == [(text, True)]


def test_another_kind_of_model_breaks():
    assert texts(enum(), model()) == [("was an enum and is a model", True)]


def test_a_model_that_is_gone_breaks():
    assert texts(model(), Surface({}, {})) == [("is gone", True)]
    assert texts(Surface({}, {}), model()) == []


@pytest.mark.parametrize(
    ("old", "new", "received", "sent", "both"),
    [
        # What is read may become less, what is sent may become more.
        ("str", "str | None", True, False, True),
        ("str | None", "str", False, True, True),
        ("str", "int", True, True, True),
    ],
)
def test_types_of_fields(old: str, new: str, *, received: bool, sent: bool, both: bool):
    text = f"field `x` is `{new}` instead of `{old}`"
    directions = [(False, True, received), (True, False, sent), (True, True, both)]
    for is_sent, is_received, breaking in directions:
        one = model(sent=is_sent, received=is_received, x=Value(old))
        other = model(sent=is_sent, received=is_received, x=Value(new))
        assert texts(one, other) == [(text, breaking)]


def test_fields_come_and_go():
    assert texts(model(x=Value("str")), model()) == [("field `x` is gone", True)]
    # Whoever only reads a model need not give its fields.
    needed = Value("str", required=True)
    assert texts(model(), model(x=needed)) == [("field `x` is new: `str`", False)]
    text = "field `x` is new and required: `str`"
    assert texts(model(sent=True), model(sent=True, x=needed)) == [(text, True)]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (False, True, "field `x` is required now"),
        (True, False, "field `x` may be left out now"),
    ],
)
def test_requiredness_counts_where_a_model_is_sent(*, old: bool, new: bool, text: str):
    one, other = Value("str", required=old), Value("str", required=new)
    assert texts(model(x=one), model(x=other)) == []
    assert texts(model(sent=True, x=one), model(sent=True, x=other)) == [(text, new)]


def test_a_field_that_is_left_out_is_no_none_that_is_sent():
    optional, needed = Value("str | None"), Value("str", required=True)
    sent = model(sent=True, received=False, x=optional)
    assert texts(sent, model(sent=True, received=False, x=needed)) == [
        ("field `x` is required now", True)
    ]
    other = Value("int", required=True)
    assert texts(sent, model(sent=True, received=False, x=other)) == [
        ("field `x` is required now", True),
        ("field `x` is `int` instead of `str | None`", True),
    ]


def test_members_come_go_and_change_their_value():
    assert texts(enum(A="'a'"), enum(A="'b'", B="'b'")) == [
        ("member `A` is `'b'` instead of `'a'`", True),
        ("new member `B`: `'b'`", False),
    ]
    assert texts(enum(A="'a'"), enum()) == [("member `A` is gone", True)]


def test_another_meaning_of_an_alias_breaks():
    one, other = (Surface({}, {"T": Model("alias", value=text)}) for text in ("str", "int"))
    assert texts(one, other) == [("is `int` instead of `str`", True)]


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("str | None", "str"),
        ("None | str", "str | None"),
        ("Any", "A | None"),
        ("Literal['a', 'b']", "Literal['b']"),
        ("str", "Literal['a', 'b']"),
        ("A | str", "A | Literal['a']"),
        ("int", "Literal[1, 2]"),
        ("float", "int"),
        ("Sequence[A | B]", "Sequence[B]"),
        ("Mapping[str, Any]", "Mapping[str, int]"),
        ("UserRef | Omit", "str | Omit"),
        ("Sequence[UserRef]", "Sequence[UUID | str]"),
    ],
)
def test_a_type_covers_a_narrower_one(wide: str, narrow: str):
    assert covers(wide, narrow)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("str", "str | None"),
        ("Literal['a']", "str"),
        ("int", "Literal['1']"),
        ("int", "float"),
        ("Sequence[A]", "Mapping[str, A]"),
        ("list[A]", "list[A | B]"),
        ("A", "Any"),
        ("str", "UserRef"),
        ("UserRef", "WorkspaceRef"),
    ],
)
def test_a_type_does_not_cover_another(wide: str, narrow: str):
    assert not covers(wide, narrow)
