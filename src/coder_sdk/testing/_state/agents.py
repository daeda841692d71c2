"""Workspace agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from coder_sdk.testing._times import stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from coder_sdk.testing._clock import Event
    from coder_sdk.testing._state.spec import AgentSpec


@define(eq=False)
class Agent:
    """An agent of one build.

    Attributes:
        token: Token that the agent itself uses.
        waiters: Called on every change and every new line.
        sessions: Terminals that are open or may be joined again, by their id.
    """

    id: str
    spec: AgentSpec
    resource_id: str
    workspace_id: str
    source_id: str
    script_id: str
    token: str
    created_at: datetime
    app_ids: dict[str, str]
    status: str = "connecting"
    lifecycle: str = "created"
    updated_at: datetime = field(init=False)
    first_connected_at: datetime | None = None
    last_connected_at: datetime | None = None
    disconnected_at: datetime | None = None
    started_at: datetime | None = None
    ready_at: datetime | None = None
    gone: bool = False
    logs: list[dict[str, Any]] = field(factory=list["dict[str, Any]"])
    waiters: list[Callable[[], None]] = field(factory=list["Callable[[], None]"])
    metadata: dict[str, dict[str, Any]] = field(factory=dict[str, "dict[str, Any]"])
    app_statuses: dict[str, list[dict[str, Any]]] = field(factory=dict[str, "list[dict[str, Any]]"])
    steps: list[Event] = field(factory=list["Event"])
    sessions: dict[str, Any] = field(factory=dict[str, Any])

    def __attrs_post_init__(self) -> None:
        self.updated_at = self.created_at
        self.metadata = {item.key: {"value": item.value, "error": item.error}
                         for item in self.spec.metadata}  # fmt: skip

    @property
    def healthy(self) -> bool:
        """Whether it is connected and its startup script did not fail."""
        return not self.health_reason

    @property
    def health_reason(self) -> str:
        """Why it is not healthy; empty if it is."""
        if self.status != "connected":
            return {
                "connecting": "agent has not yet connected",
                "timeout": "agent is taking too long to connect",
            }.get(self.status, "agent has lost connection")
        if self.lifecycle == "start_error":
            return "agent startup script exited with an error"
        if self.lifecycle == "start_timeout":
            return "agent startup script timed out"
        return ""

    def changed(self) -> None:
        """Tell those that follow."""
        for waiter in list(self.waiters):
            waiter()

    def add_log(self, moment: datetime, output: str, level: str = "info") -> None:
        """Append a line."""
        self.logs.append(
            {
                "id": len(self.logs) + 1,
                "created_at": stamp(moment),
                "output": output,
                "level": level,
                "source_id": self.source_id,
            }
        )
        self.changed()

    def metadata_wire(self, now: datetime) -> list[dict[str, Any]]:
        """The metadata as the API shows it."""
        return [
            {
                "result": {"collected_at": stamp(now), "age": 0, **self.metadata[item.key]},
                "description": {
                    "display_name": item.display_name or item.key,
                    "key": item.key,
                    "script": item.script,
                    "interval": item.interval,
                    "timeout": 1,
                },
            }
            for item in sorted(self.spec.metadata, key=lambda item: item.key)
        ]

    def wire(self, version: str) -> dict[str, Any]:
        """The agent as the API shows it."""
        value: dict[str, Any] = {
            "id": self.id,
            "parent_id": None,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
        }
        for name in ("first_connected_at", "last_connected_at", "disconnected_at", "started_at",
                     "ready_at"):  # fmt: skip
            moment: datetime | None = getattr(self, name)
            if moment is not None:
                value[name] = stamp(moment)
        connected = self.first_connected_at is not None
        value.update(
            status=self.status,
            lifecycle_state=self.lifecycle,
            name=self.spec.name,
            resource_id=self.resource_id,
            architecture=self.spec.architecture,
            environment_variables=self.spec.environment or None,
            operating_system=self.spec.operating_system,
            logs_length=sum(len(line["output"]) for line in self.logs),
            logs_overflowed=False,
            directory=self.spec.directory,
            version=version if connected else "",
            api_version="2.10" if connected else "",
            apps=[self._app(slug) for slug in self.app_ids],
            connection_timeout_seconds=120,
            troubleshooting_url="https://coder.com/docs/admin/templates/troubleshooting",
            subsystems=[],
            health=self._health(),
            display_apps=["vscode", "ssh_helper", "port_forwarding_helper", "web_terminal"],
            log_sources=[self._log_source()],
            scripts=[self._script()],
            startup_script_behavior="blocking" if self.spec.blocking else "non-blocking",
        )
        if connected:
            value["expanded_directory"] = self.spec.directory
        if self.status == "connected":
            value["latency"] = {
                region: {"preferred": place == 0, "latency_ms": milliseconds}
                for place, (region, milliseconds) in enumerate(self.spec.latency.items())
            }
        return value

    def _health(self) -> dict[str, Any]:
        reason = self.health_reason
        return {"healthy": False, "reason": reason} if reason else {"healthy": True}

    def _log_source(self) -> dict[str, Any]:
        return {
            "workspace_agent_id": self.id,
            "id": self.source_id,
            "created_at": stamp(self.created_at),
            "display_name": "Startup",
            "icon": "",
        }

    def _script(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "id": self.script_id,
            "log_source_id": self.source_id,
            "log_path": "",
            "script": "\n".join(f"echo {line}" for line in self.spec.startup_logs),
            "cron": "",
            "run_on_start": True,
            "run_on_stop": False,
            "start_blocks_login": self.spec.blocking,
            "timeout": 0,
            "display_name": "Startup",
        }
        if self.ready_at is not None:
            failed = self.lifecycle == "start_error"
            value.update(exit_code=int(failed), status="exit_failure" if failed else "ok")
        return value

    def _app(self, slug: str) -> dict[str, Any]:
        app = next(app for app in self.spec.apps if app.slug == slug)
        return {
            "id": self.app_ids[slug],
            "url": app.url,
            "external": app.external,
            "slug": slug,
            "display_name": app.display_name or slug,
            "subdomain": app.subdomain,
            "sharing_level": app.sharing_level,
            "healthcheck": {"url": "", "interval": 0, "threshold": 0},
            "health": "disabled",
            "hidden": False,
            "open_in": "slim-window",
            "statuses": list(self.app_statuses.get(slug, [])),
        }
