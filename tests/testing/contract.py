"""Our description as a plain OpenAPI document, which other tools can check answers against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codegen.description.toml import load

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION = ROOT / "codegen" / "description" / "data" / "coder.json"
EXCEPTIONS = ROOT / "tests" / "data" / "contract.toml"
VERBS = ("get", "post", "put", "patch", "delete", "head")
JSON = "application/json"
ERROR = {"$ref": "#/components/schemas/answer.codersdk.Response"}
NULL = {"type": "null"}
# Others are rules for what is sent: a server answers an empty text where an address may stand.
FORMATS = ("uuid", "date-time")


def exceptions() -> dict[str, dict[str, str]]:
    """What is left out or expected, with the reasons."""
    return load(EXCEPTIONS)


def described() -> dict[str, Any]:
    """The description as it is committed."""
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The operations of a description by verb and path."""
    for path, item in document["paths"].items():
        for verb in VERBS:
            if verb in item:
                yield f"{verb.upper()} {path}", item[verb]


def contract() -> dict[str, Any]:
    """The plain document: what may be sent, and what may come back."""
    document = described()
    left_out, absent = exceptions()["left_out"], exceptions()["absent"]
    paths: dict[str, Any] = {}
    for name, operation in operations(document):
        verb, _, path = name.partition(" ")
        if name not in left_out:
            kind = "lenient" if name in absent else "answer"
            paths.setdefault(path, {})[verb.lower()] = plain_operation(operation, kind)
    schemas: dict[str, Any] = {}
    for name, schema in document["components"]["schemas"].items():
        schemas[f"answer.{name}"] = answer(schema, "answer")
        schemas[f"lenient.{name}"] = answer(schema, "lenient")
        schemas[f"request.{name}"] = request(schema)
    return {
        "openapi": "3.1.0",
        "info": document["info"],
        "paths": paths,
        "components": {"schemas": schemas},
    }


def plain_operation(operation: dict[str, Any], kind: str) -> dict[str, Any]:
    """One operation; where it may fail, it fails with the usual error."""
    plain: dict[str, Any] = {
        "tags": operation["tags"],
        "parameters": [
            {**_without_extensions(item), "schema": request(item["schema"])}
            for item in operation["parameters"]
            # With it, logs are a WebSocket.
            if item["name"] != "follow"
        ],
        "responses": {"default": {"description": "", "content": {JSON: {"schema": ERROR}}}},
    }
    for status, response in operation["responses"].items():
        plain["responses"][status] = _response(status, response, kind)
    if "requestBody" in operation:
        body = operation["requestBody"]
        content = {
            media: {"schema": request(item["schema"])} for media, item in body["content"].items()
        }
        plain["requestBody"] = {"required": body.get("required", False), "content": content}
    return plain


def _response(status: str, response: dict[str, Any], kind: str) -> dict[str, Any]:
    if status >= "400":
        return {"description": "", "content": {JSON: {"schema": ERROR}}}
    content = {
        # A list or map at the top may be null as it may be anywhere else.
        media: {"schema": _valued(item["schema"], kind)}
        for media, item in response.get("content", {}).items()
    }
    return {"description": "", **({"content": content} if content else {})}


def _without_extensions(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if not key.startswith("x-")}


def _is_container(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "array" or "additionalProperties" in schema


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, NULL]} if schema else schema


def _may_be_null(schema: dict[str, Any]) -> bool:
    flagged = any(schema.get(flag) for flag in ("x-nullable", "x-never", "x-zero-null"))
    return flagged or _is_container(schema)


def _valued(schema: dict[str, Any], kind: str) -> dict[str, Any]:
    value = answer(schema, kind)
    return _nullable(value) if _may_be_null(schema) else value


def answer(schema: dict[str, Any], kind: str) -> dict[str, Any]:
    """What comes back: every key unless it is optional; enums are open, lists may be null.

    Args:
        schema: As it is described.
        kind: `answer`, or `lenient` where keys that may be null may also be absent.
    """
    if schema.get("x-case-insensitive"):
        # The case of its keys is not fixed.
        return {"type": "object"}
    plain = {"type": schema["type"]} if "type" in schema else {}
    if schema.get("format") in FORMATS:
        plain["format"] = schema["format"]
    if "$ref" in schema:
        plain["$ref"] = schema["$ref"].replace("/schemas/", f"/schemas/{kind}.")
    if "items" in schema:
        plain["items"] = answer(schema["items"], kind)
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        plain["additionalProperties"] = _valued(extra, kind)
    if "properties" in schema:
        fields: dict[str, Any] = schema["properties"]
        plain["properties"] = {key: _valued(item, kind) for key, item in fields.items()}
        plain["required"] = [
            key
            for key, item in fields.items()
            if not item.get("x-optional")
            and not (kind == "lenient" and _may_be_null(item) and not _is_container(item))
        ]
    return plain


def request(schema: dict[str, Any]) -> dict[str, Any]:
    """What may be sent: the description without its extensions."""
    plain = _without_extensions(schema)
    plain.pop("title", None)
    if "$ref" in schema:
        plain["$ref"] = schema["$ref"].replace("/schemas/", "/schemas/request.")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            plain[key] = request(schema[key])
    if "properties" in schema:
        plain["properties"] = {key: request(item) for key, item in schema["properties"].items()}
    return plain
