"""The operations of a description, as plain values: no Python name or type is decided here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

Schema = Mapping[str, Any]
Document = Mapping[str, Any]

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_FIRST_ERROR = 400
_PLACEHOLDER = re.compile(r"{([^{}]+)}")


@frozen
class Parameter:
    """A parameter in the path, the query or a header."""

    name: str
    place: str
    schema: Schema
    required: bool
    exploded: bool
    extensions: Mapping[str, Any]

    @property
    def ignored(self) -> bool:
        """Whether the server takes no notice of it."""
        return bool(self.extensions.get("x-ignored"))


@frozen
class Content:
    """A body: its media type and schema, both `None` for an empty one."""

    media_type: str | None
    schema: Schema | None


@frozen
class Operation:
    """One verb on one path."""

    method: str
    path: str
    tag: str
    title: str
    url: str | None
    parameters: tuple[Parameter, ...]
    request: Content | None
    request_media: tuple[str, ...]
    request_required: bool
    responses: Mapping[str, Content]
    deprecated: bool
    authenticated: bool
    extensions: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Verb and path, as in `GET /api/v2/users`."""
        return f"{self.method} {self.path}"

    def placed(self, place: str) -> tuple[Parameter, ...]:
        """The parameters in one place; those of the path in its order."""
        found = [item for item in self.parameters if item.place == place]
        if place != "path":
            return tuple(found)
        by_name = {item.name: item for item in found}
        return tuple(
            by_name.get(name)
            or Parameter(
                name, "path", {"type": "string"}, required=True, exploded=False, extensions={}
            )
            for name in _PLACEHOLDER.findall(self.path)
        )

    @property
    def answers(self) -> dict[str, Content]:
        """The responses that are no errors."""
        return {
            status: body
            for status, body in self.responses.items()
            if status.isdecimal() and status < "400"
        }

    @property
    def errors(self) -> tuple[int, ...]:
        """The documented error statuses."""
        found = (int(status) for status in self.responses if status.isdecimal())
        return tuple(sorted(status for status in found if status >= _FIRST_ERROR))

    @property
    def stream(self) -> Mapping[str, Any] | None:
        """What is known about the stream that the operation opens."""
        return self.extensions.get("x-stream")

    @property
    def always_streams(self) -> bool:
        """Whether there is no plain answer beside the stream."""
        return self.stream is not None and not self.stream.get("only_with")

    @property
    def paging(self) -> Mapping[str, Any] | None:
        """How the list is paged."""
        return self.extensions.get("x-paging")


def operations(document: Document) -> tuple[Operation, ...]:
    """Read all operations, ordered by path and verb."""
    found = [_operation(method, path, raw) for method, path, raw in _raw_operations(document)]
    return tuple(sorted(found, key=lambda item: (item.path, _METHODS.index(item.method.lower()))))


def _raw_operations(document: Document) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document["paths"].items():
        for method, raw in item.items():
            if method in _METHODS:
                yield method, path, raw


def _operation(method: str, path: str, raw: Mapping[str, Any]) -> Operation:
    body = raw.get("requestBody")
    security = raw.get("security")
    return Operation(
        method=method.upper(),
        path=path,
        tag=(raw.get("tags") or ["General"])[0],
        title=raw.get("summary", ""),
        url=raw.get("externalDocs", {}).get("url"),
        parameters=tuple(_parameter(item) for item in raw.get("parameters", ())),
        request=_content(body) if body else None,
        request_media=tuple(body.get("content", ())) if body else (),
        request_required=bool(body and body.get("required")),
        responses={
            str(key): _content(value) for key, value in sorted(raw.get("responses", {}).items())
        },
        deprecated=bool(raw.get("deprecated")),
        authenticated=security is None or bool(security),
        extensions={key: value for key, value in raw.items() if key.startswith("x-")},
    )


def _parameter(raw: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=raw["name"],
        place=raw["in"],
        schema=raw.get("schema", {}),
        required=bool(raw.get("required")),
        exploded=raw.get("explode", True) and raw.get("schema", {}).get("type") == "array",
        extensions={key: value for key, value in raw.items() if key.startswith("x-")},
    )


def _content(raw: Mapping[str, Any]) -> Content:
    for media_type, body in raw.get("content", {}).items():
        return Content(media_type, body.get("schema"))
    return Content(None, None)
