"""Where the documentation is known to be wrong about the wire, the description is right."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.description import openapi
from codegen.description.openapi import Json, referred

DESCRIPTION = openapi.load()
OPERATIONS = dict(openapi.operations(DESCRIPTION))
SCHEMAS = openapi.schemas(DESCRIPTION)

WORKSPACE = "/api/v2/workspaces/{workspace}"
VERSION = "/api/v2/templateversions/{templateversion}"
ORGANIZATION = "/api/v2/organizations/{organization}"
AGENT = "/api/v2/workspaceagents/{workspaceagent}"


def spelled(schema: Json) -> str:
    """Write a schema in short: `[User]`, `{string}`, `uuid|null`."""
    name = referred(schema)
    if name is not None:
        text = name.removeprefix("codersdk.")
    elif schema.get("type") == "array":
        text = f"[{spelled(schema['items'])}]"
    elif isinstance(rest := schema.get("additionalProperties"), dict):
        text = f"{{{spelled(rest)}}}"
    else:
        text = schema.get("format") or schema.get("type") or "any"
    return text + ("|null" if schema.get("x-nullable") else "")


def answer(call: str) -> str:
    """Write what an operation answers: `201 Workspace`, `200 application/x-tar binary, 304`."""
    parts = list[str]()
    for status, response in sorted(OPERATIONS[call]["responses"].items()):
        content: dict[str, Json] = response.get("content", {})
        bodies = [
            spelled(body["schema"])
            if media == "application/json"
            else f"{media} {spelled(body['schema'])}"
            for media, body in sorted(content.items())
        ]
        if status < "400":
            parts.append(" ".join([status, " or ".join(bodies)]).strip())
    return ", ".join(parts)


@pytest.mark.parametrize(
    ("call", "real"),
    [
        # One object, or another object, where the pages have something else.
        (f"GET {ORGANIZATION}/paginated-members", "200 PaginatedMembersResponse"),
        ("GET /api/v2/users/{user}/quiet-hours", "200 UserQuietHoursScheduleResponse"),
        ("PUT /api/v2/users/{user}/quiet-hours", "200 UserQuietHoursScheduleResponse"),
        (f"POST {ORGANIZATION}/members/roles", "200 Role"),
        (f"PUT {ORGANIZATION}/members/roles", "200 Role"),
        (f"DELETE {ORGANIZATION}/members/roles/{{roleName}}", "204"),
        ("GET /api/v2/templates/{template}/acl/available", "200 ACLAvailable"),
        ("GET /api/v2/templates/{template}/versions/{templateversionname}", "200 TemplateVersion"),
        ("GET /api/v2/notifications/dispatch-methods", "200 NotificationMethodsResponse"),
        (
            "POST /api/v2/oauth2-provider/apps/{app}/secrets",
            "201 OAuth2ProviderAppSecretFull",
        ),
        ("GET /api/v2/workspaceproxies", "200 RegionsResponse-codersdk_WorkspaceProxy"),
        ("POST /api/v2/workspaceproxies", "201 UpdateWorkspaceProxyResponse"),
        ("PATCH /api/v2/workspaceproxies/{workspaceproxy}", "200 UpdateWorkspaceProxyResponse"),
        ("GET /api/v2/users/{user}/keys/tokens", "200 [APIKeyWithOwner]"),
        ("GET /api/v2/users/{user}/roles", "200 UserRoles"),
        ("GET /api/v2/external-auth", "200 ListUserExternalAuthResponse"),
        (
            "PUT /api/v2/notifications/inbox/{id}/read-status",
            "200 UpdateInboxNotificationReadStatusResponse",
        ),
        (
            "POST /api/v2/templates/{template}/versions/archive",
            "200 ArchiveTemplateVersionsResponse",
        ),
        ("DELETE /api/v2/groups/{group}", "200 Response"),
        ("DELETE /api/v2/users/{user}", "200 Response"),
        (f"DELETE {WORKSPACE}/port-share", "200"),
        ("DELETE /api/v2/licenses/{id}", "200"),
        ("GET /api/v2/experiments/available", "200 AvailableExperiments"),
        (f"POST {VERSION}/archive", "200 string"),
        (f"POST {VERSION}/unarchive", "200 string"),
        (f"GET {VERSION}/schema", "200 [any]"),
        (f"GET {VERSION}/parameters", "200 [any]"),
        ("GET /api/v2/users/{user}/notifications/preferences", "200 [NotificationPreference]"),
        ("PATCH /api/v2/workspaceagents/me/logs", "200 null"),
        ("PATCH /api/v2/workspaceagents/me/app-status", "200 null"),
        (
            "PATCH /scim/v2/Users/{id}",
            "200 legacyscim.SCIMUser or application/scim+json legacyscim.SCIMUser",
        ),
        # Statuses.
        (f"POST {ORGANIZATION}/templates", "201 Template"),
        ("POST /api/v2/users/{user}/workspaces", "201 Workspace"),
        (f"POST {ORGANIZATION}/members/{{user}}/workspaces", "201 Workspace"),
        (f"POST {WORKSPACE}/builds", "201 WorkspaceBuild"),
        ("POST /api/v2/oauth2-provider/apps", "201 OAuth2ProviderApp"),
        ("POST /api/v2/workspaceagents/me/log-source", "201 WorkspaceAgentLogSource"),
        ("POST /api/v2/notifications/test", "204"),
        ("PUT /api/v2/debug/health/settings", "200 healthsdk.UpdateHealthSettings, 204"),
        (f"PUT {WORKSPACE}/dormant", "200 Workspace, 304"),
        ("PUT /api/v2/notifications/settings", "200 NotificationsSettings, 304"),
        ("PUT /api/v2/prebuilds/settings", "200 PrebuildsSettings, 304"),
        (
            "PUT /api/v2/notifications/templates/{notification_template}/method",
            "200 Response, 304",
        ),
        ("POST /api/v2/licenses/refresh-entitlements", "200 Response"),
        ("GET /api/v2/applications/auth-redirect", "303"),
        ("DELETE /api/v2/tasks/{user}/{task}", "202"),
        # Bodies that are no JSON.
        (
            "GET /api/v2/files/{fileID}",
            "200 application/x-tar binary or application/zip binary",
        ),
        (
            "GET /api/experimental/chats/files/{file}",
            "200 application/octet-stream binary",
        ),
        (
            "GET /api/v2/workspacebuilds/{workspacebuild}/state",
            "200 application/octet-stream binary",
        ),
        ("POST /api/v2/templatebuilder/compose", "200 application/x-tar binary"),
        ("GET /api/v2/init-script/{os}/{arch}", "200 text/plain string"),
        (f"GET {ORGANIZATION}/ai/spend/export", "200 text/csv string"),
        ("GET /api/v2/debug/metrics", "200 text/plain string"),
        ("GET /api/v2/debug/coordinator", "200 text/html string"),
        ("GET /api/v2/debug/tailnet", "200 text/html string"),
        (f"GET {WORKSPACE}/watch", "200 text/event-stream Workspace"),
        (f"GET {WORKSPACE}/watch-ws", "101"),
        ("GET /api/experimental/chats/{chat}/stream", "101"),
        (
            f"GET {AGENT}/logs",
            "200 [WorkspaceAgentLog] or text/plain string",
        ),
    ],
)
def test_an_operation_answers_what_the_server_sends(call: str, real: str) -> None:
    assert answer(call) == real


@pytest.mark.parametrize(
    ("call", "real"),
    [
        ("POST /api/v2/files", "binary"),
        ("POST /api/experimental/chats/files", "binary"),
        (
            "PUT /api/v2/notifications/inbox/{id}/read-status",
            "UpdateInboxNotificationReadStatusRequest",
        ),
        (f"POST {ORGANIZATION}/provisionerkeys", "CreateProvisionerKeyRequest"),
        ("POST /api/v2/external-auth/{externalauth}/device", "ExternalAuthDeviceExchange"),
    ],
)
def test_an_operation_takes_what_the_server_reads(call: str, real: str) -> None:
    content: dict[str, Json] = OPERATIONS[call]["requestBody"]["content"]
    assert {spelled(body["schema"]) for body in content.values()} == {real}


@pytest.mark.parametrize(
    ("schema", "real"),
    [
        ("uuid.NullUUID", "uuid"),
        ("codersdk.APIAllowListTarget", "string"),
        ("serpent.URL", "string"),
        ("serpent.HostPort", "string"),
        ("serpent.Regexp", "string"),
        ("regexp.Regexp", "string"),
        ("serpent.Struct-array_codersdk_ExternalAuthConfig", "[ExternalAuthConfig]"),
        ("serpent.Struct-array_codersdk_LinkConfig", "[LinkConfig]"),
        ("key.NodePublic", "string"),
        ("codersdk.Task.workspace_id", "uuid|null"),
        ("codersdk.Task.workspace_agent_id", "uuid|null"),
        ("codersdk.Task.workspace_app_id", "uuid|null"),
        ("codersdk.Workspace.task_id", "uuid|null"),
        ("codersdk.WorkspaceAgent.parent_id", "uuid|null"),
        ("codersdk.WorkspaceAgentDevcontainer.subagent_id", "uuid|null"),
        ("codersdk.ChatMessagePart.file_id", "uuid|null"),
        ("codersdk.ChatMessagePart.mcp_server_config_id", "uuid|null"),
        ("codersdk.ChatMessagePart.context_file_agent_id", "uuid|null"),
        ("codersdk.ChatMessagePart.args", "any"),
        ("codersdk.ChatMessagePart.result", "any"),
        ("codersdk.ChatMessagePart.provider_metadata", "any"),
        ("codersdk.ChatMessagePart.data", "byte"),
        ("codersdk.CreateWorkspaceBuildRequest.state", "byte"),
        ("codersdk.UpdateWorkspaceBuildStateRequest.state", "byte"),
        ("codersdk.APIKey.allow_list", "[string]"),
        ("codersdk.CreateTokenRequest.allow_list", "[string]"),
        ("codersdk.AIProvider.settings", "AIProviderSettings|null"),
        ("codersdk.AuditLog.additional_fields", "any"),
        ("codersdk.AuditDiffField.old", "any"),
        ("codersdk.AuditDiffField.new", "any"),
        ("codersdk.ServerSentEvent.data", "any"),
        ("codersdk.OAuth2ClientConfiguration.jwks", "any"),
        ("codersdk.TemplateBuilderModuleVariable.default", "any"),
        ("codersdk.TemplateExample.id", "string"),
        ("codersdk.GroupSyncSettings.regex_filter", "regexp.Regexp|null"),
        ("serpent.Option.value", "any"),
    ],
)
def test_a_type_is_that_of_the_wire(schema: str, real: str) -> None:
    if schema in SCHEMAS:
        assert spelled(SCHEMAS[schema]) == real
        return
    name, _, field = schema.rpartition(".")
    assert spelled(SCHEMAS[name]["properties"][field]) == real


@pytest.mark.parametrize(
    ("schema", "keys"),
    [
        (
            "codersdk.Preset",
            "ID Name Parameters Default DesiredPrebuildInstances Description Icon",
        ),
        ("codersdk.PresetParameter", "Name Value"),
        ("codersdk.TransitionStats", "P50 P95"),
        ("codersdk.WorkspaceConnectionLatencyMS", "P50 P95"),
        ("codersdk.SSHConfig", "DeploymentName SSHConfigOptions"),
        ("healthsdk.STUNReport", "Enabled CanSTUN Error"),
        ("tailcfg.DERPMap", "HomeParams Regions omitDefaultRegions"),
        ("tailcfg.DERPRegion", "RegionID RegionCode RegionName Nodes EmbeddedRelay Avoid"),
        (
            "tailcfg.DERPNode",
            (
                "Name RegionID HostName CertName IPv4 IPv6 STUNPort STUNOnly DERPPort "
                "InsecureForTests ForceHTTP STUNTestIP CanPort80"
            ),
        ),
        ("derp.ServerInfoMessage", "TokenBucketBytesPerSecond TokenBucketBytesBurst"),
    ],
)
def test_keys_are_spelled_as_on_the_wire(schema: str, keys: str) -> None:
    assert SCHEMAS[schema]["properties"].keys() == {*keys.split()}
    assert SCHEMAS[schema]["x-case-insensitive"]


@pytest.mark.parametrize(
    ("schema", "field", "values"),
    [
        ("codersdk.User", "status", {"dormant"}),
        ("codersdk.ReducedUser", "status", {"dormant"}),
        ("codersdk.TemplateUser", "status", {"dormant"}),
        ("codersdk.OrganizationMemberWithUserData", "status", {"dormant"}),
        (
            "codersdk.WorkspaceBuild",
            "reason",
            {"dormancy", "dashboard", "cli", "ssh_connection", "vscode_connection", "task_resume"}
            | {"jetbrains_connection", "task_auto_pause", "task_manual_pause"},
        ),
        ("codersdk.ProvisionerJob", "status", {"unknown"}),
        ("codersdk.ProvisionerDaemonJob", "status", {"unknown"}),
        ("codersdk.APIKey", "login_type", {"", "none"}),
        ("codersdk.APIKey", "scope", {""}),
        ("codersdk.TemplateUser", "role", {""}),
        ("codersdk.WorkspaceUser", "role", {""}),
        ("codersdk.ChatUser", "role", {""}),
        ("codersdk.AuthorizationCheck", "action", {"use", "ssh", "start", "stop", "*"}),
        ("codersdk.TaskStateEntry", "state", {"complete"}),
        ("codersdk.UserPreferenceSettings", "code_diff_display_mode", {""}),
        ("codersdk.Template", "provisioner", {"echo"}),
    ],
)
def test_an_enum_has_every_real_value(schema: str, field: str, values: set[str]) -> None:
    fact: Json = SCHEMAS[schema]["properties"][field]
    name = referred(fact)
    allowed: Any = fact.get("enum") or SCHEMAS[name or ""]["enum"]
    assert values <= {*allowed}


@pytest.mark.parametrize(
    ("call", "optional"),
    [
        ("GET /api/v2/audit", {"limit"}),
        ("GET /api/v2/connectionlog", {"limit"}),
        ("GET /api/v2/groups", {"organization", "has_member", "group_ids"}),
        ("GET /api/v2/insights/daus", {"tz_offset"}),
        ("GET /api/v2/insights/templates", {"interval", "sections"}),
        (f"GET {AGENT}/containers", {"label"}),
        ("GET /api/v2/users/{user}/keys/tokens", {"include_all"}),
        (f"GET {ORGANIZATION}/provisionerdaemons", {"offline", "max_age"}),
        ("GET /api/v2/ai-gateway/models", {"limit", "offset", "q"}),
        ("GET /api/v2/ai-gateway/clients", {"limit", "offset", "q"}),
        ("GET /api/experimental/chats", {"limit", "offset", "after_id"}),
        ("GET /api/v2/files/{fileID}", {"format"}),
        ("GET /api/v2/templates", {"q"}),
    ],
)
def test_a_real_parameter_is_there_and_optional(call: str, optional: set[str]) -> None:
    found = {one["name"] for one in OPERATIONS[call]["parameters"] if not one["required"]}
    assert optional <= found


@pytest.mark.parametrize(
    "call",
    [
        f"GET {AGENT}/logs",
        "GET /api/v2/workspacebuilds/{workspacebuild}/logs",
        f"GET {VERSION}/logs",
        f"GET {VERSION}/dry-run/{{jobID}}/logs",
    ],
)
def test_a_parameter_that_the_server_ignores_is_marked(call: str) -> None:
    ignored = [one["name"] for one in OPERATIONS[call]["parameters"] if one.get("x-ignored")]
    assert ignored == ["before"]


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        ("User", "last_seen_at"),
        ("OrganizationMemberWithUserData", "last_seen_at"),
        ("WorkspaceAgentMetadataResult", "collected_at"),
        ("WorkspaceProxyStatus", "checked_at"),
        ("Entitlements", "refreshed_at"),
        ("APIKey", "last_used"),
        ("ExternalAuthLink", "expires"),
        ("Workspace", "last_used_at"),
        ("GroupAISpend", "period_end"),
    ],
)
def test_an_instant_that_may_mean_never_is_marked(schema: str, field: str) -> None:
    assert SCHEMAS[f"codersdk.{schema}"]["properties"][field]["x-never"]
