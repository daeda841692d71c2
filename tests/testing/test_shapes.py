"""What the fake deployment shows of its state decodes into the types of the operations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from coder_sdk._request import SocketRequest, StreamRequest
from coder_sdk.testing import AgentSpec, App, FakeCoder, Metadata, Parameter, Preset, Variable
from coder_sdk.testing._catalog import catalog
from coder_sdk.testing._editions import shape
from coder_sdk.testing._handlers import all_routes

WINDOW = "start_time=2026-10-28T00:00:00Z&end_time=2026-10-30T00:00:00Z&interval=day"
QUERIES = {
    "/api/v2/insights/templates": WINDOW,
    "/api/v2/insights/user-activity": WINDOW.replace("&interval=day", ""),
    "/api/v2/insights/user-latency": WINDOW.replace("&interval=day", ""),
}
TYPES = {shape(operation): request for operation, request in catalog().items()}
# Answers of an agent to itself, and what is no JSON.
ELSEWHERE = ("/workspaceagents/me/", "/files/", "/state", "/watch", "/pty", "/stream", "derp-map")
ROUTES = [
    route
    for route in all_routes()
    if route.method == "GET"
    and type(route.handler).__name__ != "_Example"
    and shape(route.operation) in TYPES
    and not isinstance(TYPES[shape(route.operation)], (StreamRequest, SocketRequest))
    and not any(part in route.path for part in ELSEWHERE)
    and not route.path.startswith("/api/v2/users/o")
]


@pytest.fixture(scope="module")
def furnished() -> Iterator[tuple[FakeCoder, dict[str, str]]]:
    with FakeCoder(rate_limit=None, experiments=["workspace-build-updates"]) as fake:
        fake.add_user("ada")
        group = fake.add_group("devs", members=["ada"])
        agent = AgentSpec(apps=(App("chat"),), metadata=(Metadata("load", "1"),))
        template = fake.add_template(
            "docker",
            parameters=[
                Parameter("cpu", 2, maximum=8),
                Parameter("region", "eu", options={"eu": "E"}),
            ],
            variables=[Variable("image", "x")],
            presets=[Preset("big", {"cpu": 8})],
            agents=[agent],
            ai_task=True,
            external_auth=["github"],
            daily_cost=0,
        )
        fake.add_version("docker", "v2", agents=[agent])
        workspace = fake.add_workspace("dev", template="docker")
        moment = datetime(2026, 10, 28, 9, tzinfo=timezone.utc)
        fake.add_usage("ada", template="docker", moment=moment, latency_ms=3.5)
        fake.add_audit("write", "user", "ada")
        fake.add_connection("dev")
        fake.link("github")
        fake.send_notification("Hello")
        client = fake.client()
        client.request("PUT", f"/api/v2/workspaces/{workspace}/favorite")
        acl = {"user_roles": {str(client.users.get("ada").id): "use"}}
        client.request("PATCH", f"/api/v2/workspaces/{workspace}/acl", body=acl)
        share = {"agent_name": "main", "port": 1, "share_level": "owner", "protocol": "http"}
        client.request("POST", f"/api/v2/workspaces/{workspace}/port-share", body=share)
        client.request("POST", "/api/v2/users/me/keys/tokens", body={"token_name": "ci"})
        secret = {"name": "npm", "value": "x", "env_name": "NPM"}
        client.request("POST", "/api/v2/users/me/secrets", body=secret)
        version = str(client.templates.get(template).active_version_id)
        task = {"template_version_id": version, "input": "Do it"}
        made = client.request("POST", "/api/v2/tasks/me", body=task)
        organization = client.request("GET", "/api/v2/organizations/default")["id"]
        chat = {"organization_id": organization, "content": [{"type": "text", "text": "Hi"}]}
        begun = client.request("POST", "/api/experimental/chats", body=chat)
        dry = client.request("POST", f"/api/v2/templateversions/{version}/dry-run", body={})
        fake.clock.advance(10)
        latest = client.workspaces.get(workspace).latest_build
        yield (
            fake,
            {
                "user": "me",
                "organization": "default",
                "group": str(group),
                "template": str(template),
                "templateversion": version,
                "workspace": str(workspace),
                "workspacebuild": str(latest.id),
                "workspaceagent": str(latest.resources[0].agents[0].id),
                "agent": "main",
                "task": made["id"],
                "chat": begun["id"],
                "jobID": dry["id"],
                "job": dry["id"],
                "workspacename": "dev",
                "buildnumber": "1",
                "templatename": "docker",
                "templateversionname": "v2",
                "groupName": "devs",
                "organizationname": "coder",
                "externalauth": "github",
                "keyname": "ci",
                "keyid": client.request("GET", "/api/v2/users/me/keys/tokens/ci")["id"],
                "name": "npm",
            },
        )


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_an_answer_decodes_into_the_type_of_the_operation(
    furnished: tuple[FakeCoder, dict[str, str]], route: Any
):
    fake, known = furnished
    path = re.sub(r"\{([^}]*)\}", lambda found: known[found[1]], route.path)
    headers = {"Coder-Session-Token": fake.token_for()}
    target = f"{path}?{QUERIES.get(path, '')}"
    reply = fake._app.handle(fake._app.arrive("GET", target, headers.items(), b""))
    assert reply.status == 200, reply.body
    decoder = TYPES[shape(route.operation)].types.body
    if not (decoder.is_text or decoder.is_bytes or decoder.is_none):
        decoder.json(reply.body)
