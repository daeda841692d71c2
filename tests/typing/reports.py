"""What calls about many things and about periods return, as type checkers see it."""

from __future__ import annotations

from uuid import UUID

from typing_extensions import assert_type

from coder_sdk import AsyncClient, BulkReport, Client, Outcome, Window
from coder_sdk.models import AuditLog, Chat, User, Workspace
from coder_sdk.workflows.chat_answer import ChatAnswer
from coder_sdk.workflows.spend import SpendRow
from coder_sdk.workflows.usage import TemplateUsage, UserActivityUsage


def sync_reports(coder: Client, window: Window) -> None:
    report = coder.bulk(coder.workspaces.stop, coder.workspaces.list(owner="me"))
    assert_type(report, BulkReport[Workspace, Outcome[Workspace]])
    for item, error in report.failed:
        assert_type(item, Workspace)
        assert_type(error, Exception)
    identifiers: list[UUID] = []
    assert_type(coder.bulk(coder.users.get, identifiers), BulkReport[UUID, User])
    assert_type(coder.insights.templates(window, interval="week"), TemplateUsage)
    for entry in coder.audit.export(window):
        assert_type(entry, AuditLog)
    for row in coder.ai_spend.export("default", window):
        assert_type(row, SpendRow)
    assert_type(coder.chats.ask("Hello"), ChatAnswer)
    assert_type(coder.chats.ensure({"a": "b"}, "Hello"), Outcome[Chat])


async def async_reports(coder: AsyncClient, window: Window) -> None:
    report = await coder.bulk(coder.workspaces.stop, coder.workspaces.list(owner="me"))
    assert_type(report, BulkReport[Workspace, Outcome[Workspace]])
    identifiers: list[UUID] = []
    assert_type(await coder.bulk(coder.users.get, identifiers), BulkReport[UUID, User])
    assert_type(await coder.insights.user_activity(window), UserActivityUsage)
    async for entry in coder.audit.tail():
        assert_type(entry, AuditLog)
    async for piece in coder.chats.stream("id"):
        assert_type(piece, str)
