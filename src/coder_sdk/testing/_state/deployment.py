"""Everything that a fake deployment remembers, in one place."""

from __future__ import annotations

import random
from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import define, field, frozen

from coder_sdk.testing._times import stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from coder_sdk.testing._clock import FakeClock
    from coder_sdk.testing._state.agents import Agent
    from coder_sdk.testing._state.files import StoredFile
    from coder_sdk.testing._state.jobs import Job
    from coder_sdk.testing._state.organizations import Group, Organization
    from coder_sdk.testing._state.spec import TemplateSpec
    from coder_sdk.testing._state.templates import Template, Version
    from coder_sdk.testing._state.tokens import ApiKey
    from coder_sdk.testing._state.users import User
    from coder_sdk.testing._state.workspaces import Build, Workspace


@frozen
class Timing:
    """How long things take, in seconds.

    Attributes:
        queue: From a job's creation to its start.
        import_: Running time of a template import or dry run.
        build: Running time of a workspace build.
        cancel: From a cancellation to its end.
        connect: From the end of a build until its agents connect.
        startup: Running time of a startup script.
    """

    queue: float = 0.2
    import_: float = 1.0
    build: float = 2.0
    cancel: float = 0.5
    connect: float = 1.0
    startup: float = 2.0


@frozen
class Usage:
    """Use of an application by a user on a day; insights are sums of these."""

    user_id: str
    template_id: str
    moment: datetime
    app: str
    seconds: int
    latency_ms: float = 0.0


@define(eq=False)
class Deployment:
    """State of a fake deployment; handlers read and change it under the clock's lock.

    Attributes:
        provisioners: Number of provisioner daemons, and the tags that they accept.
        specs: What the archive of a file builds, by the id of the file.
        next_failures: Errors of the builds that come next.
        settings: Settings of the deployment, by name.
    """

    clock: FakeClock
    version: tuple[int, int, int]
    edition: str
    access_url: str
    timing: Timing
    seed: int = 0
    users: dict[str, User] = field(factory=dict[str, "User"])
    keys: dict[str, ApiKey] = field(factory=dict[str, "ApiKey"])
    organizations: dict[str, Organization] = field(factory=dict[str, "Organization"])
    groups: dict[str, Group] = field(factory=dict[str, "Group"])
    files: dict[str, StoredFile] = field(factory=dict[str, "StoredFile"])
    specs: dict[str, TemplateSpec] = field(factory=dict[str, "TemplateSpec"])
    templates: dict[str, Template] = field(factory=dict[str, "Template"])
    versions: dict[str, Version] = field(factory=dict[str, "Version"])
    workspaces: dict[str, Workspace] = field(factory=dict[str, "Workspace"])
    builds: dict[str, Build] = field(factory=dict[str, "Build"])
    agents: dict[str, Agent] = field(factory=dict[str, "Agent"])
    jobs: dict[str, Job] = field(factory=dict[str, "Job"])
    tasks: dict[str, Any] = field(factory=dict[str, Any])
    chats: dict[str, Any] = field(factory=dict[str, Any])
    ai_providers: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"])
    oauth2_apps: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"])
    workspace_proxies: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"])
    chat_turns: deque[Any] = field(factory=deque[Any])
    chat_waiters: dict[str, list[Callable[[dict[str, Any]], None]]] = field(
        factory=dict[str, "list[Callable[[dict[str, Any]], None]]"]
    )
    audit: list[dict[str, Any]] = field(factory=list["dict[str, Any]"])
    connections: list[dict[str, Any]] = field(factory=list["dict[str, Any]"])
    inbox: dict[str, list[dict[str, Any]]] = field(factory=dict[str, "list[dict[str, Any]]"])
    inbox_waiters: dict[str, list[Callable[[dict[str, Any]], None]]] = field(
        factory=dict[str, "list[Callable[[dict[str, Any]], None]]"]
    )
    build_waiters: list[Callable[[dict[str, Any]], None]] = field(
        factory=list["Callable[[dict[str, Any]], None]"]
    )
    usage: list[Usage] = field(factory=list[Usage])
    settings: dict[str, Any] = field(factory=dict[str, Any])
    links: dict[tuple[str, str], dict[str, Any]] = field(
        factory=dict["tuple[str, str]", "dict[str, Any]"]
    )
    commands: list[Any] = field(factory=list[Any])
    next_failures: deque[tuple[str, str]] = field(factory=deque["tuple[str, str]"])
    next_import_failures: deque[tuple[str, str]] = field(factory=deque["tuple[str, str]"])
    default_spec: TemplateSpec | None = None
    provisioners: list[dict[str, str]] = field(
        factory=lambda: [{"owner": "", "scope": "organization"} for _ in range(3)]
    )
    features: set[str] | None = None
    experiments: list[str] = field(factory=list[str])
    max_lifetime_days: int = 36525
    max_owner_lifetime_days: int = 7
    session_days: int = 1
    upload_limit: int = 10 * (10 << 20)
    audit_cap: int = 2000
    _random: random.Random = field(init=False)
    _log_ids: Iterator[int] = field(init=False)
    _order: Iterator[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - ids of a fake
        self._log_ids = count(1)
        self._order = count(1)

    @property
    def now(self) -> datetime:
        """The instant."""
        return self.clock.now()

    @property
    def version_text(self) -> str:
        """The version as the server writes it."""
        return "v" + ".".join(str(part) for part in self.version)

    @property
    def default_organization(self) -> Organization:
        """The organization that comes with the deployment."""
        return next(item for item in self.organizations.values() if item.is_default)

    def new_id(self) -> str:
        """A new UUID; the same ones in every run."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def new_word(self, length: int) -> str:
        """Random letters and digits."""
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return "".join(self._random.choice(letters) for _ in range(length))

    def new_log_id(self) -> int:
        """Id of the next line of a job."""
        return next(self._log_ids)

    def next_order(self) -> int:
        """A number that is larger than all before."""
        return next(self._order)

    def has_feature(self, name: str) -> bool:
        """Whether the licence includes a feature."""
        if self.edition != "licensed":
            return False
        return self.features is None or name in self.features

    def find_user(self, name: str) -> User | None:
        """A user by id or name; only ids find deleted ones."""
        found = self.users.get(name.lower())
        if found is not None:
            return found
        wanted = name.lower()
        return next(
            (u for u in self.users.values() if u.username.lower() == wanted and not u.deleted),
            None,
        )

    def find_organization(self, name: str) -> Organization | None:
        """An organization by id, name or `default`."""
        if name == "default":
            return self.default_organization
        for item in self.organizations.values():
            if not item.deleted and (item.id == name.lower() or item.name == name):
                return item
        return None

    def live_templates(self) -> list[Template]:
        """Templates that are not deleted."""
        return [item for item in self.templates.values() if not item.deleted]

    def live_workspaces(self) -> list[Workspace]:
        """Workspaces that are not deleted."""
        return [item for item in self.workspaces.values() if not item.deleted]

    def log_audit(  # noqa: PLR0913 - one argument for each column
        self,
        user: User | None,
        action: str,
        resource_type: str,
        resource_id: str,
        target: str,
        *,
        organization: Organization | None = None,
        status: int = 200,
        moment: datetime | None = None,
        additional_fields: Any = None,
    ) -> None:
        """Write an entry of the audit log; only a licensed deployment keeps one."""
        where = organization or self.default_organization
        self.audit.append(
            {
                "id": self.new_id(),
                "request_id": self.new_id(),
                "time": stamp(moment or self.now),
                "ip": "127.0.0.1",
                "user_agent": "",
                "resource_type": resource_type,
                "resource_id": resource_id,
                "resource_target": target,
                "resource_icon": "",
                "action": action,
                "diff": {},
                "status_code": status,
                "additional_fields": {} if additional_fields is None else additional_fields,
                "description": f"{{user}} {action} {resource_type} {{target}}",
                "resource_link": "",
                "is_deleted": False,
                "organization_id": where.id,
                "organization": {
                    "id": where.id,
                    "name": where.name,
                    "display_name": where.display_name,
                    "icon": where.icon,
                },
                "user": None if user is None else user.wire(),
            }
        )
