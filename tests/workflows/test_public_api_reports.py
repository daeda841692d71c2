"""The scripts of the documentation about many calls, usage and the audit log, word for word."""

# ruff: noqa: E501 - the scripts stand as they are shown
from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from textwrap import dedent, indent
from typing import Any

import pytest

from coder_sdk import AsyncClient, BulkError, Client
from coder_sdk.testing import FakeCoder

BULK = """
report = coder.bulk(coder.workspaces.stop, coder.workspaces.list(template="docker"), concurrency=5, progress=True)
print(report.summary())                    # ok=37 failed=1 skipped=2
for item, error in report.failed: ...
report.raise_on_error()
"""
INSIGHTS = """
from coder_sdk import Window
window = Window.last(weeks=13, tz="Europe/Berlin")                # whole local weeks up to the last local midnight (include_today=False)
report = coder.insights.templates(window, interval="week")
frame = report.to_frame()                                         # extra `pandas`; .to_records() without it
"""
AUDIT = """
from datetime import date
for event in coder.audit.list(date_from=date(2026, 7, 1), date_to=date(2026, 7, 31)): events.append(event)
"""
# What is awaited in the other colour.
AWAITED = ("coder.bulk(", "coder.insights.templates(")


@pytest.fixture
def fake() -> FakeCoder:
    fake = FakeCoder(start=datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc))
    fake.add_template("docker")
    for name in ("one", "two", "three"):
        fake.add_workspace(name, template="docker", running=name != "two")
    return fake


def run(fake: FakeCoder, script: str, *, asynchronous: bool) -> dict[str, Any]:
    """Run a script as it stands; its names."""
    names: dict[str, Any] = {"events": []}
    if not asynchronous:
        with fake.client() as client:
            exec(script, names, names_of(names, client))  # noqa: S102 - our own
        return names
    for call in AWAITED:
        script = script.replace(call, f"await {call}")
    script = script.replace("for event in", "async for event in")
    body = indent(dedent(script).strip(), "    ")
    exec(f"async def main(coder):\n{body}\n    return locals()", names)  # noqa: S102 - our own

    async def main() -> dict[str, Any]:
        async with fake.async_client() as client:
            return dict(await names["main"](client))

    return {**names, **asyncio.run(main())}


def names_of(names: dict[str, Any], client: Client | AsyncClient) -> dict[str, Any]:
    names["coder"] = client
    return names


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def asynchronous(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_many_are_stopped_at_once(
    fake: FakeCoder, capsys: pytest.CaptureFixture[str], *, asynchronous: bool
) -> None:
    names = run(fake, BULK, asynchronous=asynchronous)
    assert capsys.readouterr().out == "ok=3 (stopped=2 unchanged=1) failed=0 skipped=0\n"
    with fake.client() as client:
        assert {w.latest_build.status for w in client.workspaces.list()} == {"stopped"}
    assert names["report"].failed == []


def test_one_of_many_fails(fake: FakeCoder, *, asynchronous: bool) -> None:
    fake.fail_next_build("terraform destroy: exit status 1")
    with pytest.raises(BulkError, match="1 of 3 calls failed"):
        run(fake, BULK, asynchronous=asynchronous)


def test_a_rehearsal_stops_nothing(fake: FakeCoder, *, asynchronous: bool) -> None:
    script = BULK.replace("progress=True", "dry_run=True")
    report = run(fake, script, asynchronous=asynchronous)["report"]
    found = {entry.label: (entry.action, entry.request) for entry in report.entries}
    write = "POST /api/v2/workspaces/{workspace}/builds"
    assert found == {
        "admin/one": ("stop", write),
        "admin/two": ("unchanged", None),
        "admin/three": ("stop", write),
    }
    assert {request.method for request in fake.requests} == {"GET"}


def test_weeks_of_use_become_a_frame(fake: FakeCoder, *, asynchronous: bool) -> None:
    frame = run(fake, INSIGHTS, asynchronous=asynchronous)["frame"]
    assert len(frame) == 13
    assert str(frame["start"].dt.tz) == "Europe/Berlin"


def test_the_audit_log_is_read_by_date(fake: FakeCoder, *, asynchronous: bool) -> None:
    for day in (30, 31):
        fake.add_audit(
            "write", "template", f"t{day}", moment=datetime(2026, 7, day, tzinfo=timezone.utc)
        )
    fake.add_audit("write", "template", "x", moment=datetime(2026, 8, 1, tzinfo=timezone.utc))
    events = run(fake, AUDIT, asynchronous=asynchronous)["events"]
    assert [event.resource_target for event in events] == ["t31", "t30"]
