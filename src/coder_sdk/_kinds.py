"""What may stand for an object of each kind, and the error for what does not."""

from __future__ import annotations

from typing import Final

from coder_sdk._errors.base import RequestValidationError

FORMS: Final = {
    "agent": "`workspace`, `workspace.agent`, `owner/workspace.agent`, or a UUID",
    "build": "`workspace/number`, `owner/workspace/number`, or a UUID",
    "chat": "a UUID",
    "group": "`name`, `organization/name`, or a UUID",
    "object": "a UUID",
    "organization": "a name, `default`, or a UUID",
    "organization_id": "a name, `default`, or a UUID",
    "task": "a name, or a UUID",
    "template": "`name`, `organization/name`, or a UUID",
    "template_version": "`template/version`, `organization/template/version`, or a UUID",
    "user": "a user name, an e-mail address, `me`, or a UUID",
    "user_id": "a user name, an e-mail address, `me`, or a UUID",
    "workspace": "`name`, `owner/name`, or a UUID",
}
"""Texts that identify an object, for messages."""


def noun_of(kind: str) -> str:
    """What a kind is called."""
    return kind.removesuffix("_id").replace("_", " ")


def no_reference(kind: str, value: object, name: str) -> RequestValidationError:
    """The error for a value that identifies nothing of a kind; it says the type only."""
    model = "a model that has an `id`" if kind == "object" else f"a model of {_a(noun_of(kind))}"
    text = f"`{name}` has to be {model}, {FORMS[kind]}, not {_a(type(value).__name__)}."
    hint = "If that is what is meant, pass its `id`." if hasattr(value, "id") else None
    return RequestValidationError(text, parameter=name, hint=hint)


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0].lower() in "aeio" else f"a {noun}"
