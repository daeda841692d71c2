"""Typed filters become the server's quoted search text, or a local error."""

from __future__ import annotations

import pickle
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._filters import FilterQuery, Grammar, Key, query
from coder_sdk._request import OMIT, Ref

ID = UUID("10f2b3d5-9eae-4c5e-9b67-54f6f2021291")
GRAMMAR = Grammar(
    "workspaces",
    {
        "owner": Key("owner", "user"),
        "template": Key("template", "template"),
        "organization": Key("organization", "organization"),
        "name": Key("name"),
        "status": Key("status", "enum", values=("running", "stopped", "failed")),
        "status_many": Key("status", "enum", values=("active", "dormant"), many=True),
        "has_agent": Key("has-agent", "enum", values=("connected",)),
        "outdated": Key("outdated", "bool"),
        "github_com_user_id": Key("github_com_user_id", "int"),
        "ids": Key("ids", "uuid", many=True),
        "last_used_after": Key("last_used_after", "time"),
        "date_from": Key("date_from", "date", field="time"),
        "date_to": Key("date_to", "date", field="time", until=True),
        "param": Key("param", "param", many=True),
    },
    default="name",
)


class Status(str, Enum):
    RUNNING = "running"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"owner": "me"}, 'owner:"me"'),
        ({"owner": "me", "status": "running"}, 'owner:"me" status:"running"'),
        ({"status": Status.RUNNING}, 'status:"running"'),
        ({"has_agent": "connected"}, 'has-agent:"connected"'),
        ({"name": "a b:c"}, 'name:"a b:c"'),
        ({"outdated": True}, 'outdated:"true"'),
        ({"outdated": False}, 'outdated:"false"'),
        ({"github_com_user_id": 7}, 'github_com_user_id:"7"'),
        ({"status_many": ["active", "dormant"]}, 'status:"active" status:"dormant"'),
        ({"status_many": ("active",)}, 'status:"active"'),
        ({"status": ["running"]}, 'status:"running"'),
        ({"ids": ID}, f'ids:"{ID}"'),
        ({"ids": [str(ID), SimpleNamespace(id=ID)]}, f'ids:"{ID}" ids:"{ID}"'),
        ({"owner": SimpleNamespace(id=ID, username="ada")}, 'owner:"ada"'),
        ({"template": SimpleNamespace(id=ID, name="docker")}, 'template:"docker"'),
        ({"organization": SimpleNamespace(id=ID, name="coder")}, f'organization:"{ID}"'),
        ({"organization": ID}, f'organization:"{ID}"'),
        ({"param": {"cpu": 4, "gpu": True, "region": None}},
         'param:"cpu=4" param:"gpu=true" param:"region"'),
        ({"param": "cpu=4"}, 'param:"cpu=4"'),
        ({"last_used_after": datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))},
         'last_used_after:"2026-07-01T10:00:00Z"'),
        ({"date_from": date(2026, 7, 1)}, 'date_from:"2026-07-01"'),
    ],
)  # fmt: skip
def test_a_filter_is_written_quoted(values: dict[str, object], text: str) -> None:
    assert query(GRAMMAR, values) == text


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"ownr": "me"}, r"Unknown filter `ownr` of workspaces; did you mean `owner`\?"),
        ({"zzz": "me"}, r"Unknown filter `zzz`.*known are `date_from`"),
        ({"status": "runing"}, r"Filter `status` has no value 'runing'; did you mean `running`\?"),
        ({"name": 'a"b'}, "Filter `name` cannot search"),
        ({"name": "a\nb"}, "Filter `name` cannot search"),
        ({"owner": 'a"b'}, "Filter `owner` cannot search"),
        ({"name": ""}, "Filter `name` is empty"),
        ({"owner": "  "}, "Filter `owner` is empty"),
        ({"name": True}, "Filter `name` must be a text, not bool"),
        ({"name": None}, "Filter `name` must be a text, not NoneType"),
        ({"outdated": "yes"}, "Filter `outdated` must be True or False"),
        ({"github_com_user_id": True}, "Filter `github_com_user_id` must be a whole number"),
        ({"ids": "dev"}, "Filter `ids` must be a UUID"),
        ({"param": ["a,b"]}, "the server would split it at the comma"),
        ({"status": ["running", "stopped"]}, "Filter `status` takes one value, not 2"),
        ({"last_used_after": datetime(2026, 7, 1)}, "Filter `last_used_after` has no time zone"),  # noqa: DTZ001
        ({"date_from": datetime(2026, 7, 1)}, "Filter `date_from` has no time zone"),  # noqa: DTZ001
        ({"last_used_after": "2026"}, "Filter `last_used_after` must be a datetime"),
        ({"date_from": "2026-07-01"}, "Filter `date_from` must be a date"),
        ({"owner": 7}, "Filter `owner` must be a user"),
    ],
)
def test_what_cannot_be_right_is_refused(values: dict[str, object], match: str) -> None:
    with pytest.raises(RequestValidationError, match=match):
        query(GRAMMAR, values)


def test_a_refusal_names_the_parameter_and_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="status") as caught:
        query(GRAMMAR, {"status": "nope"})
    assert isinstance(caught.value, RequestValidationError)
    assert caught.value.parameter == "status"


def test_nothing_given_is_omitted() -> None:
    assert query(GRAMMAR, {"owner": OMIT, "status": [], "ids": ()}) is OMIT


def test_free_text_follows_the_filters() -> None:
    assert query(GRAMMAR, {"owner": "me"}, " dev  ") == 'owner:"me" dev'


def test_free_text_alone_is_passed_as_it_is() -> None:
    assert query(GRAMMAR, {}, 'name:"x" y') == 'name:"x" y'


@pytest.mark.parametrize(
    ("values", "lookup"),
    [
        ({"owner": ID}, ("user", str(ID))),
        ({"owner": "ada@example.com"}, ("user", "ada@example.com")),
        ({"template": ID}, ("template", str(ID))),
        ({"organization": "default"}, ("organization", "default")),
    ],
)
def test_a_name_that_the_search_does_not_know_is_looked_up(
    values: dict[str, object], lookup: tuple[str, str]
) -> None:
    text = query(GRAMMAR, values)
    assert isinstance(text, FilterQuery)
    assert [(ref.kind, ref.value) for _, ref in text.lookups] == [lookup]

    (key,) = values
    resolved = text.resolved(lambda name, ref: f"{name}-{ref.kind}")
    assert resolved == f'{key}:"{key}-{lookup[0]}"'
    assert resolved.lookups == ()


def test_an_instant_is_narrowed_where_the_server_compares_days() -> None:
    start = datetime(2026, 7, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    end = datetime(2026, 7, 3, 12, tzinfo=timezone.utc)
    text = query(GRAMMAR, {"date_from": start, "date_to": end})

    assert text == 'date_from:"2026-06-30" date_to:"2026-07-03"'
    assert isinstance(text, FilterQuery)
    items = [SimpleNamespace(time=start + timedelta(hours=n)) for n in (-1, 0, 1, 61, 62)]
    kept = [item for item in items if all(rule.keeps(item) for rule in text.narrowings)]
    assert kept == items[1:4]


def test_a_plain_day_is_not_narrowed() -> None:
    text = query(GRAMMAR, {"date_from": date(2026, 7, 1)})
    assert isinstance(text, FilterQuery)
    assert text.narrowings == ()


def test_a_filter_text_pickles() -> None:
    text = query(GRAMMAR, {"owner": ID, "date_from": date(2026, 7, 1)})
    copy = pickle.loads(pickle.dumps(text))  # noqa: S301 - our own bytes
    assert copy == text
    assert [(key, ref.kind) for key, ref in copy.lookups] == [("owner", "user")]
    assert isinstance(copy.lookups[0][1], Ref)


def split_like_the_server(text: str) -> list[tuple[str, str]]:
    """Elements divided by unquoted spaces, key and value by the one unquoted colon."""
    elements: list[str] = [""]
    quoted = False
    for character in text:
        if character == '"':
            quoted = not quoted
        elif character == " " and not quoted:
            elements.append("")
            continue
        elements[-1] += "\0" if character == ":" and not quoted else character
    pairs = [element.replace('"', "").split("\0") for element in elements if element]
    return [(key, value) for key, value in pairs]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=3))
def test_whatever_is_accepted_reaches_the_server_unchanged(values: list[str]) -> None:
    grammar = Grammar("things", {f"k{n}": Key(f"k{n}") for n in range(3)})
    given_values = {f"k{n}": value for n, value in enumerate(values)}
    try:
        text = query(grammar, given_values)
    except RequestValidationError:
        refused = ('"', *map(chr, range(32)), "\x7f")
        assert any(not v.strip() or any(c in v for c in refused) for v in values)
    else:
        assert split_like_the_server(str(text)) == list(given_values.items())
