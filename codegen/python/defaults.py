"""Names by rule, for operations that nobody has named yet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Protocol

_PREFIX = re.compile(r"^/(api/(v\d+|experimental)|\.well-known|scim/v\d+)(?=/|$)")
_CONTAINERS = {"organizations", "users"}
# Glued words of Coder's paths, longest first.
_WORDS = (
    "provisioner", "workspace", "template", "version", "resource", "appearance", "authenticated",
    "notification", "connection", "parameters", "parameter", "instance", "identity", "external",
    "license", "experiment", "deployment", "favorite", "autostart", "autoupdates", "listening",
    "daemons", "daemon", "proxies", "proxy", "agents", "agent", "builds", "build", "quota",
    "check", "update", "tokens", "token", "config", "keys", "key", "jobs", "job", "git", "ssh",
    "auth", "log",
)  # fmt: skip
_VERBS = {
    "activate", "archive", "cancel", "compose", "convert", "evaluate", "expire", "extend",
    "import", "interrupt", "invalidate", "login", "logout", "pause", "recreate", "refresh",
    "regenerate", "register", "report", "resume", "revoke", "send", "serve", "suspend", "test",
    "unarchive", "validate",
}  # fmt: skip
_ITEM = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
_PART = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}


class Named(Protocol):
    """A name in the name file."""

    @property
    def resource(self) -> str | None:
        """The resource; `None` for the client itself."""
        ...

    @property
    def method(self) -> str:
        """The method."""
        ...


def default_name(
    method: str, path: str, places: Mapping[str, Named]
) -> Iterator[tuple[str | None, str]]:
    """Propose names for an operation, the best first, without end.

    Args:
        method: The verb.
        path: The full path.
        places: The names that exist, by operation; an operation below one of them joins it.

    Yields:
        Resource and method.
    """
    segments = _segments(path)
    resource, shared = _neighbour(path, places)
    noun = resource or _noun(segments)
    base = _method(method, segments, noun, shared)
    yield noun, base
    parameters = [segment[1:-1] for segment in segments if segment.startswith("{")]
    for parameter in reversed(parameters):
        yield noun, f"{base}_by_{_snake(parameter)}"
    if len(segments) > 1:
        yield noun, "_".join([base, "in", _snake(segments[0].strip("{}"))])
    number = 2
    while True:
        yield noun, f"{base}_{number}"
        number += 1


def _segments(path: str) -> list[str]:
    return [segment for segment in _PREFIX.sub("", path).split("/") if segment]


def _neighbour(path: str, places: Mapping[str, Named]) -> tuple[str | None, int]:
    """The resource of most operations with which the path shares most, and how much that is."""
    mine = _shape(path)
    votes: dict[int, Counter[str]] = {}
    for operation, name in places.items():
        shared = _shared(mine, _shape(operation.partition(" ")[2]))
        if name.resource:
            votes.setdefault(shared, Counter())[name.resource] += 1
    size = max(votes, default=0)
    if not any(part != "{}" and part not in _CONTAINERS for part in mine[:size]):
        return None, 0
    return votes[size].most_common(1)[0][0], size


def _shape(path: str) -> list[str]:
    return ["{}" if part.startswith("{") else part for part in _segments(path)]


def _shared(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _noun(segments: list[str]) -> str:
    """What the path is about: its first static segment that is no mere container."""
    static = [part for part in segments if not part.startswith("{")]
    if not static:
        return "general"
    nested = [part for part in static if part not in _CONTAINERS]
    return _snake(nested[0] if nested and len(segments) > 1 else static[0])


def _method(method: str, segments: list[str], resource: str, shared: int) -> str:
    """Name what is done: the verb of the item or list, or of the part that the path ends in."""
    tail: list[str] = []
    for place, segment in reversed(list(enumerate(segments))):
        if segment.startswith("{") or (place < shared and tail):
            break
        tail.insert(0, _snake(segment))
    words = [word for word in tail if word != resource]
    if not words:
        ends_in_item = bool(segments) and segments[-1].startswith("{")
        several = method == "GET" and not ends_in_item and resource.endswith("s")
        return "list" if several else _ITEM.get(method, method.lower())
    phrase = "_".join(words)
    spoken = phrase.partition("_")[0] in _VERBS or words[-1] in _VERBS
    if method == "GET" or (method == "POST" and spoken):
        return phrase if phrase.isidentifier() else f"get_{phrase}"
    return f"{_PART.get(method, method.lower())}_{phrase}"


def _snake(segment: str) -> str:
    """Split glued and hyphenated words: `workspaceagents`, `dry-run`, `jobID`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", segment.strip("{}")).lower()
    parts = [part for word in re.split(r"\W+|_", spaced) if word for part in _unglue(word)]
    return "_".join(parts) or "root"


def _unglue(word: str) -> list[str]:
    for known in _WORDS:
        if word.startswith(known) and len(word) > len(known) + 1:
            return [known, *_unglue(word[len(known) :])]
    return [word]
