"""All operations as data: method, parameters, and types that outside code can evaluate."""

from __future__ import annotations

from typing import Any

from codegen.python.methods import REF_TYPES, Argument, Method, is_json
from codegen.python.operations import Content, Operation
from codegen.python.resources import Plan

_PLACES = {"q": "query", "whole": "body", "content": "body"}
# What identifies an object may be its model.
_MODELS = {
    "user": "codersdk.User", "organization": "codersdk.Organization", "group": "codersdk.Group",
    "template": "codersdk.Template", "template_version": "codersdk.TemplateVersion",
    "workspace": "codersdk.Workspace", "build": "codersdk.WorkspaceBuild",
    "agent": "codersdk.WorkspaceAgent", "chat": "codersdk.Chat", "task": "codersdk.Task",
}  # fmt: skip


def catalogue(plan: Plan) -> list[dict[str, Any]]:
    """Describe every operation once; its plain method stands for those beside it."""
    methods: dict[str, list[Method]] = {}
    for method in plan.methods:
        methods.setdefault(method.operation.id, []).append(method)
    return [_entry(plan, methods[key]) for key in plan.assigned]


def _entry(plan: Plan, methods: list[Method]) -> dict[str, Any]:
    plain = next((item for item in methods if item.variant is None), methods[0])
    operation, extensions = plain.operation, plain.operation.extensions
    return {
        "operation": operation.id,
        "tag": operation.tag,
        "resource": plain.name.resource,
        "method": plain.name.method,
        "parameters": [_parameter(plan, item) for item in plain.arguments],
        "request": _request(plan, operation),
        "responses": {
            status: _response(plan, body) for status, body in operation.responses.items()
        },
        "paging": operation.paging,
        "stream": _stream(plan, operation),
        "since": extensions.get("x-since"),
        "until": extensions.get("x-until"),
        "stability": extensions.get("x-stability", "stable"),
        "premium": extensions.get("x-premium"),
        "deprecated": operation.deprecated,
        "variants": {str(item.variant): item.name.method for item in methods if item.variant},
    }


def _parameter(plan: Plan, item: Argument) -> dict[str, Any]:
    return {
        "name": item.wire,
        "in": _PLACES.get(item.place, item.place),
        "python": item.python,
        "annotation": _argument_type(plan, item),
        "required": item.required,
    }


def _argument_type(plan: Plan, item: Argument) -> str:
    if item.annotation == "RawContent" or item.annotation.startswith("Callable["):
        return "typing.Any"
    return plan.annotations.public(item.annotation, _references(plan))


def _references(plan: Plan) -> dict[str, str]:
    """What stands for each type of reference: the model, a UUID, or a name."""
    found: dict[str, str] = {}
    for kind, name in REF_TYPES.items():
        model = plan.annotations.names.get(_MODELS.get(kind, ""))
        parts = [f"{plan.annotations.package}.models.{model}"] if model else []
        found[name] = " | ".join([*parts, "uuid.UUID", "str"])
    return found


def _request(plan: Plan, operation: Operation) -> dict[str, Any] | None:
    content = operation.request
    if content is None or content.media_type is None:
        return None
    if content.schema is None or not is_json(content.media_type):
        form = content.media_type == "application/x-www-form-urlencoded"
        return {"media_type": content.media_type, "annotation": "dict" if form else "bytes"}
    return {
        "media_type": content.media_type,
        "annotation": plan.annotations.public_answer(content.schema),
    }


def _response(plan: Plan, body: Content) -> dict[str, Any]:
    if body.media_type is None:
        return {"media_type": None, "annotation": None}
    if is_json(body.media_type):
        annotation = plan.annotations.public_answer({} if body.schema is None else body.schema)
        return {"media_type": body.media_type, "annotation": annotation}
    is_text = body.media_type.startswith("text/")
    binary = (body.schema or {}).get("format") == "binary"
    annotation = "bytes" if binary or not is_text else "str"
    return {"media_type": body.media_type, "annotation": annotation}


def _stream(plan: Plan, operation: Operation) -> dict[str, Any] | None:
    stream = operation.stream
    if stream is None:
        return None
    frame, sends = stream.get("frame"), stream.get("sends")
    return {
        "kind": stream["kind"],
        "frame": plan.annotations.public_answer(frame) if frame else "bytes",
        "sends": plan.annotations.public_answer(sends) if sends else None,
        "envelope": bool(stream.get("envelope")),
        "binary": bool(stream.get("binary")),
        "only_with": stream.get("only_with"),
    }
