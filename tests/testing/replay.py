"""Puts recorded requests to a fake deployment and compares the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from coder_sdk.testing import AgentSpec, App, FakeCoder, Metadata, Parameter, Variable

START = datetime(2026, 11, 22, 21, 11, tzinfo=timezone.utc)
SETTLED = timedelta(seconds=20)
PASSWORD = "SomeSecurePassword!1"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Fields that the server leaves out while they have no value, which depends on the moment.
OPTIONAL = {
    "autostart_schedule",
    "avatar_url",
    "canceled_at",
    "completed_at",
    "error",
    "exit_code",
    "expanded_directory",
    "first_connected_at",
    "has_ai_task",
    "has_external_agent",
    "last_connected_at",
    "latency",
    "matched_provisioners",
    "metadata",
    "name",
    "ready_at",
    "reason",
    "started_at",
    "status",
    "ttl_ms",
    "worker_id",
    "icon",
    "display_name",
    "validation_min",
    "validation_max",
}
PARAMETERS = (
    Parameter("cpu", 2, display_name="CPU cores", minimum=1, maximum=8),
    Parameter("region", "eu", options={"eu": "Europe", "us": "America"}, mutable=False),
)
AGENT = AgentSpec(
    metadata=(Metadata("bad", "", error="run cmd: exit status 3"), Metadata("load", "0.42")),
    apps=(App("docs", external=True), App("web")),
    environment={"FOO": "bar"},
    startup_logs=("starting 1", "starting 2", "starting 3", "starting 4", "starting 5", "done"),
    ports=((3000, "coder-bin"),),
)


class Scenario:
    """A fake deployment with the objects that the recorded one had."""

    def __init__(
        self, known: list[dict[str, Any]], edition: str = "agpl", version: str = "2.36.0"
    ) -> None:
        fake = self.fake = FakeCoder(
            version,
            edition=edition, start=START, rate_limit=100_000,
            experiments=["oauth2", "workspace-build-updates"], redirect_to_access_url=True,
        )  # fmt: skip
        for number in range(12):
            name = f"user{number:02d}"
            status = "dormant" if number in {0, 2, 4} else "active"
            fake.add_user(name, name=f"User {number}", password=PASSWORD, status=status)
        fake.add_template(
            "docker", parameters=PARAMETERS, agents=[AGENT], display_name="Docker",
            settings={"default_ttl_ms": 3600000, "icon": "/icon/docker.png"},
        )  # fmt: skip
        fake.add_template("empty", parameters=(), agents=[])
        fake.add_template("ai", ai_task=True, agents=[AgentSpec(apps=(App("chat"),))])
        fake.add_template("vars", variables=[Variable("image", required=True)], agents=[])
        fake.add_workspace("dev", template="docker", parameters={"cpu": 4}, ttl=timedelta(hours=2))
        fake.add_template("hang", agents=[], hangs=True)
        fake.add_template("fail", agents=[], build_error="the apply blew up")
        fake.add_workspace("fail", template="fail")
        client = fake.client()
        hang = next(t.id for t in fake._state.templates.values() if t.name == "hang")
        client.request("POST", "/api/v2/users/me/workspaces",
                       body={"name": "hang", "template_id": hang})  # fmt: skip
        fake.clock.advance(1)
        client.request("PUT", "/api/v2/workspaces/" + self._workspace("dev") + "/autostart",
                       body={"schedule": "CRON_TZ=Europe/Berlin 30 9 * * 1-5"})  # fmt: skip
        fake.requests.clear()
        self.state = fake._state
        self.ids = dict(self._known(known))

    def _workspace(self, name: str) -> str:
        return next(w.id for w in self.fake._state.workspaces.values() if w.name == name)

    def _known(self, known: list[dict[str, Any]]) -> Any:
        """Pairs of a recorded id and the id of the same object here."""
        names = {
            "username": {u.username: u.id for u in self.state.users.values()},
            "template": {t.name: t.id for t in self.state.templates.values()},
            "workspace": {w.name: w.id for w in self.state.workspaces.values()},
        }
        yield from self._builds(known)
        for value in known:
            if "username" in value and "id" in value:
                yield value["id"], names["username"].get(str(value["username"]), value["id"])
            if "active_version_id" in value and str(value.get("name")) in names["template"]:
                here = names["template"][value["name"]]
                yield value["id"], here
                yield value["active_version_id"], self.state.templates[here].active_version_id
            if "latest_build" in value and str(value.get("name")) in names["workspace"]:
                yield value["id"], names["workspace"][value["name"]]
            if (
                isinstance(value.get("organization_id"), str)
                and UUID.fullmatch(value["organization_id"])
                and not value["organization_id"].startswith("00000000")
            ):
                yield value["organization_id"], self.state.default_organization.id
            if value.get("is_default") is True and "default_org_member_roles" in value:
                yield value["id"], self.state.default_organization.id

    def _builds(self, known: list[dict[str, Any]]) -> Any:
        first = {w.name: w.builds[0] for w in self.state.workspaces.values()}
        agent = first["dev"].agents[0]
        for value in known:
            if value.get("build_number") == 1 and value.get("workspace_name") in first:
                yield value["id"], first[value["workspace_name"]].id
                for resource in value["resources"]:
                    for recorded in resource.get("agents", []):
                        yield recorded["id"], agent.id

    def learn(self, there: Any, here: Any) -> None:
        """Remember which id a recorded one has here, from two answers about the same object."""
        if isinstance(there, dict) and isinstance(here, dict):
            for key in there.keys() & here.keys():
                self.learn(there[key], here[key])
        elif isinstance(there, list) and isinstance(here, list):
            for one, other in zip(there, here, strict=False):
                self.learn(one, other)
        elif is_id(there) and is_id(here):
            self.ids.setdefault(there, here)

    def translate(self, text: str) -> str:
        return UUID.sub(lambda found: self.ids.get(found[0], found[0]), text)

    def token(self, exchange: dict[str, Any]) -> str | None:
        auth = exchange["request"].get("auth", exchange.get("auth"))
        if auth == "none":
            return None
        if auth != "other":
            return self.fake.token_for()
        return self._special(exchange.get("note", ""))

    def _special(self, note: str) -> str:
        """A token of which the note says what is special."""
        fake, unknown = self.fake, "a" * 10 + "-" + "b" * 22
        if note == "expired token":
            expired = fake.token_for(lifetime=timedelta(0))
            fake.clock.advance(1)
            return expired
        scopes = ["workspace:read", "template:read"]
        special = {
            "": "nonsense",
            "well-formed unknown key": unknown,
            "after logout": unknown,
            "known key id, wrong secret": fake.token_for()[:11] + "b" * 22,
            "as a plain member": fake.token_for("user02"),
            "enterprise build without a licence; as a plain member": fake.token_for("user02"),
            "token with scopes workspace:read, template:read": fake.token_for(scopes=scopes),
            "with the agent token": next(iter(self.state.agents.values())).token,
            "agent token on a user route": next(iter(self.state.agents.values())).token,
        }
        return special.get(note) or fake.token_for()

    def ask(self, exchange: dict[str, Any]) -> Any:
        """Answer a recorded request."""
        request = exchange["request"]
        headers = {**request.get("headers", {})}
        token = self.token(exchange)
        if token is not None:
            headers["Coder-Session-Token"] = token
        body = b""
        if "json" in request:
            body = self.translate(json.dumps(request["json"])).encode()
        elif "bytes" in request:
            # Of raw bodies only the length is known; zeros are an archive without files.
            body = bytes(request["bytes"])
        call = self.fake._app.arrive(
            request["method"], self.translate(request["path"]), headers.items(), body
        )
        return self.fake._app.handle(call)


def is_id(value: Any) -> bool:
    """Whether a value names an object."""
    found = isinstance(value, str) and UUID.fullmatch(value) is not None
    return found and not value.startswith("00000000")


def replayed(
    scenario: Scenario, exchanges: list[dict[str, Any]]
) -> Iterator[tuple[str, list[str]]]:
    """Put the requests of one file in their order to one deployment; yields what differs."""
    for exchange in exchanges:
        recorded = exchange.get("response")
        if recorded is None:
            continue
        reply = scenario.ask(exchange)
        yield exchange["key"], differences(recorded, reply)
        is_new = exchange["request"]["method"] in {"POST", "PUT"} and recorded["status"] < 300
        if is_new and "json" in recorded and reply.status == recorded["status"] and reply.body:
            scenario.learn(recorded["json"], reply.value)
        # What was begun is done before the next request.
        scenario.fake.clock.advance(SETTLED)


def identity(exchange: dict[str, Any]) -> str:
    """What tells an exchange from the others."""
    request = exchange["request"]
    body = json.dumps(request["json"], sort_keys=True) if "json" in request else ""
    return f"{request['method']} {request['path']} {body} {exchange.get('note', '')}".strip()


def objects(value: Any) -> Any:
    """Every JSON object inside a value."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from objects(item)


def load(folder: Path) -> list[dict[str, Any]]:
    """The exchanges of a folder, numbered within their files."""
    found: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text().splitlines()):
            found.append({"key": f"{path.stem}:{number}", **json.loads(line)})
    return found


def differences(recorded: dict[str, Any], reply: Any) -> list[str]:
    """What differs between a recorded answer and one of the fake: status, shape, message."""
    found: list[str] = []
    if recorded["status"] != reply.status:
        return [f"status {reply.status} instead of {recorded['status']}: {reply.body[:200]!r}"]
    kind = recorded.get("headers", {}).get("content-type", "").partition(";")[0]
    mine = reply.headers.get("content-type", "").partition(";")[0]
    if kind and kind != mine and reply.body:
        return [f"content type {mine} instead of {kind}"]
    if "json" in recorded:
        value = reply.value
        found += shape(recorded["json"], value, "")
        if recorded["status"] >= 400:
            for name in ("message", "validations"):
                there, here = recorded["json"].get(name), value.get(name)
                if blank(there) != blank(here):
                    found.append(f"{name}: {here!r} instead of {there!r}")
    return found


def blank(value: Any) -> str:
    """A text without what differs from run to run."""
    return UUID.sub("<id>", json.dumps(value, sort_keys=True))


def shape(there: Any, here: Any, where: str) -> list[str]:
    """Keys that are missing or too many, and types that differ."""
    if isinstance(there, dict) and isinstance(here, dict):
        if all(UUID.fullmatch(key) for key in [*there, *here]):
            return []
        found = [f"{where}.{key} is missing" for key in there if key not in {*here, *OPTIONAL}]
        found += [f"{where}.{key} is too much" for key in here if key not in {*there, *OPTIONAL}]
        for key in there:
            if key in here:
                found += shape(there[key], here[key], f"{where}.{key}")
        return found
    if isinstance(there, list) and isinstance(here, list):
        # The objects of a list differ; what is compared is their form.
        return shape(there[0], here[0], f"{where}[]") if there and here else []
    if kind(there) != kind(here):
        return [f"{where} is {kind(here)} instead of {kind(there)}"]
    return []


def kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return names.get(type(value), "null")
