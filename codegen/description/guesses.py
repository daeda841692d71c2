"""Everything that is guessed about the API, each guess with its evidence.

A guess holds where nothing better is known: what the patches and the facts say wins.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from codegen.description.openapi import Json, is_list, referred

# --- Formats ------------------------------------------------------------------------------

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# The sampler that fills the examples writes exactly these for a format. In v2.36.0 they
# recover all 381 formats of string properties that the schema tables leave out, and no other.
_SAMPLES = {
    "2019-08-24T14:15:22Z": "date-time",
    "2019-08-24": "date",
    "user@example.com": "email",
    "http://example.com": "uri",
}


def format_of_example(value: object) -> str | None:
    """Guess the format of a string from its value in an example."""
    if not isinstance(value, str):
        return None
    if _UUID.fullmatch(value):
        return "uuid"
    return _SAMPLES.get(value)


def schema_of_value(value: object) -> Json:
    """Guess a schema from a value in an example, for types that no table spells out."""
    if isinstance(value, str):
        found = format_of_example(value)
        return {"type": "string", "format": found} if found else {"type": "string"}
    if is_list(value):
        return {"type": "array", "items": schema_of_value(value[0]) if value else {}}
    kind = _KINDS_OF_VALUES.get(type(value))
    return {} if kind is None else {"type": kind}


_KINDS_OF_VALUES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    dict: "object",
}


# --- Bodies -------------------------------------------------------------------------------

JSON_MEDIA = "application/json"
FORM_MEDIA = "application/x-www-form-urlencoded"


def is_json(media: str) -> bool:
    """Whether bodies of this media type are JSON: `application/scim+json` is, too."""
    return media == JSON_MEDIA or media.endswith("+json")


def body_media(content_types: Collection[str], fields: Collection[str]) -> tuple[str, ...]:
    """Guess the media types of a body.

    The sample call names them. Where it does not, a body with fields of its own is a form:
    the documentation's one such operation is the OAuth2 token exchange, whose standard says so.
    """
    if content_types:
        return tuple(content_types)
    return (FORM_MEDIA,) if fields else (JSON_MEDIA,)


def raw_schema(media: str) -> Json:
    """Return the schema of a body that is no JSON: text is a string, the rest is bytes."""
    if media.startswith("text/"):
        return {"type": "string"}
    return {"type": "string", "format": "binary"}


def is_raw(media: str) -> bool:
    """Whether a body of this media type is passed as it is."""
    return not is_json(media) and media not in {FORM_MEDIA, "multipart/form-data"}


# The pages lose how a list is written in a query. A v2.36.0 server splits at commas and accepts
# repetition, too; its own description says comma for each of the five such parameters.
ARRAY_IN_QUERY = {"style": "form", "explode": False}

# A parameter that is said to be in a path which lacks it: a description with it would be invalid,
# so it moves to the query, where it can do no harm. v2.36.0 has two, which the server ignores.
NOT_IN_PATH = {"in": "query", "required": False}

# --- Paths --------------------------------------------------------------------------------

# Before v2.34 the pages print paths without the prefix. Only these roots live outside of it,
# see the routes of a v2.36.0 server.
_OUTSIDE = ("/oauth2/", "/scim/", "/.well-known/", "/api/")


def full_path(path: str) -> str:
    """Return the path as it is on the wire."""
    if path.startswith(_OUTSIDE):
        return path
    return "/api/v2" + path


# --- Presence -----------------------------------------------------------------------------

# A field of which neither the facts nor a patch tell anything: Go leaves keys out (`omitempty`)
# and writes null (pointers, empty lists), and the pages show neither. Whoever receives it has
# to be ready for both.
UNKNOWN_PRESENCE = {"x-optional": True, "x-nullable": True}

# --- Fields -------------------------------------------------------------------------------

# A field whose name tells of a use, a visit, a check, an expiry or a deadline holds year 1 or
# the epoch for "never": seen on `last_used`, `last_seen_at`, `collected_at`, `checked_at`,
# `refreshed_at` and `expires` of v2.36.0 and v2.24.0 servers.
_NEVER = re.compile(
    r"(?:^|_)(?:last_\w+|(?:collected|checked|refreshed|used|seen|visited|synced|validated)_at"
    r"|expir(?:es|ed|y|ation)(?:_\w+)?|(?:max_|min_)?deadline|delet(?:ing|es)_at|dormant_at|stale_at"
    r"|most_recently_seen|period_end|heartbeat_at)$"
)

_UNITS = {"_ms": "ms", "_seconds": "s", "_secs": "s", "_micros": "micros", "_hours": "h"}


def may_be_never(name: str, schema: Json, *, may_lack: bool) -> bool:
    """Guess whether an instant may mean never.

    Beside the names: Go sends an instant that is declared as optional even where it is not
    set, then as year 1 (its `omitempty` has no effect on structs).
    """
    return schema.get("format") == "date-time" and (may_lack or _NEVER.search(name) is not None)


def may_be_zero_uuid(schema: Json, *, may_lack: bool) -> bool:
    """Tell whether the zero UUID means none: `omitempty` has no effect on a UUID, either."""
    return schema.get("format") == "uuid" and may_lack


def unit_of(name: str, schema: Json) -> str | None:
    """Tell the unit of a number from the end of its name."""
    if schema.get("type") not in {"integer", "number"}:
        return None
    return next((unit for end, unit in _UNITS.items() if name.lower().endswith(end)), None)


# --- Paging -------------------------------------------------------------------------------

_STYLES = {"offset": "offset", "after_id": "after_id", "before_id": "before_id"}


def paging_of(operation: Json, components: dict[str, Json]) -> Json | None:
    """Guess how a list is paged from its parameters and the shape of its answer.

    `limit` with `offset` or a cursor is a paged list; the items are the one array of the
    answer, or the answer itself.
    """
    names = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"}
    styles = [style for name, style in _STYLES.items() if name in names]
    if "limit" not in names or not styles:
        return None
    schema = _json_answer(operation)
    if schema is None:
        return None
    if schema.get("type") == "array":
        return _paging(styles, None, None)
    properties: dict[str, Json] = components.get(referred(schema) or "", {}).get("properties", {})
    arrays = [name for name, value in properties.items() if value.get("type") == "array"]
    if len(arrays) != 1:
        return None
    return _paging(styles, arrays[0], "count" if "count" in properties else None)


def _paging(styles: Iterable[str], items: str | None, total: str | None) -> Json:
    return {"styles": list(styles), "items": items, "total": total}


def _json_answer(operation: Json) -> Json | None:
    content: dict[str, Any] = operation["responses"].get("200", {}).get("content", {})
    media: Json | None = content.get(JSON_MEDIA)
    return None if media is None else media["schema"]


# --- Parameters of paths -------------------------------------------------------------------

# What a path parameter identifies: an object that callers have at hand as a model. Names of
# things (`groupName`, `templatename`) are left out, as they are no identity.
_KINDS = {
    "chat": "chat",
    "fileID": "file",
    "file": "file",
    "group": "group",
    "jobID": "job",
    "job": "job",
    "organization": "organization",
    "task": "task",
    "template": "template",
    "templateversion": "template_version",
    "user": "user",
    "workspace": "workspace",
    "workspaceagent": "agent",
    "workspacebuild": "build",
    "workspaceproxy": "workspace_proxy",
}


def kind_of(path: str, parameter: Json) -> str | None:
    """Tell what kind of object a path parameter identifies."""
    if parameter["in"] != "path" or f"{{{parameter['name']}}}" not in path:
        return None
    return _KINDS.get(parameter["name"])


def stability_of(path: str) -> str:
    """Tell the stability from the path: the server mounts what may change in a root of its own."""
    return "experimental" if path.startswith("/api/experimental/") else "stable"


# --- Streams ------------------------------------------------------------------------------


def stream_of(operation: Json) -> Json | None:
    """Guess a stream: an answer of type `text/event-stream`, or a 101 that changes protocol."""
    for response in operation["responses"].values():
        content: dict[str, Json] = response.get("content", {})
        if "text/event-stream" in content:
            return {"kind": "sse", "frame": content["text/event-stream"]["schema"]}
    if "101" in operation["responses"]:
        return {"kind": "websocket", "frame": {}}
    return None
