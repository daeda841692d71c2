"""From an operation to a method: its arguments, what it returns, and how the request is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from codegen.python.annotations import GO_UNITS, UNITS, Annotations, literal
from codegen.python.methods import REF_TYPES, Argument, Method, filter_spec, is_json
from codegen.python.names import Name, NameFile
from codegen.python.operations import Content, Operation, Parameter, Schema
from codegen.python.schemas import kind as kind_of
from codegen.python.types import may_be_uuid

# Wire name of what identifies an object -> kind of reference. `user` and `organization` stand for
# names that only paths take, so in bodies and queries they are plain objects with an identifier.
_PATH_KINDS = {
    "user": "user", "organization": "organization", "group": "group", "template": "template",
    "templateversion": "template_version", "workspace": "workspace", "workspacebuild": "build",
    "workspaceagent": "agent", "chat": "chat", "task": "task",
}  # fmt: skip
_FIELD_KINDS = {
    "template_id": "template", "template_version_id": "template_version",
    "workspace_id": "workspace", "agent_id": "agent", "group_id": "group",
    "organization_id": "organization_id", "user_id": "user_id", "owner_id": "user_id",
}  # fmt: skip
# Fields and parameters that hold several of them.
_LIST_KINDS = {
    "organization_ids": "organization_id", "template_ids": "template", "user_ids": "user_id",
    "group_ids": "group", "add_users": "user_id", "remove_users": "user_id",
}  # fmt: skip
# Fields that are mappings whose keys identify something.
_KEY_KINDS = {
    "user_perms": "user_id", "user_roles": "user_id",
    "group_perms": "group", "group_roles": "group",
}  # fmt: skip
# Parameters whose presence counts, whatever their value.
_FLAGS = {"follow", "no_compression"}
# Parameters that only a stream takes notice of, where there is a plain answer too.
_ONLY_STREAMED = {"no_compression"}
_PAGE_KEYS = {"limit", "offset"}


@frozen
class Builder:
    """Makes the methods of one description."""

    annotations: Annotations
    names: NameFile
    filters: Mapping[str, Any] = field(factory=dict[str, Any])

    def methods(self, operation: Operation, name: Name, *, list_type: str) -> list[Method]:
        """The plain method, and those for a stream and for text where the operation has them."""
        stream = operation.stream
        if self._always_streams(operation):
            return [self._stream(operation, name, list_type)]
        plain = self._plain(operation, name, list_type)
        if stream:
            kept = [item for item in plain.arguments if item.wire not in _ONLY_STREAMED]
            plain = evolve(plain, arguments=tuple(kept))
        found = [plain]
        if stream:
            streamed = evolve(name, method=f"stream_{name.method}")
            fixed = {str(stream["only_with"]): "True"}
            found.append(
                evolve(self._stream(operation, streamed, list_type), fixed=fixed, variant="stream")
            )
        if _has_text(operation):
            found.append(
                evolve(
                    plain,
                    name=evolve(name, method=f"{name.method}_text"),
                    kind="endpoint",
                    returns=("str",),
                    fixed={"format": "'text'"},
                    accept="text/plain",
                    variant="text",
                )
            )
        return found

    @staticmethod
    def _always_streams(operation: Operation) -> bool:
        return operation.always_streams or (
            operation.stream is None and list(operation.answers) == ["101"]
        )

    # ---- kinds

    def _plain(self, operation: Operation, name: Name, list_type: str) -> Method:
        body, fields = self._body(operation)
        paging = operation.paging
        method = Method(
            operation=operation,
            name=name,
            kind="paged" if paging else "endpoint",
            arguments=tuple(self._arguments(operation, fields)),
            returns=(self.returned(operation, list_type),),
            body=body,
            accept=_accept(operation),
        )
        if not paging:
            return method
        item = self.annotations.answer(self.item_schema(operation, paging), list_type)
        return evolve(method, returns=(*method.returns, item))

    def _stream(self, operation: Operation, name: Name, list_type: str) -> Method:
        spec = operation.stream or {"kind": "websocket", "binary": True, "both": True}
        frame = spec.get("frame")
        received = self._frame(frame, spec, list_type)
        arguments = [
            item for item in self._arguments(operation, ()) if item.place in {"path", "query"}
        ]
        sends = spec.get("sends")
        if sends is None and not spec.get("both"):
            return Method(operation, name, "stream", tuple(arguments), (received,))
        sent = self._sent(sends, list_type)
        return Method(operation, name, "socket", tuple(arguments), (sent, received))

    def _frame(self, frame: Schema | None, spec: Mapping[str, Any], list_type: str) -> str:
        if frame is None:
            return "bytes" if spec.get("binary") else "JSON"
        return self.annotations.answer(frame, list_type)

    def _sent(self, schema: Schema | None, list_type: str) -> str:
        return "bytes" if schema is None else self.annotations.answer(schema, list_type)

    # ---- answers

    def returned(self, operation: Operation, list_type: str = "list") -> str:
        """The type of the decoded answer."""
        bodies = [body for body in operation.answers.values() if body.media_type is not None]
        found = dict.fromkeys(self.decoded(body, list_type) for body in bodies)
        text = " | ".join(found) or "None"
        empty = len(bodies) < len(operation.answers)
        is_list = text.startswith((f"{list_type}[", "dict["))
        if not empty or is_list or text in {"None", "JSON"} or text.endswith("| None"):
            return text
        return f"{text} | None"

    def decoded(self, body: Content, list_type: str = "list") -> str:
        """The type of one body."""
        if is_json(body.media_type):
            return self.annotations.answer(body.schema or {}, list_type)
        schema = body.schema or {}
        is_text = str(body.media_type).startswith("text/") and schema.get("format") != "binary"
        return "str" if is_text else "bytes"

    def item_schema(self, operation: Operation, paging: Mapping[str, Any]) -> Schema:
        """The schema of the items of a page."""
        content = next(body for body in operation.answers.values() if body.schema is not None)
        schema = self.annotations.resolve(content.schema or {})
        if key := paging.get("items"):
            schema = self.annotations.resolve(schema["properties"][key])
        items: Schema = schema["items"]
        return items

    # ---- arguments

    def _arguments(self, operation: Operation, fields: tuple[Argument, ...]) -> Iterator[Argument]:
        """All arguments, no two of one name: those of the path first, the required ones next."""
        path = [self._path(operation, item) for item in operation.placed("path")]
        rest = [*fields, *self._query(operation), *self._headers(operation)]
        taken: set[str] = set()
        for item in path + sorted(rest, key=lambda item: not item.required):
            python = item.python
            while python in taken:
                python = f"new_{python}" if item.place == "body" else f"{python}_"
            taken.add(python)
            yield evolve(item, python=python, encode=_encoded(item, python))

    def _path(self, operation: Operation, item: Parameter) -> Argument:
        kind = item.extensions.get("x-kind") or _PATH_KINDS.get(item.name)
        if kind is None and item.schema.get("format") == "uuid":
            kind = "object"
        python = self.names.parameter(operation.id, item.name)
        found = self._argument(item, python, kind if kind in REF_TYPES else None, required=True)
        own = kind == "user" and self.names.is_own(operation.path)
        return evolve(found, required=False, default='"me"') if own else found

    def _query(self, operation: Operation) -> Iterator[Argument]:
        filters = self._filter_keys(operation)
        for item in operation.placed("query"):
            if item.ignored or self._is_fixed(operation, item):
                continue
            python = self.names.parameter(operation.id, item.name)
            if item.name == "q" and filters:
                yield from self._filters(operation, filters)
                yield evolve(self._argument(item, python, None, required=False), place="q")
                continue
            kind = item.extensions.get("x-kind") or _FIELD_KINDS.get(item.name)
            if kind is None and item.name == "organization":
                kind = "object"
            yield self._argument(item, python, kind if kind in REF_TYPES else None)
        if operation.paging:
            yield Argument("max_items", "max_items", "option", "int | None", required=False)

    @staticmethod
    def _is_fixed(operation: Operation, item: Parameter) -> bool:
        stream = operation.stream
        if stream and item.name == stream.get("only_with"):
            return True
        return item.name == "format" and _has_text(operation)

    def _argument(
        self, item: Parameter, python: str, kind: str | None, *, required: bool | None = None
    ) -> Argument:
        unit = item.extensions.get("x-unit") or item.schema.get("x-unit")
        annotation = self.annotations.argument(item.schema, unit=unit)
        is_list = item.schema.get("type") == "array"
        encode = "\0"
        if kind and not is_list:
            annotation, encode = REF_TYPES[kind], f"ref({kind!r}, \0)"
        elif several := _kind_of_items(item.name, item.schema):
            annotation, encode = f"Sequence[{REF_TYPES[several]}]", f"refs({several!r}, \0)"
        elif item.exploded or item.extensions.get("x-repeated"):
            encode = "Repeated(\0)"
        elif item.name in _FLAGS:
            encode = "flag(\0)"
        elif unit in GO_UNITS:
            encode = "duration(\0, 'go')"
        elif unit in UNITS and "timedelta" in annotation:
            encode = f"duration(\0, {unit!r})"
        elif item.extensions.get("x-encoding") == "json":
            encode = "json_text(\0)"
        return Argument(
            python=python,
            wire=item.name,
            place=item.place,
            annotation=annotation,
            required=item.required if required is None else required,
            encode=encode,
            kind=kind,
            schema=item.schema,
            extensions=item.extensions,
        )

    def _headers(self, operation: Operation) -> Iterator[Argument]:
        for item in operation.placed("header"):
            if item.name.lower() == "content-type" or item.ignored:
                continue
            yield self._argument(item, self.names.parameter(operation.id, item.name), None)

    # ---- filters

    def _filter_keys(self, operation: Operation) -> Mapping[str, Any]:
        grammar = operation.extensions.get("x-filter")
        return self.filters.get(grammar, {}).get("keys", {}) if grammar else {}

    def _filters(self, operation: Operation, keys: Mapping[str, Any]) -> Iterator[Argument]:
        fixed = {item.name for item in operation.placed("path")}
        for wire, raw in keys.items():
            spec = filter_spec(raw)
            if spec["type"] == "organization" and "organization" in fixed:
                continue
            key = self.names.parameter(operation.id, wire)
            yield Argument(
                python=key,
                key=key,
                wire=wire,
                place="filter",
                annotation=self._filter_type(spec),
                required=False,
                encode="\0",
                extensions=spec,
            )

    def _filter_type(self, spec: Mapping[str, Any]) -> str:
        kind = spec["type"]
        if kind in {"user", "template", "workspace", "organization", "group"}:
            text = REF_TYPES[kind]
        elif kind == "enum":
            text = self.annotations.argument(self.annotations.enumeration(spec))
        elif kind == "param":
            return "str | Mapping[str, object] | Sequence[str]"
        else:
            text = FILTER_TYPES[kind]
        return f"{text} | Sequence[{text}]" if spec.get("many") else text

    # ---- bodies

    def _body(self, operation: Operation) -> tuple[str | None, tuple[Argument, ...]]:
        content = operation.request
        if content is None or content.media_type is None:
            return None, ()
        if is_json(content.media_type):
            return self._json(operation, content.schema or {})
        if content.media_type == "application/x-www-form-urlencoded":
            schema = self.annotations.resolve(content.schema or {})
            return "form", tuple(self._fields(operation, schema))
        return "raw", self._raw(operation, content)

    def _json(self, operation: Operation, schema: Schema) -> tuple[str, tuple[Argument, ...]]:
        component = self.annotations.resolve(schema)
        model = self.annotations.answer(schema)
        if kind_of(component) == "model":
            return f"json:{model!r}", tuple(self._fields(operation, component))
        annotation = self.annotations.argument(schema)
        needed = operation.request_required
        whole = Argument("body", "body", "whole", annotation, needed, schema=schema)
        return f"json:{None if annotation == 'Any' else model!r}", (whole,)

    def _fields(self, operation: Operation, schema: Schema) -> Iterator[Argument]:
        needed = set(schema.get("required", ()))
        for wire, raw in schema.get("properties", {}).items():
            if raw.get("x-ignored"):
                continue
            python = self.names.parameter(operation.id, wire)
            kind = raw.get("x-kind") or self._field_kind(operation, wire, raw)
            annotation, encode = self.annotations.argument(raw), "\0"
            if kind in REF_TYPES:
                null = " | None" if annotation.endswith("| None") else ""
                annotation, encode = REF_TYPES[kind] + null, f"ref({kind!r}, \0)"
            elif several := _kind_of_items(wire, raw):
                annotation, encode = f"Sequence[{REF_TYPES[several]}]", f"refs({several!r}, \0)"
            elif wire in _KEY_KINDS:
                encode = f"ref_keys({_KEY_KINDS[wire]!r}, \0)"
            yield Argument(
                python=python,
                wire=wire,
                place="body",
                annotation=annotation,
                required=wire in needed,
                encode=encode,
                kind=kind,
                schema=raw,
                extensions={key: value for key, value in raw.items() if key.startswith("x-")},
            )

    @staticmethod
    def _field_kind(operation: Operation, wire: str, schema: Schema) -> str | None:
        if schema.get("format") != "uuid":
            return None
        if wire == "id" and operation.path.endswith("/templates/{template}/versions"):
            return "template_version"
        return _FIELD_KINDS.get(wire)

    def _raw(self, operation: Operation, content: Content) -> tuple[Argument, ...]:
        media = repr(content.media_type)
        body = Argument("content", "content", "content", "RawContent", required=True)
        progress = Argument(
            "on_progress",
            "on_progress",
            "content",
            "Callable[[int, int | None], object]",
            required=False,
        )
        several = operation.request_media
        if len(several) == 1 and media != "'application/octet-stream'":
            return body, progress
        annotation = literal(list(several)) if len(several) > 1 else "str"
        typed = Argument(
            "content_type", "content_type", "content", annotation, required=False, default=media
        )
        return body, typed, progress


FILTER_TYPES = {
    "text": "str", "string": "str", "bool": "bool", "boolean": "bool", "int": "int",
    "integer": "int", "uuid": "ObjectRef", "time": "datetime", "date": "date | datetime",
}  # fmt: skip


def _encoded(item: Argument, python: str) -> str:
    """How an argument is encoded; a reference also says its name, where it is not the kind's."""
    encode = item.encode
    kind = encode.split("'")[1] if encode.startswith(("ref(", "refs(", "ref_keys(")) else python
    return encode.replace("\0", python if kind == python else f"{python}, {python!r}")


def _has_text(operation: Operation) -> bool:
    return any(
        item.name == "format" and "text" in item.schema.get("enum", ())
        for item in operation.placed("query")
    )


def _accept(operation: Operation) -> str | None:
    media = [body.media_type for body in operation.answers.values() if body.media_type]
    if not media or media[0] == "application/json":
        return None
    if is_json(media[0]) or str(media[0]).startswith("text/"):
        return media[0]
    return "*/*"


def _kind_of_items(name: str, schema: Schema) -> str | None:
    """What the identifiers in a list stand for, where they can be looked up by name."""
    items: Schema = schema.get("items") or {}
    return _LIST_KINDS.get(name) if may_be_uuid(items) else None
