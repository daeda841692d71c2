"""Agents, from outside and as themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._builds import app_status
from coder_sdk.testing._logs import agent_logs, upgrade_required
from coder_sdk.testing._lookup import agent_of, sees_workspace
from coder_sdk.testing._pty import Terminal, TerminalSession
from coder_sdk.testing._query import Body, is_uuid, uuid_param
from coder_sdk.testing._router import Routes
from coder_sdk.testing._session import Session
from coder_sdk.testing._times import YEAR_ONE
from coder_sdk.testing._watch import MetadataSession
from coder_sdk.testing._web import (
    Call,
    Refusal,
    Reply,
    answer,
    dump,
    missing,
    page,
    refuse,
)

if TYPE_CHECKING:
    from coder_sdk.testing._state.agents import Agent

routes = Routes()
_AGENT: Final = "/api/v2/workspaceagents/{workspaceagent}"
_ME: Final = "/api/v2/workspaceagents/me"


def derp_map() -> dict[str, Any]:
    """The map of relays."""
    node = {
        "Name": "999b",
        "RegionID": 999,
        "HostName": "127.0.0.1",
        "STUNPort": -1,
        "DERPPort": 3000,
        "ForceHTTP": True,
    }
    region = {
        "EmbeddedRelay": True,
        "RegionID": 999,
        "RegionCode": "coder",
        "RegionName": "Coder Embedded Relay",
        "Nodes": [node],
    }
    return {"Regions": {"999": region}}


@routes("GET", "/api/v2/derp-map", auth="none")
def watch_derp_map(call: Call) -> Reply:
    """Stream the map of relays, which never changes here."""
    if not call.upgrade:
        return upgrade_required()
    session = Session(call.state.clock)
    session.put(dump(derp_map()))
    return Reply(101, session=session)


@routes("GET", _AGENT)
def get_agent(call: Call) -> Reply:
    """Show an agent."""
    return answer(agent_of(call).wire(call.state.version_text))


@routes("GET", _AGENT + "/logs")
@routes("GET", _AGENT + "/startup-logs")
def logs(call: Call) -> Reply:
    """Show or stream the logs of an agent."""
    return agent_logs(call, agent_of(call))


@routes("GET", _AGENT + "/watch-metadata")
def watch_metadata(call: Call) -> Reply:
    """Stream the metadata of an agent as server-sent events."""
    return Reply(200, session=MetadataSession(call, agent_of(call), envelope=False))


@routes("GET", _AGENT + "/watch-metadata-ws", since=(2, 21))
def watch_metadata_socket(call: Call) -> Reply:
    """Stream the metadata of an agent over a WebSocket."""
    agent = agent_of(call)
    if not call.upgrade:
        return upgrade_required(
            "Internal error setting up server-sent events.", "cannot establish connection: "
        )
    return Reply(101, session=MetadataSession(call, agent, envelope=True))


@routes("GET", _AGENT + "/listening-ports")
def listening_ports(call: Call) -> Reply:
    """List the ports that something listens on."""
    agent = agent_of(call)
    _need_connected(agent)
    ports = [
        {"process_name": name, "network": "tcp", "port": port} for port, name in agent.spec.ports
    ]
    return answer({"ports": ports})


def _need_connected(agent: Agent) -> None:
    if agent.status != "connected":
        text = f'Agent state is "{agent.status}", it must be in the "connected" state.'
        raise refuse(400, text)


@routes("GET", _AGENT + "/containers", since=(2, 19))
def containers(call: Call) -> Reply:
    """List the containers, of which there are none."""
    agent = agent_of(call)
    _need_connected(agent)
    return answer({"devcontainers": [], "containers": []})


@routes("GET", _AGENT + "/containers/watch", since=(2, 25))
def watch_containers(call: Call) -> Reply:
    """Refuse to stream containers: the agent has no such route."""
    agent = agent_of(call)
    _need_connected(agent)
    raise refuse(
        500,
        "Internal error watching agent's containers.",
        "unexpected status code 404: unexpected non-JSON response",
    )


@routes("GET", "/api/v2/workspaceagents/connection")
@routes("GET", _AGENT + "/connection")
def connection(call: Call) -> Reply:
    """Show how clients reach agents."""
    if "workspaceagent" in call.params:
        agent_of(call)
    return answer(
        {
            "derp_map": derp_map(),
            "derp_force_websockets": False,
            "disable_direct_connections": False,
            "hostname_suffix": "coder",
        }
    )


@routes("GET", _AGENT + "/pty", auth="none")
def pty(call: Call) -> Reply:
    """Open a terminal; refusals differ from those of every other route."""
    if call.actor_or_none is None:
        raise missing()
    reconnect = call.get("reconnect")
    if not is_uuid(reconnect):
        reason = "must be a valid uuid" if reconnect else "is required and cannot be empty"
        detail = f'Query param "reconnect" {reason}'
        problem = {"field": "reconnect", "detail": detail}
        raise refuse(400, "Invalid query parameters.", validations=[problem])
    agent = call.state.agents.get(uuid_param(call, "workspaceagent"))
    if agent is None or not sees_workspace(call, call.state.workspaces[agent.workspace_id], "ssh"):
        raise Refusal(page("404 - Application Not Found", 404))
    if agent.status != "connected" or agent.gone:
        status = 404 if call.state.version >= (2, 36, 0) else 502
        raise Refusal(page(f"{status} - Application Unavailable", status))
    if not call.upgrade:
        return upgrade_required()
    terminal = agent.sessions.get(reconnect)
    if terminal is None:
        terminal = Terminal(call.state.clock, call.state.commands, call.get("command"))
        agent.sessions[reconnect] = terminal
    workspace = call.state.workspaces[agent.workspace_id]
    workspace.last_used_at = call.state.now
    return Reply(101, session=TerminalSession(call.state.clock, terminal))


def agent_itself(call: Call) -> Agent:
    """The agent whose token the request came with.

    Raises:
        Refusal: The token is not an agent's.
    """
    token = call.headers.get("coder-session-token", "")
    if not is_uuid(token):
        raise refuse(
            401,
            "Workspace agent token invalid.",
            f"An agent token must be a valid UUIDv4. (len {len(token)})",
        )
    for agent in call.state.agents.values():
        if agent.token == token and not agent.gone:
            return agent
    raise refuse(
        401,
        "Workspace agent not authorized.",
        "The agent cannot authenticate until the workspace provision job has been completed. If "
        "the job is no longer running, this agent is invalid.",
    )


@routes("GET", _ME + "/gitsshkey", auth="agent")
def agent_git_key(call: Call) -> Reply:
    """Give an agent the keys of its owner."""
    agent = agent_itself(call)
    owner = call.state.users[call.state.workspaces[agent.workspace_id].owner_id]
    public = f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{owner.git_key or owner.id[:8]}"
    return answer({"public_key": public, "private_key": f"private key of {owner.username}"})


@routes("GET", _ME + "/external-auth", auth="agent")
def agent_external_auth(call: Call) -> Reply:
    """Give an agent the token of its owner at another service."""
    agent = agent_itself(call)
    owner = call.state.workspaces[agent.workspace_id].owner_id
    name = call.get("id") or "github"
    link = call.state.links.get((owner, name))
    token = "" if link is None else str(link["token"])
    return answer(
        {
            "access_token": token,
            "token_extra": None,
            "url": "" if token else f"{call.state.access_url}/external-auth/{name}",
            "type": name if token else "",
            "expires_at": YEAR_ONE,
            "username": "",
            "password": "",
        }
    )


@routes("PATCH", _ME + "/logs", auth="agent")
def agent_patch_logs(call: Call) -> Reply:
    """Take lines from an agent."""
    agent = agent_itself(call)
    for line in Body(call).objects("logs"):
        agent.add_log(call.state.now, str(line.get("output", "")), line.get("level") or "info")
    return answer(None)


@routes("PATCH", _ME + "/app-status", auth="agent")
def agent_app_status(call: Call) -> Reply:
    """Take what an application says that it does."""
    agent = agent_itself(call)
    body = Body(call)
    slug = body.text("app_slug")
    if slug not in agent.app_ids:
        raise refuse(400, "Failed to get workspace app.", f'No app found with slug "{slug}"')
    workspace = call.state.workspaces[agent.workspace_id]
    app_status(call.state, workspace, agent, slug, body.values)
    return answer(None)
