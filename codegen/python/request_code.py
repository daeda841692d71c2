"""The lines of a builder: its parameters, and the parts of the request that it returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from codegen.python.methods import Argument, Method, filter_spec
from codegen.python.names import snake

if TYPE_CHECKING:
    from codegen.python.resources import Plan

_OPTIONS = (
    "timeout: Seconds | Omit | None = OMIT",
    "deadline: Seconds | Omit | None = OMIT",
    "headers: Mapping[str, str] | Omit | None = OMIT",
    "retry: RetryPolicy | Omit | None = OMIT",
    "extra_query: Mapping[str, Any] | Omit | None = OMIT",
)
_BODY_OPTION = "extra_body: Mapping[str, Any] | Omit | None = OMIT"
_STREAM_OPTION = "idle_timeout: Seconds | Omit | None = OMIT"


def parameters(method: Method) -> list[str]:
    """The parameters of the operation: positional ones, then keywords."""
    lines = [_positional(item) for item in method.at("path")]
    rest = [item for item in method.arguments if item.place != "path"]
    lead = [item for item in rest if item.place == "content" and item.required]
    lines += [f"{item.python}: {item.annotation}" for item in lead]
    keywords = [_keyword(item) for item in rest if item not in lead]
    return [*lines, "*", *keywords]


def _positional(item: Argument) -> str:
    tail = "" if item.required else f" = {item.default}"
    return f"{item.python}: {item.annotation}{tail}"


def _keyword(item: Argument) -> str:
    if item.required:
        return f"{item.python}: {item.annotation}"
    if item.default != "OMIT":
        return f"{item.python}: {item.annotation} = {item.default}"
    bare = item.annotation.removesuffix(" | None")
    tail = " | Omit" if bare == item.annotation else " | Omit | None"
    return f"{item.python}: {bare}{tail} = OMIT"


def options(method: Method) -> list[str]:
    """The options of a call, the same for all."""
    lines: list[str] = [*_OPTIONS]
    if method.kind in {"stream", "socket"}:
        lines.append(_STREAM_OPTION)
    elif _takes_fields(method):
        lines.append(_BODY_OPTION)
    return lines


def _takes_fields(method: Method) -> bool:
    return method.body is not None and method.body != "raw"


def parts(method: Method) -> list[str]:
    """The arguments of the request that the builder returns."""
    operation = method.operation
    found = [repr(operation.method), repr(operation.path)]
    found += _mappings(method)
    found += [f"body={code}" for code in _body(method)]
    if method.kind == "paged":
        found += [f"paging={_paging(operation.paging or {})}", "max_items=max_items"]
    if method.kind in {"stream", "socket"}:
        found.append(f"stream={_stream(operation.stream)}")
    if method.accept:
        found.append(f"accept={method.accept!r}")
    if not operation.authenticated:
        found.append("auth=False")
    if operation.extensions.get("x-idempotent") is False:
        found.append("idempotent=False")
    if operation.extensions.get("x-retry-safe"):
        found.append("retry_safe=True")
    found.append(f"options=CallOptions({_option_values(method)})")
    return found


def _option_values(method: Method) -> str:
    values = "timeout, deadline, headers, retry, extra_query"
    if method.kind in {"stream", "socket"}:
        return f"{values}, idle_timeout=idle_timeout"
    return f"{values}, extra_body" if _takes_fields(method) else values


def _mappings(method: Method) -> Iterator[str]:
    path = [f"{item.wire!r}: {item.encode}" for item in method.at("path")]
    if path:
        yield f"path={{{', '.join(path)}}}"
    query = [f"{key!r}: {value}" for key, value in method.fixed.items()]
    query += [f"{item.wire!r}: {item.encode}" for item in method.at("query")]
    query += _search(method)
    if query:
        yield f"query={{{', '.join(query)}}}"
    headers = [f"{item.wire!r}: {item.encode}" for item in method.at("header")]
    if headers:
        yield f"headers={{{', '.join(headers)}}}"


def _search(method: Method) -> list[str]:
    text = method.at("q")
    filters = ", ".join(f"{item.key!r}: {item.python}" for item in method.at("filter"))
    constant = grammar_name(str(method.operation.extensions.get("x-filter")))
    return [f"'q': query({constant}, {{{filters}}}, {item.python})" for item in text]


def _body(method: Method) -> Iterator[str]:
    kind, _, model = (method.body or "").partition(":")
    whole = method.at("whole")
    fields = ", ".join(f"{item.wire!r}: {item.encode}" for item in method.at("body"))
    if kind == "json":
        value = whole[0].python if whole else f"{{{fields}}}"
        yield f"json_body({model}, {value})"
    elif kind == "form":
        yield f"form_body({{{fields}}})"
    elif kind == "raw":
        names = {item.python for item in method.at("content")}
        media = "content_type" if "content_type" in names else repr(_media(method))
        yield f"raw_body({media}, content, on_progress)"


def _media(method: Method) -> str:
    return method.operation.request_media[0]


def _paging(facts: Mapping[str, Any]) -> str:
    styles = tuple(facts.get("styles", ()))
    keys = ("items", "total", "cap", "default_limit", "max_limit", "has_more")
    found = [repr(styles), *(f"{key}={facts[key]!r}" for key in keys if facts.get(key) is not None)]
    cursor: Any = facts.get("cursor")
    if cursor:
        several: list[Any] = [cursor] if "param" in cursor else list(cursor)
        pairs = tuple((item["param"], item.get("from", "id")) for item in several)
        found.append(f"cursor={pairs!r}")
    for key, usual in (("moves", False), ("key", "id"), ("total_needs_items", False)):
        if facts.get(key, usual) != usual:
            found.append(f"{key}={facts[key]!r}")
    return f"Paging({', '.join(found)})"


def _stream(facts: Mapping[str, Any] | None) -> str:
    if facts is None:
        return "StreamSpec('websocket', binary=True)"
    found = [repr(facts["kind"])]
    if facts.get("envelope"):
        found.append("envelope=True")
    if facts.get("binary") or not facts.get("frame"):
        found.append("binary=True")
    if resume := facts.get("resume"):
        found.append(f"resume={(resume['param'], resume.get('from', 'id'))!r}")
    if alternative := facts.get("alternative"):
        found.append(f"alternative={alternative.partition(' ')[2] or alternative!r}")
    if facts.get("state"):
        found.append("state=True")
    return f"StreamSpec({', '.join(found)})"


# ---- filters


def grammar_name(grammar: str) -> str:
    """The constant that holds the filters of a list."""
    return f"_{snake(grammar).upper()}_FILTERS"


def grammar(name: str, found: Plan) -> str:
    """Write the constant that holds the filters of a list."""
    facts = found.filters[name]
    operation = next(
        method.operation.id
        for method in found.methods
        if method.operation.extensions.get("x-filter") == name
    )
    keys = ", ".join(
        f"{found.names.parameter(operation, wire)!r}: {_key(wire, filter_spec(raw), found)}"
        for wire, raw in facts["keys"].items()
    )
    default = facts.get("default")
    tail = f", default={default!r}" if default else ""
    return f"{grammar_name(name)} = Grammar({name!r}, {{{keys}}}{tail})"


_KINDS = {"string": "text", "boolean": "bool", "integer": "int"}


def _key(wire: str, spec: Mapping[str, Any], found: Plan) -> str:
    kind = _KINDS.get(spec["type"], spec["type"])
    given = [repr(wire)]
    if kind != "text":
        given.append(repr(kind))
    if kind == "enum":
        values = spec.get("values") or found.annotations.resolve({"$ref": spec["$ref"]})["enum"]
        given.append(f"values={tuple(value for value in values if value)!r}")
    if spec.get("many"):
        given.append("many=True")
    if spec.get("field"):
        given.append(f"field={spec['field']!r}")
    if spec.get("until"):
        given.append("until=True")
    return f"Key({', '.join(given)})"
