"""A method as data: its arguments, what it returns, and what the request is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from codegen.python.names import Name
from codegen.python.operations import Operation, Schema

REF_TYPES = {
    "user": "UserRef", "organization": "OrganizationRef", "group": "GroupRef",
    "template": "TemplateRef", "template_version": "TemplateVersionRef",
    "workspace": "WorkspaceRef", "build": "BuildRef", "agent": "AgentRef", "chat": "ChatRef",
    "task": "TaskRef", "object": "ObjectRef",
    "organization_id": "OrganizationRef", "user_id": "UserRef",
}  # fmt: skip


@frozen
class Argument:
    """One argument of a method, and where its value goes.

    Attributes:
        python: Its name.
        wire: Its name in the request.
        place: `path`, `query`, `filter`, `header`, `body` or `content`.
        annotation: Type without `OMIT`.
        required: It has no default.
        encode: Expression of the value in the request.
        kind: What it identifies, if it does.
        schema: Its schema, for the documentation.
        extensions: What else is known of it.
        default: Expression of its default.
        key: Of a filter, its name in the grammar.
    """

    python: str
    wire: str
    place: str
    annotation: str
    required: bool
    encode: str = "\0"
    kind: str | None = None
    schema: Schema = field(factory=dict[str, Any])
    extensions: Mapping[str, Any] = field(factory=dict[str, Any])
    default: str = "OMIT"
    key: str = ""


@frozen
class Method:
    """One method of a resource.

    Attributes:
        kind: The descriptor: `endpoint`, `paged`, `stream` or `socket`.
        returns: The type arguments of the request.
        variant: What sets it apart from the operation's plain method: `stream`, `text` or nothing.
    """

    operation: Operation
    name: Name
    kind: str
    arguments: tuple[Argument, ...]
    returns: tuple[str, ...]
    body: str | None = None
    accept: str | None = None
    fixed: Mapping[str, str] = field(factory=dict[str, str])
    variant: str | None = None

    def at(self, place: str) -> tuple[Argument, ...]:
        """The arguments that go to one place."""
        return tuple(item for item in self.arguments if item.place == place)


def filter_spec(raw: Any) -> Mapping[str, Any]:
    """One filter of a grammar; a bare type is the short form."""
    return {"type": raw} if isinstance(raw, str) else raw


def is_json(media_type: str | None) -> bool:
    """Whether a body is JSON."""
    return media_type is not None and (
        media_type == "application/json" or media_type.endswith("+json")
    )
