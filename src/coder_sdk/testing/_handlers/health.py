"""How the deployment fares."""

from __future__ import annotations

from typing import Any

from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Call, Reply, answer, forbidden, missing, refuse

routes = Routes()


def _may_read(call: Call) -> bool:
    return call.actor.can("deployment_config", "read")


@routes("GET", "/api/v2/debug/health")
def report(call: Call) -> Reply:
    """Say that everything is well."""
    if not _may_read(call):
        raise missing()
    state = call.state
    found: dict[str, dict[str, Any]] = {
        "access_url": {
            "access_url": state.access_url,
            "reachable": True,
            "status_code": 200,
            "healthz_response": "OK",
        },
        "database": {"reachable": True, "latency": "1ms", "latency_ms": 1, "threshold_ms": 15},
        "derp": {"regions": {}, "netcheck_logs": []},
        "provisioner_daemons": {"items": []},
        "websocket": {"body": "", "code": 101},
        "workspace_proxy": {"workspace_proxies": {"regions": []}},
    }
    dismissed = {name.lower() for name in state.settings["dismissed"]}
    for name, section in found.items():
        section.update(severity="ok", warnings=[])
        section["dismissed"] = name.replace("_", "") in dismissed
        if name != "provisioner_daemons":
            section["healthy"] = True
    return answer(
        {
            "time": stamp(state.now),
            "healthy": True,
            "severity": "ok",
            "coder_version": state.version_text,
            **found,
        }
    )


@routes("GET", "/api/v2/debug/health/settings")
def health_settings(call: Call) -> Reply:
    """Show which checks are dismissed."""
    if not _may_read(call):
        raise forbidden()
    return answer({"dismissed_healthchecks": list(call.state.settings["dismissed"])})


@routes("PUT", "/api/v2/debug/health/settings")
def put_health_settings(call: Call) -> Reply:
    """Dismiss checks; unchanged settings are answered by 204."""
    if not _may_read(call):
        raise forbidden()
    names = Body(call).strings("dismissed_healthchecks")
    known = {"DERP", "AccessURL", "Websocket", "Database", "WorkspaceProxy", "ProvisionerDaemons"}
    for name in names:
        if name not in known:
            detail = f'unknown healthcheck section: "{name}"'
            raise refuse(500, "Failed to validate the payload of health settings.", detail)
    if names == call.state.settings["dismissed"]:
        return Reply(204)
    call.state.settings["dismissed"] = list(names)
    return answer({"dismissed_healthchecks": names})
