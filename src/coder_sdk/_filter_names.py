"""Objects that filters name: which requests find them, and what is near if there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import NotFoundError
from coder_sdk._filters import near
from coder_sdk._json import as_list, as_object
from coder_sdk._request import Request

if TYPE_CHECKING:
    from coder_sdk._request import Ref


class Noun(NamedTuple):
    """How objects of a kind are found.

    Attributes:
        one: Path of one object; its parameter has the name of the kind.
        written: Field whose value the search takes.
        all: Path of all of them.
        items: Key of the list in the answer; empty for a bare array.
        name: Field that people know an object by.
    """

    one: str
    written: str
    all: str
    items: str
    name: str


NOUNS: Final = {
    "user": Noun("/api/v2/users/{user}", "username", "/api/v2/users", "users", "username"),
    "template": Noun("/api/v2/templates/{template}", "name", "/api/v2/templates", "", "name"),
    "organization": Noun(
        "/api/v2/organizations/{organization}", "id", "/api/v2/organizations", "", "name"
    ),
    "workspace": Noun(
        "/api/v2/workspaces/{workspace}", "name", "/api/v2/workspaces", "workspaces", "name"
    ),
}


def noun_of(ref: Ref) -> Noun:
    """How the object of a reference is found.

    Raises:
        RequestValidationError: The search cannot be told of such an object.
    """
    noun = NOUNS.get(ref.kind)
    if noun is None:
        raise RequestValidationError(f"The search does not know {ref.value!r}", parameter=ref.kind)
    return noun


def one(kind: str, noun: Noun, identifier: str) -> Request[Any]:
    """The request for one object."""
    return Request("GET", noun.one, path={kind: identifier})


def some(noun: Noun) -> Request[Any]:
    """The request for the objects among which a near name is looked for."""
    return Request("GET", noun.all, query={"limit": 100} if noun.items else None)


def names(noun: Noun, answer: Any) -> list[str]:
    """The names in an answer to `some`."""
    items = as_list(as_object(answer).get(noun.items)) if noun.items else as_list(answer)
    return [str(as_object(item).get(noun.name)) for item in items]


def missing(kind: str, value: str, known: list[str]) -> NotFoundError:
    """The error for a name that nothing has."""
    hint = near(value, known).removeprefix("; ") if known else None
    return NotFoundError(
        f"There is no {kind} {value!r}, or this token may not see it.",
        status=404,
        hint=hint and hint[0].upper() + hint[1:],
    )
