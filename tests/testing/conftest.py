"""A fake deployment, and a client of it in either colour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from coder_sdk import Client
from coder_sdk.testing import AgentSpec, App, FakeCoder, Metadata, Parameter, Preset, Variable


@pytest.fixture
def fake() -> Iterator[FakeCoder]:
    with FakeCoder() as made:
        yield made


@pytest.fixture
def ask(fake: FakeCoder) -> Any:
    """Sends a request as the owner and gives the answer's JSON."""
    client = fake.client(retry=None)

    def send(method: str, path: str, body: Any = None, **params: Any) -> Any:
        given = {} if body is None else {"body": body}
        return client.request(method, f"/api/v2{path}", params=params, **given)

    return send


@pytest.fixture(scope="module")
def furnished() -> Iterator[tuple[FakeCoder, dict[str, str]]]:
    """A deployment with one of everything, and the ids of it by the names of path parameters."""
    yield from furnish()


@pytest.fixture
def fresh() -> Iterator[tuple[FakeCoder, dict[str, str]]]:
    """Likewise, for one test alone."""
    yield from furnish()


def furnish() -> Iterator[tuple[FakeCoder, dict[str, str]]]:
    with FakeCoder(rate_limit=None, experiments=["oauth2", "workspace-build-updates"]) as fake:
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
        app, app_secret = register(client)
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
                "idOrName": "local",
                "app": app,
                "secretID": app_secret,
                "skillName": "deploy",
                "workspaceproxy": "paris",
                "provisionerkey": "builders",
            },
        )


def register(client: Client) -> tuple[str, str]:
    """Fill the registries; gives the ids of an OAuth2 application and of its secret."""
    client.ai_providers.create(type="openai", name="local", base_url="http://127.0.0.1:9/v1")
    client.skills.create("me", content="---\nname: deploy\n---\nbody")
    client.workspace_proxies.create(name="paris", display_name="Paris", icon="")
    client.provisioner_keys.create("default", name="builders", tags={"zone": "eu"})
    app = client.oauth2_apps.create(name="app", callback_url="http://127.0.0.1:9999/cb")
    return str(app.id), str(client.oauth2_apps.create_secret(app.id).id)
