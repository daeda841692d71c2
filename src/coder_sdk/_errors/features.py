"""Tells "this server does not have it" from "there is no such object".

The package of the operations brings a generated table `resources/_operations.py`:

    RELEASE = "2.36"
    OPERATIONS: dict[str, tuple[str, str | None, str | None, str | None, str | None]] = {
        # operation: (since, until, licensed feature, experiment, replacement)
        "GET /api/v2/tasks": ("2.29", None, None, None, None),
        "GET /api/v2/groups": ("2.16", None, "template_rbac", None, None),
        "GET /api/v2/old": ("2.0", "2.31", None, None, "GET /api/v2/new"),
    }
    REPEATABLE: dict[str, bool] = {"PUT /api/v2/users/{user}/password": False}

`since` is the first release that has the operation (`"2.0"`: or an earlier one), `until` the last
(`None`: it still exists), `replacement` the operation that took its place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from coder_sdk._versions import release

if TYPE_CHECKING:
    from collections.abc import Collection

    from coder_sdk._decode import ResponseTypes
    from coder_sdk._errors.status import APIStatusError
    from coder_sdk._response import Answer

_NO_ROUTE: Final = "route not found"
# In place of a feature: what the build with licensed features has, and needs no licence.
_BUILD: Final = "enterprise-build"
_LICENCE: Final = re.compile(
    r"^(?P<feature>.+?) (?:is|are) (?:an? )?(?:Premium|Enterprise) feature|"
    r"^(?P<off>.+) is not enabled\.$|"
    r"^(?P<disabled>SCIM) is disabled",
    re.IGNORECASE,
)
# What no release and no licence decides, and no waiting changes.
_SWITCHED_OFF: Final = re.compile(r"^(?P<feature>.+?) must be enabled\b", re.IGNORECASE)
_EXPERIMENT: Final = re.compile(
    r"requires enabling the '(?P<name>[\w-]+)' experiment|(?P<develop>.+) is under development",
    re.IGNORECASE,
)


class Unavailable(NamedTuple):
    """Why a server does not have what was asked for."""

    hint: str
    feature: str | None = None
    since: str | None = None
    until: str | None = None
    replacement: str | None = None

    def apply(self, error: APIStatusError) -> None:
        """Copy onto the error."""
        for name in self._fields:
            setattr(error, name, getattr(self, name))


class Operation(NamedTuple):
    """A row of the table."""

    since: str = "2.0"
    until: str | None = None
    feature: str | None = None
    experiment: str | None = None
    replacement: str | None = None


def unavailable(answer: Answer, message: str, types: ResponseTypes | None) -> Unavailable | None:
    """Find out whether the server lacks the operation; `None` if it has it, or that is unclear."""
    status = answer.status
    if status == 403:  # noqa: PLR2004 - forbidden
        return _refused(message)
    if status == 404 and _LICENCE.search(message):  # noqa: PLR2004 - SCIM says it with a 404
        return _refused(message)
    if status == 503:  # noqa: PLR2004 - a server without what this needs, not one that is away
        return _switched_off(message)
    no_route = status == 404 and message.lower().startswith(_NO_ROUTE)  # noqa: PLR2004
    no_verb = status == 405 and not answer.body.strip()  # noqa: PLR2004 - method not allowed
    page = status in {200, 404} and answer.media_type == "text/html"
    if not (no_route or no_verb or page):
        return None
    row = find(answer.operation, types)
    if row is None:
        return None
    return _by_release(row, answer) or _by_build(row, answer)


def _refused(message: str) -> Unavailable | None:
    experiment = _EXPERIMENT.search(message)
    if experiment is not None:
        name = experiment["name"] or experiment["develop"]
        hint = f"The experiment `{name}` is off: the server has to be started with it."
        return Unavailable(hint, feature=name)
    licence = _LICENCE.search(message)
    if licence is None:
        return None
    name = licence["feature"] or licence["off"] or licence["disabled"]
    return Unavailable(
        "The licence of this deployment does not include the feature, or it is switched off: "
        "see `coder.entitlements()`.",
        feature=name,
    )


def _switched_off(message: str) -> Unavailable | None:
    found = _SWITCHED_OFF.search(message)
    if found is None:
        return None
    text = "It is switched off on this server: an administrator has to enable it in its settings."
    return Unavailable(text, feature=found["feature"])


def _by_release(row: Operation, answer: Answer) -> Unavailable | None:
    server = release(answer.server_version)
    since, until = release(row.since), release(row.until)
    if server is None:
        return None
    shown = f"{server[0]}.{server[1]}"
    if since is not None and server < since:
        return Unavailable(
            f"Added in Coder {row.since}; this server is {shown}.",
            feature=row.feature,
            since=row.since,
            until=row.until,
            replacement=row.replacement,
        )
    if until is not None and server > until:
        instead = f" Use `{row.replacement}` instead." if row.replacement else ""
        single = row.since == row.until
        span = f"Coder {row.since} has" if single else f"Coder {row.since} to {row.until} have"
        return Unavailable(
            f"Only {span} it; this server is {shown}.{instead}",
            feature=row.feature,
            since=row.since,
            until=row.until,
            replacement=row.replacement,
        )
    return None


def _by_build(row: Operation, answer: Answer) -> Unavailable | None:
    if row.feature == _BUILD:
        text = "Only the build with licensed features has it, which this server does not run."
    elif row.feature is not None:
        text = (
            f"It belongs to the licensed feature `{row.feature}`, which this server does not have: "
            "it runs the build without licensed features."
        )
    elif row.experiment is not None:
        text = f"It needs the experiment `{row.experiment}`, which is off on this server."
    elif answer.status == 404 and answer.media_type != "text/html":  # noqa: PLR2004 - no route
        since = "" if answer.server_version else f" It was added in Coder {row.since}."
        text = f"This server has no such route.{since}"
    else:
        return None
    return Unavailable(
        text,
        feature=row.feature or row.experiment,
        since=row.since,
        until=row.until,
        replacement=row.replacement,
    )


def find(operation: str, types: ResponseTypes | None) -> Operation | None:
    """The row of an operation, also of a path that a caller wrote out."""
    table = {} if types is None else types.operations
    known = described(operation, table)
    return None if known is None else Operation(*table[known])


def described(operation: str, table: Collection[str]) -> str | None:
    """The key of a table of operations that an operation has, also with its path written out."""
    if operation in table:
        return operation
    method, _, path = operation.partition(" ")
    path = path.partition("?")[0]
    for known in table:
        verb, _, template = known.partition(" ")
        if verb == method and _pattern(template).fullmatch(path):
            return known
    return None


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]*\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))
