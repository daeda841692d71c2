"""What Python code needs to know about the schemas of a description."""

import copy
from collections.abc import Iterator

from codegen.description.openapi import Json, operations, reference, references, referred
from codegen.python.identifiers import camel


def contents(operation: Json) -> Iterator[tuple[str, Json]]:
    """The places of an operation that hold the schema of a body: what it is, and its holder."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        yield "request", media
    for answer in operation.get("responses", {}).values():
        for media in answer.get("content", {}).values():
            yield "response", media


def bodies(operation: Json) -> Iterator[tuple[str, Json]]:
    """The schemas that an operation sends and answers, frames of its stream included."""
    for kind, media in contents(operation):
        if "schema" in media:
            yield kind, media["schema"]
    stream: Json = operation.get("x-stream") or {}
    if stream.get("frame"):
        yield "response", stream["frame"]
    if stream.get("sends"):
        yield "request", stream["sends"]


def kind(schema: Json) -> str:
    """Tell what Python makes of a named schema: `enum`, `model`, `opaque` or `alias`."""
    if schema.get("x-opaque"):
        return "opaque"
    if schema.get("enum") and schema.get("type") in {"string", "integer", None}:
        return "enum"
    if schema.get("properties"):
        return "model"
    if schema.get("type") == "object" and not isinstance(schema.get("additionalProperties"), dict):
        return "alias" if schema.get("additionalProperties") is True else "opaque"
    return "alias"


def prepared(description: Json) -> Json:
    """Copy a description so that every model and enum of it is a named schema.

    Inline enums and objects move to names of their own (`codersdk.LinkConfig#icon`), the narrower
    values beside a reference go, and a reference without definition gets an opaque schema.
    """
    result = copy.deepcopy(description)
    schemas: dict[str, Json] = result.setdefault("components", {}).setdefault("schemas", {})
    for name in sorted(schemas):
        for field, inner in sorted(schemas[name].get("properties", {}).items()):
            schemas[name]["properties"][field] = _hoist(inner, f"{name}#{field}", schemas)
        if isinstance(schemas[name].get("items"), dict):
            schemas[name]["items"] = _hoist(schemas[name]["items"], f"{name}#item", schemas)
    for _, operation in operations(result):
        title = camel(operation.get("summary", ""))
        for direction, media in contents(operation):
            if "schema" in media:
                media["schema"] = _hoist(media["schema"], f"{title}#{direction}", schemas)
    for name in sorted(set(references(result)) - set(schemas)):
        schemas[name] = {"title": name, "x-opaque": True}
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def _hoist(schema: Json, name: str, schemas: dict[str, Json]) -> Json:
    """Give inline enums and objects a name, also those inside lists and maps."""
    if "$ref" in schema:
        return {key: value for key, value in schema.items() if key != "enum"}
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            schema[key] = _hoist(schema[key], name, schemas)
    named = schema.get("properties") or (
        schema.get("enum") and schema.get("type") in {"string", "integer"}
    )
    if not named:
        return schema
    for field, inner in sorted(schema.get("properties", {}).items()):
        schema["properties"][field] = _hoist(inner, f"{name}#{field}", schemas)
    kept = {
        key: schema.pop(key)
        for key in [*schema]
        if key.startswith("x-") and not key.endswith("-values")
    }
    schemas.setdefault(name, schema)
    return {**reference(name), **kept}


def resolved(schema: Json, schemas: dict[str, Json]) -> Json:
    """Follow references to aliases, so that what is left is a model, an enum or a plain type.

    The markers of the place win over those of the alias.
    """
    while (name := referred(schema)) and kind(schemas[name]) == "alias":
        alias = schemas[name]
        schema = {**alias, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema
