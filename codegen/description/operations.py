"""Operations of the pages as operations of the description."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus

from codegen.description import guesses
from codegen.description.openapi import Json
from codegen.description.schemas import type_schema, with_enum
from codegen.reading.document import OperationDoc, ParameterDoc, ResponseDoc

_SITE = "https://coder.com/docs/reference/api"
_IN_PATH = re.compile(r"\{([^{}]+)\}")
_NO_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED, HTTPStatus.SWITCHING_PROTOCOLS}

# Which credential the sample call shows; the description keeps the header as documented.
_SCHEMES = {
    "coder-session-token": "CoderSessionToken",
    "authorizaiton": "Authorization",
    "authorization": "Authorization",
    "x-ai-governance-gateway-key": "AIGatewayKey",
}


def operation(doc: OperationDoc) -> Json:
    """Return the operation for a documented one, without its path and method."""
    built: Json = {
        "summary": doc.title,
        "tags": [doc.tag] if doc.tag else [],
        "externalDocs": {"url": f"{_SITE}/{doc.page.rpartition('.')[0]}#{doc.anchor}"},
        "parameters": [*_parameters(doc)],
        "responses": {response.status: _response(doc, response) for response in doc.responses},
        "security": [{scheme: []} for scheme in security_headers(doc)],
    }
    if not built["responses"]:
        built["responses"] = {"default": {"description": ""}}
    body = _body(doc)
    return built if body is None else {**built, "requestBody": body}


def security_headers(doc: OperationDoc) -> dict[str, str]:
    """Return the security schemes of an operation, each with the header it is sent in."""
    headers = doc.curl.headers if doc.curl else ()
    found = {
        _SCHEMES[name.lower()]: name
        for name, value in headers
        if value == "API_KEY" and name.lower() in _SCHEMES
    }
    if not found and doc.authenticated:
        return {"CoderSessionToken": "Coder-Session-Token"}
    return found


def _parameters(doc: OperationDoc) -> Iterator[Json]:
    enums: dict[str, list[str]] = {}
    for enum in doc.parameter_enums:
        enums.setdefault(enum.owner, []).extend(enum.values)
    declared = [p for p in doc.parameters if p.location in {"path", "query", "header"}]
    in_path = {p.name for p in declared if p.location == "path"}
    for missing in _IN_PATH.findall(doc.path):
        if missing not in in_path:
            yield {"name": missing, "in": "path", "required": True, "schema": {"type": "string"}}
    for parameter in declared:
        built = _parameter(parameter, enums.get(parameter.name))
        if parameter.location == "path" and parameter.name not in _IN_PATH.findall(doc.path):
            built.update(guesses.NOT_IN_PATH)
        yield built


def _parameter(doc: ParameterDoc, values: list[str] | None) -> Json:
    schema = type_schema(doc.type)
    if values is not None:
        schema = with_enum(schema, values)
    built: Json = {
        "name": doc.name,
        "in": doc.location,
        "required": doc.required or doc.location == "path",
        "schema": schema,
    }
    if schema.get("type") == "array" and doc.location == "query":
        built.update(guesses.ARRAY_IN_QUERY)
    return built


def _body(doc: OperationDoc) -> Json | None:
    rows = [p for p in doc.parameters if p.location in {"body", "formData"}]
    content_types = doc.curl.content_types if doc.curl else ()
    if not rows:
        return None
    fields = [p for p in rows if p.depth or p.location == "formData"]
    root = next((p for p in rows if p not in fields), None)
    media = guesses.body_media(content_types, [p.name for p in fields])
    schema = _form(doc, fields) if fields else type_schema((root or rows[0]).type)
    return {
        "required": any(p.required for p in rows),
        "content": {
            name: {"schema": guesses.raw_schema(name) if guesses.is_raw(name) else schema}
            for name in media
        },
    }


def _form(doc: OperationDoc, fields: Iterable[ParameterDoc]) -> Json:
    enums: dict[str, list[str]] = {}
    for enum in doc.parameter_enums:
        enums.setdefault(enum.owner.lstrip("» "), []).extend(enum.values)
    properties: dict[str, Json] = {}
    required: list[str] = []
    for field in fields:
        schema = type_schema(field.type)
        values = enums.get(field.name)
        properties[field.name] = schema if values is None else with_enum(schema, values)
        if field.required:
            required.append(field.name)
    built: Json = {"type": "object", "properties": properties}
    return {**built, "required": sorted(required)} if required else built


def _response(doc: OperationDoc, response: ResponseDoc) -> Json:
    accepts = [name for name in doc.curl.accepts if name != "*/*"] if doc.curl else []
    built: Json = {"description": ""}
    if response.type is not None:
        example = doc.response_examples.get(response.status)
        schema = type_schema(response.type, example.value if example else None)
        media = accepts or [guesses.JSON_MEDIA]
        return {**built, "content": {name: {"schema": schema} for name in media}}
    raw = [name for name in accepts if guesses.is_raw(name)]
    if raw and response.status.startswith("2") and int(response.status) not in _NO_BODY:
        return {**built, "content": {name: {"schema": guesses.raw_schema(name)} for name in raw}}
    return built
