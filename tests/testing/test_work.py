"""Tasks, chats, notifications, insights, audit and settings of the fake deployment."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import anyio
import pytest

from coder_sdk import ConflictError, ValidationFailedError
from coder_sdk._errors.status import APIStatusError
from coder_sdk.testing import AgentSpec, App, ChatTurn, FakeCoder


@pytest.fixture
def task(fake: FakeCoder, ask: Any):
    fake.add_template("ai", ai_task=True, agents=[AgentSpec(apps=(App("chat"),))])
    version = ask("GET", "/templates")[0]["active_version_id"]
    return ask("POST", "/tasks/me", {"template_version_id": version, "input": "Write a haiku"})


def test_a_task_becomes_active_and_answers(fake: FakeCoder, ask: Any, task: Any):
    path = f"/tasks/me/{task['name']}"
    assert task["status"] == "pending"
    with pytest.raises(ConflictError, match="Task is pending"):
        ask("POST", f"{path}/send", {"input": "more"})
    fake.clock.advance(10)
    shown = ask("GET", path)
    assert (shown["status"], shown["current_state"]["state"]) == ("active", "idle")
    ask("POST", f"{path}/send", {"input": "more"})
    assert ask("GET", path)["current_state"]["state"] == "working"
    fake.clock.advance(10)
    assert ask("GET", f"{path}/logs")["logs"][-1]["content"] == "You said: more"


def test_a_task_rests_and_goes_on(fake: FakeCoder, ask: Any, task: Any):
    path = f"/tasks/me/{task['id']}"
    fake.clock.advance(10)
    ask("POST", f"{path}/pause")
    fake.clock.advance(10)
    assert ask("GET", path)["status"] == "paused"
    ask("PATCH", f"{path}/input", {"input": "new"})
    with pytest.raises(ConflictError, match="Task is paused"):
        ask("POST", f"{path}/send", {"input": "more"})
    assert ask("GET", f"{path}/logs")["snapshot"] is True
    ask("POST", f"{path}/resume")
    fake.clock.advance(10)
    assert ask("GET", "/tasks", q="status:active")["count"] == 1
    ask("DELETE", path)
    assert ask("GET", "/tasks")["count"] == 0


def test_old_paths_of_tasks_are_served_too(fake: FakeCoder, task: Any):
    found = fake.client().request("GET", "/api/experimental/tasks")
    assert found["tasks"][0]["id"] == task["id"]


@pytest.fixture
def chat(fake: FakeCoder, ask: Any):
    organization = ask("GET", "/organizations/default")["id"]

    def begin(text: str = "Hello", **more: Any) -> Any:
        body = {
            "organization_id": organization,
            "content": [{"type": "text", "text": text}],
            **more,
        }
        return fake.client().request("POST", "/api/experimental/chats", body=body)

    return begin


def test_a_chat_is_answered_piece_by_piece(fake: FakeCoder, chat: Any):
    fake.on_chat(ChatTurn("Good morning"))
    begun = chat()
    seen: list[str] = []
    with fake.client().chats.stream_events(begun["id"]) as batches:
        for batch in batches:
            for event in batch:
                seen.append(str(event.type))
                done = event.status is not None and event.status.status == "waiting"
            if done:
                break
    assert seen == [
        "message", "status", "message_part", "message_part", "message_part", "message", "status",
    ]  # fmt: skip
    path = f"/api/experimental/chats/{begun['id']}/messages"
    messages = fake.client().request("GET", path)["messages"]
    assert messages[0]["content"][0]["text"] == "Good morning"


def test_a_message_waits_for_the_answer_before(fake: FakeCoder, chat: Any):
    begun = chat()
    path = f"/api/experimental/chats/{begun['id']}"
    body = {"content": [{"type": "text", "text": "again"}]}
    client = fake.client()
    assert client.request("POST", f"{path}/messages", body=body)["queued"] is True
    fake.clock.advance(10)
    texts = [
        item["content"][0]["text"] for item in client.request("GET", f"{path}/messages")["messages"]
    ]
    assert texts == ["You said: again", "again", "You said: Hello", "Hello"]


def test_chats_fail_ask_and_hit_limits(fake: FakeCoder, chat: Any):
    fake.on_chat(ChatTurn(error="overloaded"), ChatTurn(needs_input=True))
    client = fake.client()
    failed, asking = chat(), chat()
    fake.clock.advance(10)
    path = "/api/experimental/chats/"
    assert client.request("GET", path + failed["id"])["last_error"]["message"] == "overloaded"
    assert client.request("GET", path + asking["id"])["status"] == "requires_action"
    reset = datetime(2026, 12, 1, tzinfo=timezone.utc)
    fake.limit_chats(spent_micros=5, limit_micros=4, resets_at=reset)
    with pytest.raises(ConflictError, match="usage limit"):
        chat()


def test_chats_are_found_by_label(fake: FakeCoder, chat: Any):
    chat(labels={"job": "1"})
    chat(labels={"job": "2"})
    params = {"label": "job:2"}
    found = fake.client().request("GET", "/api/experimental/chats", params=params)
    assert [item["labels"] for item in found] == [{"job": "2"}]


def test_notifications_arrive_while_they_are_watched(fake: FakeCoder):
    async def main() -> list[str]:
        seen: list[str] = []
        client = fake.async_client()
        async with client.inbox.watch() as notifications:
            fake.send_notification("Hello", "World")
            async for item in notifications:
                seen.append(item.notification.title)
                break
        return seen

    assert anyio.run(main) == ["Hello"]
    inbox = fake.client().request("GET", "/api/v2/notifications/inbox")
    assert inbox["unread_count"] == 1


def test_insights_are_sums_of_use(fake: FakeCoder, ask: Any):
    fake.add_template("docker")
    day = datetime(2026, 10, 28, 12, tzinfo=timezone.utc)
    for number in range(3):
        fake.add_usage("admin", template="docker", moment=day + timedelta(days=number), seconds=60)
    report = ask(
        "GET", "/insights/templates", start_time="2026-10-28T00:00:00Z",
        end_time="2026-10-30T00:00:00Z", interval="day",
    )  # fmt: skip
    assert report["report"]["apps_usage"][0]["seconds"] == 120
    assert [item["active_users"] for item in report["interval_reports"]] == [1, 1]
    activity = ask(
        "GET", "/insights/user-activity", start_time="2026-10-28T00:00:00Z",
        end_time="2026-10-31T00:00:00Z",
    )  # fmt: skip
    assert activity["report"]["users"][0]["seconds"] == 180


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2026-10-01T01:00:00Z", "2026-10-02T00:00:00Z", "start_time"),
        ("2026-10-01T00:00:00Z", "2026-12-02T00:00:00Z", "end_time"),
        ("2026-10-02T00:00:00Z", "2026-10-01T00:00:00Z", "end_time"),
    ],
)
def test_windows_of_insights_are_checked(ask: Any, start: Any, end: Any, field: Any):
    with pytest.raises(ValidationFailedError) as caught:
        ask("GET", "/insights/templates", start_time=start, end_time=end)
    assert [item.field for item in caught.value.validations] == [field]


def test_a_clock_change_breaks_the_weeks(ask: Any):
    with pytest.raises(APIStatusError) as caught:
        ask(
            "GET", "/insights/templates", start_time="2026-10-18T00:00:00+02:00",
            end_time="2026-11-01T00:00:00+01:00", interval="week",
        )  # fmt: skip
    assert caught.value.detail == "Last report interval should have at least 6 days."


def test_the_count_of_the_audit_log_is_capped(fake: FakeCoder, ask: Any):
    fake._state.audit_cap = 3
    for number in range(6):
        fake.add_audit("write", "template", f"t{number}")
        fake.clock.advance(1)
    page = ask("GET", "/audit", limit=2, offset=4)
    assert [entry["resource_target"] for entry in page["audit_logs"]] == ["t1", "t0"]
    assert (page["count"], page["count_cap"]) == (4, 3)
    assert ask("GET", "/audit", q="resource_target:t3")["count"] == 1


def test_connections_are_found_by_what_they_were(fake: FakeCoder, ask: Any):
    fake.add_template("docker")
    fake.add_workspace("dev", template="docker")
    fake.add_connection("dev", seconds=60)
    fake.clock.advance(60)
    fake.add_connection("dev", kind="workspace_app")
    fake.add_connection("dev", kind="vscode")
    found = {
        query: [item["type"] for item in ask("GET", "/connectionlog", q=query)["connection_logs"]]
        for query in ("", "type:ssh", "status:ongoing", "workspace_owner:me", "username:admin")
    }
    assert sorted(found[""]) == ["ssh", "vscode", "workspace_app"]
    assert found["type:ssh"] == ["ssh"]
    assert found["status:ongoing"] == ["vscode"]
    assert len(found["workspace_owner:me"]) == 3
    assert found["username:admin"] == ["workspace_app"]
    assert fake.client().connection_log.list().to_list()[-1].ssh_info.exit_code == 0


def test_what_is_done_is_in_the_audit_log(fake: FakeCoder, ask: Any):
    template = fake.add_template("docker")
    ask("POST", "/users/me/workspaces", {"name": "dev", "template_id": str(template)})
    entry = ask("GET", "/audit", q="action:create")["audit_logs"][0]
    assert (entry["resource_type"], entry["user"]["username"]) == ("workspace", "admin")


def test_a_device_is_linked_after_some_patience(fake: FakeCoder, ask: Any):
    code = ask("GET", "/external-auth/github/device")["device_code"]
    body = {"device_code": code}
    for _ in range(2):
        with pytest.raises(APIStatusError) as caught:
            ask("POST", "/external-auth/github/device", body)
        assert caught.value.detail == "authorization_pending"
    ask("POST", "/external-auth/github/device", body)
    assert ask("GET", "/external-auth/github")["authenticated"] is True


def test_secrets_are_never_shown(ask: Any):
    ask("POST", "/users/me/secrets", {"name": "npm", "value": "tok", "env_name": "NPM"})
    assert "value" not in ask("GET", "/users/me/secrets")[0]


def test_mappings_of_identity_providers_are_kept():
    with FakeCoder(edition="enterprise-unlicensed") as fake:
        client = fake.client()
        path = "/api/v2/organizations/default/settings/idpsync/groups"
        body = {"field": "groups", "mapping": {"x": ["a"]}, "regex_filter": "^dev-"}
        client.request("PATCH", path, body=body)
        add = {"add": [{"given": "b", "gets": "c"}], "remove": [{"given": "x", "gets": "a"}]}
        changed = client.request("PATCH", f"{path}/mapping", body=add)
        assert changed["mapping"] == {"b": ["c"]}
        assert client.request("GET", path)["regex_filter"] == "^dev-"
