"""The deployment itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from coder_sdk.testing._actor import public_scopes
from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Call, Reply, answer, forbidden, message, missing, text

routes = Routes()
FEATURES: Final = (
    "access_control", "advanced_template_scheduling", "ai_governance_user_limit", "aibridge",
    "appearance", "audit_log", "boundary", "browser_only", "connection_log",
    "control_shared_ports", "custom_roles", "external_provisioner_daemons",
    "external_token_encryption", "high_availability", "managed_agent_limit",
    "multiple_external_auth", "multiple_organizations", "scim", "service_accounts",
    "task_batch_actions", "template_rbac", "user_limit", "user_role_management",
    "workspace_batch_actions", "workspace_external_agent", "workspace_prebuilds",
    "workspace_proxy",
)  # fmt: skip


@routes("GET", "/api/v2", auth="none")
def root(call: Call) -> Reply:
    """Answer a greeting."""
    del call
    return message(200, "\U0001f44b")


@routes("GET", "/healthz", auth="none")
@routes("GET", "/latency-check", auth="none")
def healthz(call: Call) -> Reply:
    """Say that the server is up."""
    del call
    return text("OK")


@routes("GET", "/api/v2/buildinfo", auth="none")
def buildinfo(call: Call) -> Reply:
    """Tell what the server is."""
    state = call.state
    return answer(
        {
            "external_url": "https://github.com/coder/coder",
            "version": state.version_text,
            "dashboard_url": state.access_url,
            "telemetry": False,
            "workspace_proxy": False,
            "agent_api_version": "1.0",
            "provisioner_api_version": "1.18",
            "upgrade_message": "",
            "deployment_id": state.settings["deployment_id"],
            "webpush_public_key": "BIjiQekCaBIL_yNEd2nle5hW",
        }
    )


@routes("GET", "/api/v2/updatecheck", auth="none")
def updatecheck(call: Call) -> Reply:
    """Say that there is nothing newer."""
    url = "https://github.com/coder/coder"
    return answer({"current": True, "version": call.state.version_text, "url": url})


@routes("GET", "/api/v2/experiments")
def experiments(call: Call) -> Reply:
    """List the experiments that are on."""
    return answer(list(call.state.experiments))


@routes("GET", "/api/v2/experiments/available")
def experiments_available(call: Call) -> Reply:
    """List the experiments that are known to be safe."""
    del call
    return answer({"safe": ["minimum-implicit-member"]})


@routes("GET", "/api/v2/auth/scopes", auth="none", since=(2, 27))
def scopes(call: Call) -> Reply:
    """List the scopes that tokens may have."""
    del call
    return answer({"external": public_scopes()})


@routes("POST", "/api/v2/authcheck")
def authcheck(call: Call) -> Reply:
    """Tell what the caller may do."""
    result: dict[str, bool] = {}
    for name, check in Body(call).tables("checks").items():
        target: dict[str, Any] = check.get("object") or {}
        owner = target.get("owner_id") or None
        result[name] = target.get("resource_type") in _RESOURCES and call.actor.can(
            target["resource_type"],
            check.get("action", ""),
            owner=call.actor.user.id if owner == "me" else owner,
            organization=target.get("organization_id") or None,
        )
    return answer(result)


_RESOURCES: Final = frozenset(
    {
        "api_key", "assign_org_role", "assign_role", "audit_log", "chat", "connection_log",
        "deployment_config", "deployment_stats", "file", "group", "idpsync_settings",
        "inbox_notification", "license", "notification_preference", "organization",
        "organization_member", "provisioner_daemon", "provisioner_jobs", "replicas", "system",
        "task", "template", "user", "user_secret", "workspace", "workspace_proxy", "*",
    }
)  # fmt: skip


@routes("POST", "/api/v2/csp/reports", auth="none")
def csp_reports(call: Call) -> Reply:
    """Take a report of a browser."""
    Body(call)
    return answer("ok")


def _need(call: Call, resource: str) -> None:
    if not call.actor.can(resource, "read"):
        raise forbidden()


@routes("GET", "/api/v2/deployment/config")
def deployment_config(call: Call) -> Reply:
    """Show the configuration, the part of it that matters to clients."""
    _need(call, "deployment_config")
    state = call.state
    config: dict[str, Any] = {
        "access_url": state.access_url,
        "docs_url": f"https://coder.com/docs/@{state.version_text}",
        "http_address": "127.0.0.1:3000",
        "max_token_lifetime": _nanoseconds(timedelta(days=state.max_lifetime_days)),
        "session_lifetime": {
            "default_duration": _nanoseconds(timedelta(days=state.session_days)),
            "default_token_lifetime": _nanoseconds(timedelta(days=7)),
            "max_admin_token_lifetime": _nanoseconds(timedelta(days=state.max_owner_lifetime_days)),
            "max_token_lifetime": _nanoseconds(timedelta(days=state.max_lifetime_days)),
        },
        "rate_limit": {"disable_all": False, "api": state.settings["rate_limit"]},
        "experiments": list(state.experiments),
    }
    return answer({"config": config, "options": []})


def _nanoseconds(span: timedelta) -> int:
    return round(span.total_seconds()) * 10**9


@routes("GET", "/api/v2/deployment/ssh")
def deployment_ssh(call: Call) -> Reply:
    """Show what SSH clients need."""
    del call
    value: dict[str, Any] = {
        "hostname_prefix": "coder.",
        "hostname_suffix": "coder",
        "ssh_config_options": {},
    }
    return answer(value)


@routes("GET", "/api/v2/deployment/stats")
def deployment_stats(call: Call) -> Reply:
    """Count the workspaces."""
    _need(call, "deployment_stats")
    state = call.state
    counts = dict.fromkeys(("pending", "building", "running", "failed", "stopped"), 0)
    for workspace in state.live_workspaces():
        status = workspace.latest.status
        kind = status if status in counts else "building"
        counts[kind] += 1
    nothing = {"P50": -1, "P95": -1}
    used = dict.fromkeys(("vscode", "ssh", "jetbrains", "reconnecting_pty"), 0)
    return answer(
        {
            "aggregated_from": stamp(state.now - timedelta(minutes=15)),
            "collected_at": stamp(state.now),
            "next_update_at": stamp(state.now + timedelta(seconds=30)),
            "workspaces": {
                **counts,
                "connection_latency_ms": nothing,
                "rx_bytes": 0,
                "tx_bytes": 0,
            },
            "session_count": used,
        }
    )


@routes("GET", "/api/v2/applications/host")
def applications_host(call: Call) -> Reply:
    """Show the host of applications."""
    return answer({"host": call.state.settings["app_host"]})


@routes("GET", "/api/v2/entitlements", auth="none", enterprise=True)
def entitlements(call: Call) -> Reply:
    """Tell which features the licence has."""
    state = call.state
    licensed = state.edition == "licensed"
    features: dict[str, dict[str, Any]] = {}
    for name in FEATURES:
        enabled = state.has_feature(name)
        kind = "entitled" if enabled else "not_entitled"
        features[name] = {"entitlement": kind, "enabled": enabled}
    users = [user for user in state.users.values() if not user.deleted]
    features["user_limit"]["actual"] = sum(user.status == "active" for user in users)
    return answer(
        {
            "features": features,
            "warnings": [],
            "errors": [],
            "has_license": licensed,
            "trial": False,
            "require_telemetry": False,
            "refreshed_at": stamp(state.now),
        }
    )


@routes("GET", "/api/v2/replicas", enterprise=True)
def replicas(call: Call) -> Reply:
    """List the one server."""
    if not call.actor.can("replicas", "read"):
        raise missing()
    replica = {
        "id": call.state.settings["deployment_id"],
        "hostname": "coder",
        "created_at": stamp(call.state.now),
        "relay_address": "",
        "region_id": 999,
        "error": "",
        "database_latency": 1,
    }
    return answer([replica])


@routes("GET", "/api/v2/licenses", enterprise=True)
def licenses(call: Call) -> Reply:
    """List the licences."""
    if not call.actor.is_owner:
        return answer([])
    return answer(list(call.state.settings["licenses"]))
