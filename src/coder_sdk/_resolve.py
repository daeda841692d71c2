"""Which request finds the object that a name stands for, and which of its answers is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from coder_sdk._errors.base import AmbiguousError, RequestValidationError
from coder_sdk._errors.status import NotFoundError
from coder_sdk._json import as_list, as_object
from coder_sdk._kinds import FORMS, noun_of
from coder_sdk._request import Request
from coder_sdk._suggestions import suggestion, templates_like

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._suggestions import Listing

SECONDS_KEPT: Final = 30.0
"""How long a name is trusted: the next object of that name has another identifier."""

OF_AN_OWNER: Final = frozenset({"agent", "build", "workspace"})
"""Kinds of objects whose names begin with their owner's."""

_PAGE: Final = 100


class Lookup(NamedTuple):
    """One request, and how its answer names the identifier.

    Attributes:
        request: What is asked.
        pick: Takes the identifier out of the answer.
        like: Where names are that are like one which the answer does not have.
        rest: The request for the next page, after an answer and the number of pages so far; `None`
            if what is meant cannot be on a later one.
    """

    request: Request[Any]
    pick: Callable[[Any], str]
    like: Listing | None = None
    rest: Callable[[Any, int], Request[Any] | None] | None = None


def lookup(kind: str, value: str) -> Lookup:
    """The request that finds what a name stands for.

    Raises:
        RequestValidationError: The text is no name of that kind.
    """
    parts = value.split("/")
    find = _FINDERS.get((kind, len(parts)))
    if find is None or not all(parts):
        raise RequestValidationError(
            f"{value!r} is no {noun_of(kind)}: it has to be {FORMS[kind]}.",
            parameter=kind.removesuffix("_id"),
        )
    return find(parts)


def _get(path: str, query: dict[str, Any] | None = None, **values: str) -> Request[Any]:
    return Request("GET", path, path=values, query=query)


def _id(answer: Any) -> str:
    return str(answer["id"])


def _email(parts: list[str]) -> Lookup:
    address = parts[0]
    query = {"q": address, "limit": _PAGE}

    def held(answer: Any) -> list[dict[str, Any]]:
        users = [as_object(user) for user in as_list(answer.get("users"))]
        return [user for user in users if str(user.get("email", "")).lower() == address.lower()]

    def pick(answer: Any) -> str:
        return _only("user", address, held(answer), lambda user: str(user["username"]))

    def rest(answer: Any, pages: int) -> Request[Any] | None:
        # The search also finds every address that this one is a part of.
        if held(answer) or len(as_list(answer.get("users"))) < _PAGE:
            return None
        return _get("/api/v2/users", {**query, "offset": pages * _PAGE})

    return Lookup(_get("/api/v2/users", query), pick, rest=rest)


def _user(parts: list[str]) -> Lookup:
    if "@" in parts[0]:
        return _email(parts)
    return Lookup(_get("/api/v2/users/{user}", user=parts[0]), _id)


def _organization(parts: list[str]) -> Lookup:
    path = "/api/v2/organizations/{organization}"
    return Lookup(_get(path, organization=parts[0]), _id)


def _workspace(parts: list[str]) -> Lookup:
    owner, name = parts if len(parts) > 1 else ["me", *parts]
    path = "/api/v2/users/{user}/workspace/{workspacename}"
    return Lookup(_get(path, user=owner, workspacename=name), _id)


def _template(parts: list[str]) -> Lookup:
    if len(parts) > 1:
        path = "/api/v2/organizations/{organization}/templates/{templatename}"
        return Lookup(_get(path, organization=parts[0], templatename=parts[1]), _id)
    name = parts[0]
    if '"' in name:
        raise RequestValidationError(f"{name!r} is no name of a template.", parameter="template")

    def pick(answer: Any) -> str:
        # An older server ignores the filter and sends every template.
        templates = [as_object(item) for item in as_list(answer)]
        found = [t for t in templates if str(t.get("name", "")).lower() == name.lower()]
        return _only("template", name, found, _in_organization)

    like = templates_like(name)
    return Lookup(_get("/api/v2/templates", {"q": f'exact_name:"{name}"'}), pick, like)


def _template_version(parts: list[str]) -> Lookup:
    organization, template, version = parts
    path = (
        "/api/v2/organizations/{organization}/templates/{templatename}"
        "/versions/{templateversionname}"
    )
    request = _get(
        path, organization=organization, templatename=template, templateversionname=version
    )
    return Lookup(request, _id)


def _group(parts: list[str]) -> Lookup:
    if len(parts) > 1:
        path = "/api/v2/organizations/{organization}/groups/{groupName}"
        return Lookup(_get(path, organization=parts[0], groupName=parts[1]), _id)
    name = parts[0]

    def pick(answer: Any) -> str:
        groups = [as_object(item) for item in as_list(answer)]
        found = [group for group in groups if group.get("name") == name]
        hint = suggestion("group", name, (str(group.get("name")) for group in groups))
        return _only("group", name, found, _in_organization, hint)

    return Lookup(_get("/api/v2/groups"), pick)


def _build(parts: list[str]) -> Lookup:
    owner, name, number = parts if len(parts) > 2 else ["me", *parts]  # noqa: PLR2004
    path = "/api/v2/users/{user}/workspace/{workspacename}/builds/{buildnumber}"
    return Lookup(_get(path, user=owner, workspacename=name, buildnumber=number), _id)


def _agent(parts: list[str]) -> Lookup:
    workspace, _, agent = parts[-1].partition(".")

    def pick(answer: Any) -> str:
        resources = as_list(as_object(answer.get("latest_build")).get("resources"))
        agents = [
            as_object(item)
            for resource in resources
            for item in as_list(as_object(resource).get("agents"))
        ]
        found = [item for item in agents if not agent or item.get("name") == agent]
        # A dev container brings an agent of its own, below that of the workspace.
        if len(found) > 1 and not agent:
            found = [item for item in found if not item.get("parent_id")] or found
        hint = suggestion("agent", agent, (str(item.get("name")) for item in agents))
        if not agents:
            status = as_object(answer.get("latest_build")).get("status")
            hint = (
                f"The workspace is {status}; it has agents while it runs. `provision` brings it up."
            )
        return _only(
            "agent", "/".join(parts), found, lambda item: f"{workspace}.{item['name']}", hint
        )

    return Lookup(_workspace([*parts[:-1], workspace]).request, pick)


def _in_organization(item: Any) -> str:
    return f"{item.get('organization_name') or item.get('organization_id')}/{item['name']}"


def _only(
    kind: str,
    value: str,
    found: list[dict[str, Any]],
    describe: Callable[[Any], str],
    hint: str | None = None,
) -> str:
    """The one object that fits."""
    if len(found) == 1:
        return _id(found[0])
    if not found:
        raise NotFoundError(
            f"There is no {kind} {value!r}, or this token may not see it.", status=404, hint=hint
        )
    candidates = tuple(sorted(describe(item) for item in found))
    raise AmbiguousError(
        f"{value!r} fits {len(found)} objects: {', '.join(candidates)}.",
        candidates=candidates,
        hint="Use one of these, or the UUID.",
    )


_FINDERS: Final[dict[tuple[str, int], Callable[[list[str]], Lookup]]] = {
    ("agent", 1): _agent,
    ("agent", 2): _agent,
    ("build", 2): _build,
    ("build", 3): _build,
    ("group", 1): _group,
    ("group", 2): _group,
    ("organization_id", 1): _organization,
    ("template", 1): _template,
    ("template", 2): _template,
    ("template_version", 3): _template_version,
    ("user", 1): _email,
    ("user_id", 1): _user,
    ("workspace", 1): _workspace,
    ("workspace", 2): _workspace,
}
