"""The server's own machine description, compared with ours fact by fact."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from codegen.description.openapi import Json, operations, schemas

ABSENT = "absent"


def from_swagger(swagger: Json) -> Json:
    """Rewrite Swagger 2.0 as a description of ours; operations that the pages skip are left out."""
    paths: dict[str, Json] = {}
    for path, item in swagger["paths"].items():
        for method, operation in item.items():
            if not operation.get("x-apidocgen", {}).get("skip"):
                paths.setdefault(path, {})[method] = _operation(operation)
    components = {name: _schema(schema) for name, schema in swagger["definitions"].items()}
    return {"paths": paths, "components": {"schemas": components}}


def facts(description: Json) -> dict[str, Any]:
    """Return every fact of a description under an address of its own."""
    found: dict[str, Any] = {}
    for call, operation in operations(description):
        found.update((f"{call} / {key}", value) for key, value in _operation_facts(operation))
    for name, schema in schemas(description).items():
        found[name] = True
        found.update((f"{name} / {key}", value) for key, value in _schema_facts(schema))
    return found


@attrs.frozen
class Difference:
    """A fact that the two descriptions tell differently."""

    target: str
    ours: Any
    oracle: Any


def differences(ours: Json, oracle: Json) -> list[Difference]:
    """Compare two descriptions."""
    left, right = facts(ours), facts(oracle)
    return [
        Difference(target, left.get(target, ABSENT), right.get(target, ABSENT))
        for target in sorted({*left, *right})
        if left.get(target, ABSENT) != right.get(target, ABSENT)
    ]


def explains(entry: Mapping[str, Any], difference: Difference) -> bool:
    """Whether an entry of the data file explains a difference."""
    if not fnmatch.fnmatchcase(difference.target, entry["target"].replace("[", "[[]")):
        return False
    return all(
        entry[side] == getattr(difference, side) for side in ("ours", "oracle") if side in entry
    )


def _operation_facts(operation: Json) -> Iterator[tuple[str, Any]]:
    yield "tags", operation["tags"]
    yield "summary", operation["summary"]
    yield "deprecated", operation.get("deprecated", False)
    yield "security", sorted(name for entry in operation["security"] for name in entry)
    for parameter in operation["parameters"]:
        where = f"parameters / {parameter['in']}:{parameter['name']}"
        yield f"{where} / required", parameter["required"]
        if "explode" in parameter:
            yield f"{where} / csv", not parameter["explode"]
        for key, value in _schema_facts(parameter["schema"]):
            yield f"{where} / {key}", value
    body = operation.get("requestBody")
    if body is not None:
        yield "requestBody / required", body["required"]
        yield from _content_facts("requestBody", body["content"])
    for status, response in operation["responses"].items():
        yield f"responses / {status}", True
        yield from _content_facts(f"responses / {status}", response.get("content", {}))


def _content_facts(where: str, content: Mapping[str, Json]) -> Iterator[tuple[str, Any]]:
    for media, entry in content.items():
        yield f"{where} / {media}", True
        for key, value in _schema_facts(entry["schema"]):
            yield f"{where} / {media} / {key}", value


def _schema_facts(schema: Json) -> Iterator[tuple[str, Any]]:
    if all(key == "title" or key.startswith("x-") for key in schema):
        yield "any", True
    yield from ((key, schema[key]) for key in ("type", "format", "$ref") if key in schema)
    if "enum" in schema:
        yield "enum", sorted(set(schema["enum"]), key=str)
    yield from ((f"required / {name}", True) for name in schema.get("required", ()))
    inner = {key: schema[key] for key in ("items", "additionalProperties") if key in schema}
    if inner.get("additionalProperties") is True:
        inner["additionalProperties"] = {}
    for name, value in schema.get("properties", {}).items():
        yield f"properties / {name}", True
        inner[f"properties / {name}"] = value
    for where, value in inner.items():
        yield from ((f"{where} / {key}", fact) for key, fact in _schema_facts(value))


def _operation(operation: Json) -> Json:
    parameters = operation.get("parameters", [])
    built: Json = {
        "tags": operation["tags"],
        "summary": operation["summary"].removesuffix("."),  # as headings are written
        "deprecated": operation.get("deprecated", False),
        "security": operation.get("security", []),
        "parameters": [
            _parameter(parameter)
            for parameter in parameters
            if parameter["in"] not in {"body", "formData"}
        ],
        "responses": {
            status: _response(response, operation.get("produces", ["application/json"]))
            for status, response in operation["responses"].items()
        },
    }
    for parameter in parameters:
        if parameter["in"] == "body":
            schema = _schema(parameter["schema"])
            built["requestBody"] = {
                "required": parameter.get("required", False),
                "content": {
                    name: {"schema": schema}
                    for name in operation.get("consumes", ["application/json"])
                },
            }
    form = [parameter for parameter in parameters if parameter["in"] == "formData"]
    if form:
        built["requestBody"] = {
            "required": any(parameter.get("required", False) for parameter in form),
            "content": {
                name: {"schema": _form(form)}
                for name in operation.get("consumes", ["application/x-www-form-urlencoded"])
            },
        }
    return built


def _form(parameters: list[Json]) -> Json:
    if [parameter["type"] for parameter in parameters] == ["file"]:
        return {"type": "string", "format": "binary"}
    return {
        "type": "object",
        "properties": {parameter["name"]: _schema(parameter) for parameter in parameters},
        "required": [p["name"] for p in parameters if p.get("required") is True],
    }


def _parameter(parameter: Json) -> Json:
    schema = _schema(parameter)
    if schema.get("type") == "array" and "format" in schema:
        schema["items"] = {**schema["items"], "format": schema.pop("format")}
    built = {
        "name": parameter["name"],
        "in": parameter["in"],
        "required": parameter.get("required", False),
        "schema": schema,
    }
    if "collectionFormat" in parameter:
        built["explode"] = parameter["collectionFormat"] != "csv"
    return built


def _response(response: Json, produces: list[str]) -> Json:
    if "schema" not in response:
        return {}
    schema = _schema(response["schema"])
    return {"content": {media: {"schema": schema} for media in produces}}


def _schema(schema: Json) -> Json:
    built: Json = {key: schema[key] for key in ("type", "format", "enum") if key in schema}
    for part in [schema, *schema.get("allOf", ())]:
        if "$ref" in part:
            name = part["$ref"].removeprefix("#/definitions/")
            built["$ref"] = f"#/components/schemas/{name}"
    if isinstance(schema.get("required"), list):
        built["required"] = schema["required"]
    if "properties" in schema:
        built["properties"] = {name: _schema(value) for name, value in schema["properties"].items()}
    for inner in ("items", "additionalProperties"):
        if inner in schema:
            built[inner] = _schema(schema[inner]) if isinstance(schema[inner], dict) else {}
    return built
