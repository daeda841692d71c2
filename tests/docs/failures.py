"""One typical failure for each error class, made on the fake deployment where that is possible."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

import coder_sdk
from coder_sdk import AsyncClient, Client
from coder_sdk.testing import AgentSpec, ChatTurn, FakeCoder, TemplateSpec, Variable

Failure = Callable[[Any, Client], object]
FAILURES: dict[str, Failure] = {}


def failure(function: Failure) -> Failure:
    """Register the function under the class that its name stands for."""
    words = function.__name__.replace("_", "")
    name = next(name for name in coder_sdk.__all__ if name.lower() == words)
    FAILURES[name] = function
    return function


def transported(handler: Callable[[httpx.Request], httpx.Response]) -> Client:
    """A client whose HTTP library fails, or answers, as a function says."""
    http = httpx.Client(transport=httpx.MockTransport(handler))
    return Client(http_client=http, retry=None)


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


@failure
def config_error(fake: FakeCoder, coder: Client):
    Client("https://other.example.com")


@failure
def client_usage_error(fake: FakeCoder, coder: Client):
    client = Client()
    client.close()
    client.users.get("me")


@failure
def request_validation_error(fake: FakeCoder, coder: Client):
    coder.workspaces.list(status="runing").to_list()


@failure
def ambiguous_error(fake: FakeCoder, coder: Client):
    fake.add_organization("research")
    fake.add_template("docker", organization="research")
    coder.templates.get("docker")


@failure
def transport_error(fake: FakeCoder, coder: Client):
    transported(raising(httpx.LocalProtocolError("Illegal header value"))).users.get("me")


@failure
def connect_error(fake: FakeCoder, coder: Client):
    fake.inject("/api/v2/users/me", refuse=True, times=None)
    coder.with_options(retry=None).users.get("me")


@failure
def tls_error(fake: FakeCoder, coder: Client):
    cause = ssl.SSLCertVerificationError(
        1, "certificate verify failed: unable to get local issuer certificate"
    )
    error = httpx.ConnectError("certificate verify failed: unable to get local issuer certificate")
    error.__cause__ = cause
    transported(raising(error)).users.get("me")


@failure
def proxy_error(fake: FakeCoder, coder: Client):
    transported(raising(httpx.ProxyError("407 Proxy Authentication Required"))).users.get("me")


@failure
def request_timeout_error(fake: FakeCoder, coder: Client):
    fake.inject("/api/v2/users/me", delay=60)
    coder.users.get("me", timeout=30, retry=None)


@failure
def connection_lost_error(fake: FakeCoder, coder: Client):
    fake.inject("POST /api/v2/organizations/*/groups", lose=True)
    coder.groups.create("default", name="reviewers")


@failure
def deadline_exceeded_error(fake: FakeCoder, coder: Client):
    fake.inject("/api/v2/users/me", delay=10, times=None)
    coder.users.get("me", timeout=30, deadline=5)


@failure
def redirect_error(fake: FakeCoder, coder: Client):
    fake.inject(
        "/api/v2/users/me",
        status=307,
        headers={"location": "https://dev.example.com/api/v2/users/me"},
    )
    coder.users.get("me")


@failure
def unexpected_response_error(fake: FakeCoder, coder: Client):
    fake.inject("/api/v2/users/me", status=200, body=b"<html><title>Sign in</title></html>")
    coder.users.get("me")


@failure
def decode_error(fake: FakeCoder, coder: Client):
    fake.inject(
        "/api/v2/users/me",
        status=200,
        body=b'{"id": "e443df78-9558-467f-9ba9-1faf7a024204", "username": 7}',
        headers={"content-type": "application/json"},
    )
    coder.users.get("me")


@failure
def paging_error(fake: FakeCoder, coder: Client):
    body = {"users": [dict(coder.request("GET", "/api/v2/users/me"))], "count": 9}

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=body)

    transported(handler).users.list(limit=1).to_list()


@failure
def stream_error(fake: FakeCoder, coder: Client):
    fake.inject("/api/v2/workspaces/*/watch-ws", drop=1, times=None)
    for _ in coder.workspaces.watch_ws("dev", retry=None):
        pass


@failure
def api_status_error(fake: FakeCoder, coder: Client):
    fake.inject("/api/v2/users/me", status=402, message="Payment is required.")
    coder.users.get("me")


@failure
def bad_request_error(fake: FakeCoder, coder: Client):
    coder.request("POST", "/api/v2/organizations/default/templates", body={"name": 7})


@failure
def validation_failed_error(fake: FakeCoder, coder: Client):
    coder.users.create(
        email="new@example.com", username="not a name", organization_ids=[], login_type="none"
    )


@failure
def unauthorized_error(fake: FakeCoder, coder: Client):
    token = fake.token_for(lifetime=timedelta(minutes=1))
    fake.clock.advance(timedelta(hours=1))
    with Client(token=token) as late:
        late.users.get("me")


@failure
def permission_denied_error(fake: FakeCoder, coder: Client):
    coder.users.delete("me")


@failure
def feature_unavailable_error(fake: FakeCoder, coder: Client):
    FakeCoder(version="2.24.0").client().tasks.list()


@failure
def not_found_error(fake: FakeCoder, coder: Client):
    coder.workspaces.get("ada/nothing")


@failure
def gone_error(fake: FakeCoder, coder: Client):
    ws = coder.workspaces.get("dev")
    coder.workspaces.delete(ws)
    coder.workspaces.get(ws.id)


@failure
def not_ready_error(fake: FakeCoder, coder: Client):
    fake.inject(
        "/api/v2/templateversions/*/rich-parameters",
        status=425,
        message="Template version job has not finished",
    )
    version = coder.templates.get("docker").active_version_id
    coder.template_versions.rich_parameters(version)


@failure
def conflict_error(fake: FakeCoder, coder: Client):
    coder.workspaces.create("dev", template="docker")


@failure
def chat_limit_error(fake: FakeCoder, coder: Client):
    resets_at = fake.clock.now() + timedelta(days=3)
    fake.limit_chats(spent_micros=5_000_000, limit_micros=5_000_000, resets_at=resets_at)
    coder.chats.ask("Which tests fail?")


@failure
def precondition_failed_error(fake: FakeCoder, coder: Client):
    fake.inject("PUT /api/v2/workspaces/*/dormant", status=412, message="Workspace is not dormant.")
    coder.workspaces.update_dormancy("dev", dormant=False)


@failure
def request_too_large_error(fake: FakeCoder, coder: Client):
    fake.inject("POST /api/v2/files", status=413, message="Request body too large.")
    coder.files.upload(b"0" * 100)


@failure
def expectation_failed_error(fake: FakeCoder, coder: Client):
    coder.users.delete("ada")


@failure
def rate_limit_error(fake: FakeCoder, coder: Client):
    for _ in range(600):
        coder.users.get("me", retry=None)


@failure
def server_error(fake: FakeCoder, coder: Client):
    fake.inject(
        "/api/v2/users/me",
        status=500,
        message="Internal error fetching user.",
        detail="pq: timeout",
    )
    coder.users.get("me")


@failure
def unavailable_error(fake: FakeCoder, coder: Client):
    fake.inject("/api/v2/users/me", status=502, body=b"<html>Bad Gateway</html>", times=None)
    coder.users.get("me", retry=None)


@failure
def build_failed_error(fake: FakeCoder, coder: Client):
    fake.fail_next_build("terraform apply: exit status 1")
    coder.workspaces.start("old")


@failure
def quota_exceeded_error(fake: FakeCoder, coder: Client):
    fake.fail_next_build("insufficient quota", "INSUFFICIENT_QUOTA")
    coder.workspaces.start("old")


@failure
def build_canceled_error(fake: FakeCoder, coder: Client):
    fake.add_template("endless", hangs=True)
    workspace = coder.workspaces.create("web", template="endless", wait=False)
    coder.builds.cancel(workspace.latest_build)
    coder.builds.wait(workspace.latest_build)


@failure
def deletion_failed_error(fake: FakeCoder, coder: Client):
    def refuse(_: object) -> None:
        fake.inject("POST /api/v2/workspaces/*/builds", status=403, message="Forbidden.")

    fake.fail_next_build("terraform destroy: exit status 1")
    coder.workspaces.delete("ada/lab", orphan_on_failure=True, on_log=refuse)


@failure
def no_provisioner_error(fake: FakeCoder, coder: Client):
    fake.set_provisioners(0)
    coder.workspaces.start("old")


@failure
def external_auth_required_error(fake: FakeCoder, coder: Client):
    fake.add_template("private", external_auth=["github"])
    coder.workspaces.create("mine", template="private")


@failure
def agent_start_error(fake: FakeCoder, coder: Client):
    fake.add_template("broken", agents=[AgentSpec(startup="start_error")])
    coder.workspaces.provision("me/web", template="broken")


@failure
def agent_timeout_error(fake: FakeCoder, coder: Client):
    fake.add_template("slow", agents=[AgentSpec(startup="start_timeout")])
    coder.workspaces.provision("me/web", template="slow")


@failure
def agent_not_connected_error(fake: FakeCoder, coder: Client):
    fake.disconnect_agent("dev")
    coder.workspaces.run("dev", "true")


@failure
def command_error(fake: FakeCoder, coder: Client):
    fake.on_command("pytest -q", "2 failed, 40 passed", returncode=1)
    coder.workspaces.run("dev", "pytest -q").check()


@failure
def command_timeout_error(fake: FakeCoder, coder: Client):
    async def run() -> None:
        async with AsyncClient() as client:
            await client.workspaces.run("dev", "sleep 60; sleep 60", timeout=60)

    asyncio.run(run())


@failure
def wait_timeout_error(fake: FakeCoder, coder: Client):
    fake.add_template("endless", hangs=True)
    coder.workspaces.provision("me/web", template="endless", timeout=60)


@failure
def bulk_error(fake: FakeCoder, coder: Client):
    fake.inject(
        "POST /api/v2/workspaces/*/builds",
        status=409,
        message="A workspace build is already active.",
        times=None,
    )
    coder.bulk(coder.workspaces.stop, coder.workspaces.list(name="dev")).raise_on_error()


@failure
def command_lost_error(fake: FakeCoder, coder: Client):
    fake.inject("/api/v2/workspaceagents/*/pty", drop=1)
    fake.inject("/api/v2/workspaceagents/*/pty", refuse=True, times=None)
    coder.workspaces.run("dev", "sleep 60", timeout=900)


@failure
def template_import_error(fake: FakeCoder, coder: Client):
    fake.fail_next_import("terraform plan: exit status 1")
    coder.templates.push("default/web", files={"main.tf": "# empty"})


@failure
def missing_variables_error(fake: FakeCoder, coder: Client):
    fake.set_template_source(TemplateSpec(variables=(Variable("image", required=True),)))
    coder.templates.push("default/web", files={"main.tf": "# empty"})


@failure
def chat_failed_error(fake: FakeCoder, coder: Client):
    fake.on_chat(ChatTurn(error="The provider of the model refused the request."))
    coder.chats.ask("Which tests fail?")
