"""Templates and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from coder_sdk.testing._times import ZERO_UUID, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from coder_sdk.testing._state.jobs import Job
    from coder_sdk.testing._state.spec import TemplateSpec
    from coder_sdk.testing._state.users import User


@define(eq=False)
class Version:
    """A version of a template; `template_id` is unset until it belongs to one."""

    id: str
    organization_id: str
    name: str
    created_at: datetime
    creator: User
    job: Job
    spec: TemplateSpec
    file_id: str
    message: str = ""
    template_id: str | None = None
    readme: str = ""
    archived: bool = False
    variables: dict[str, str] = field(factory=dict[str, str])
    provisioner: str = "terraform"
    updated_at: datetime = field(init=False)
    matched: tuple[int, int] = (0, 0)
    dry_runs: dict[str, Job] = field(factory=dict[str, "Job"])

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at

    def wire(self) -> dict[str, Any]:
        """The version as the API shows it."""
        return {
            "id": self.id,
            "template_id": self.template_id or ZERO_UUID,
            "organization_id": self.organization_id,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "name": self.name,
            "message": self.message,
            "job": self.job.wire(),
            "readme": self.readme,
            "created_by": self.creator.minimal(),
            "archived": self.archived,
            "has_external_agent": self.spec.external_agent,
        }


@define(eq=False)
class Template:
    """A template.

    Attributes:
        settings: What can be changed by `PATCH`, as on the wire.
        acl: Roles of users and groups, by id.
    """

    id: str
    organization_id: str
    name: str
    created_at: datetime
    creator: User
    active_version_id: str
    settings: dict[str, Any]
    provisioner: str = "terraform"
    updated_at: datetime = field(init=False)
    deleted: bool = False
    user_acl: dict[str, str] = field(factory=dict[str, str])
    group_acl: dict[str, str] = field(factory=dict[str, str])

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at
