"""What identifies an object: a model of it, its UUID, or a name.

Each protocol names attributes that only the models of that noun have, so that a checker refuses
a template where a workspace is wanted.
"""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID


class _UserLike(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def username(self) -> str: ...


class _MemberLike(Protocol):
    @property
    def user_id(self) -> UUID: ...
    @property
    def username(self) -> str: ...


class _OrganizationLike(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def is_default(self) -> bool: ...


class _GroupLike(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def quota_allowance(self) -> int: ...


class _TemplateLike(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def active_version_id(self) -> UUID: ...


class _TemplateVersionLike(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def readme(self) -> str: ...
    @property
    def job(self) -> Any: ...


class _WorkspaceLike(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def latest_build(self) -> Any: ...


class _BuildLike(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def build_number(self) -> int: ...


class _AgentLike(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def lifecycle_state(self) -> Any: ...


class _TaskLike(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def initial_prompt(self) -> str: ...


class _ChatLike(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def last_model_config_id(self) -> Any: ...


class _Identified(Protocol):
    @property
    def id(self) -> UUID: ...


UserRef = _UserLike | _MemberLike | UUID | str
"""A user: model, UUID, user name, `me`, or an e-mail address."""
OrganizationRef = _OrganizationLike | UUID | str
"""An organisation: model, UUID, name, or `default`."""
GroupRef = _GroupLike | UUID | str
"""A group: model, UUID, `name`, or `organization/name`."""
TemplateRef = _TemplateLike | UUID | str
"""A template: model, UUID, `name`, or `organization/name`."""
TemplateVersionRef = _TemplateVersionLike | UUID | str
"""A template version: model, UUID, `template/version`, or `organization/template/version`."""
WorkspaceRef = _WorkspaceLike | UUID | str
"""A workspace: model, UUID, `name` (one's own), or `owner/name`."""
BuildRef = _BuildLike | UUID | str
"""A workspace build: model, UUID, `workspace/number`, or `owner/workspace/number`."""
AgentRef = _AgentLike | UUID | str
"""A workspace agent: model, UUID, `workspace`, `workspace.agent`, `owner/workspace.agent`."""
TaskRef = _TaskLike | UUID | str
"""A task: model, UUID, or name."""
ChatRef = _ChatLike | UUID | str
"""A chat: model or UUID."""
ObjectRef = _Identified | UUID | str
"""Anything else that has an `id`: model or UUID."""
