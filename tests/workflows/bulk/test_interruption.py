"""What is left when many calls are cut off: a report, and nothing that runs."""

from __future__ import annotations

import asyncio
import threading
from time import monotonic
from typing import Any

import anyio
import httpx
import pytest

from coder_sdk import AsyncClient, BulkReport, Client
from tests.colours import TOKEN, URL


def build(status: str) -> dict[str, Any]:
    """As little of a build as is needed to wait for it."""
    identifier = "00000000-0000-4000-8000-000000000001"
    moment = "2026-01-01T00:00:00Z"
    job = {
        "id": identifier, "created_at": moment, "status": status, "file_id": identifier,
        "tags": {}, "queue_position": 0, "queue_size": 0, "organization_id": identifier,
        "initiator_id": identifier, "input": {}, "type": "workspace_build",
        "metadata": {
            "template_version_name": "v1", "template_id": identifier, "template_name": "docker",
            "template_display_name": "", "template_icon": "",
        },
        "logs_overflowed": False,
    }  # fmt: skip
    return {
        "id": identifier, "created_at": moment, "updated_at": moment, "workspace_id": identifier,
        "workspace_name": "dev", "workspace_owner_id": identifier, "workspace_owner_name": "ada",
        "template_version_id": identifier, "template_version_name": "v1", "build_number": 1,
        "transition": "stop", "initiator_id": identifier, "initiator_name": "ada", "job": job,
        "reason": "initiator", "resources": [], "status": "stopping", "daily_cost": 0,
    }  # fmt: skip


def answer(request: httpx.Request) -> httpx.Response:
    """The first build is done; the others run for ever."""
    done = request.url.path.endswith("0001")
    return httpx.Response(200, json=build("succeeded" if done else "running"))


IDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(1, 8)]


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("coder-sdk")]


def test_an_interruption_ends_long_waits_at_once() -> None:
    def progress(state: Any) -> None:
        if state.done:
            raise KeyboardInterrupt

    http = httpx.Client(transport=httpx.MockTransport(answer))
    report: BulkReport[str, Any] = BulkReport()
    begin = monotonic()
    with http, Client(URL, token=TOKEN, http_client=http) as coder:
        with pytest.raises(KeyboardInterrupt):
            coder.bulk(
                lambda build: coder.builds.wait(build, poll_interval=60),
                IDS,
                concurrency=3,
                progress=progress,
                report=report,
            )
        assert monotonic() - begin < 10
        assert own_threads() == []
    assert (len(report.ok), len(report.unfinished), len(report.failed)) in {(1, 2, 0), (1, 3, 0)}
    assert len(report.not_started) == 6 - len(report.unfinished)
    assert report.interrupted


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_cancellation_leaves_the_report() -> None:
    report: BulkReport[str, Any] = BulkReport()
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    async with http, AsyncClient(URL, token=TOKEN, http_client=http) as coder:
        with anyio.CancelScope() as scope:

            def progress(state: Any) -> None:
                if state.done:
                    scope.cancel()

            await coder.bulk(
                lambda build: coder.builds.wait(build, poll_interval=60),
                IDS,
                concurrency=3,
                progress=progress,
                report=report,
            )
        assert scope.cancelled_caught
    assert report.interrupted
    assert len(report.ok) == 1
    assert len(report.unfinished) + len(report.not_started) == 6
    assert report.not_started


def test_a_canceled_task_of_asyncio_leaves_no_task() -> None:
    report: BulkReport[str, Any] = BulkReport()

    async def main() -> int:
        http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        async with http, AsyncClient(URL, token=TOKEN, http_client=http) as coder:
            begun = asyncio.Event()
            task = asyncio.ensure_future(
                coder.bulk(
                    lambda build: coder.builds.wait(build, poll_interval=60),
                    IDS,
                    progress=lambda state: begun.set() if state.done else None,
                    report=report,
                )
            )
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1
    assert report.interrupted
