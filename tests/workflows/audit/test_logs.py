"""Exports of logs and of AI spend, and logs that are followed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import httpx
import pytest

from coder_sdk import Client, ServerError, UnavailableError, Window
from coder_sdk.models import AIBridgeSession
from coder_sdk.testing import FakeCoder, factories
from coder_sdk.workflows.spend import money
from tests.colours import Colour

START = datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc)


@pytest.fixture
def fake() -> FakeCoder:
    return FakeCoder(start=START)


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def taken(colour: Colour, iterator: Any, count: int | None = None) -> list[Any]:
    """The first items of an iterator of either colour; it is closed then."""
    if not colour.is_async:
        items = list(islice(iterator, count))
        iterator.close()
        return items

    async def collect() -> list[Any]:
        items: list[Any] = []
        async for item in iterator:
            items.append(item)
            if len(items) == count:
                break
        await iterator.aclose()
        return items

    return list(colour.call(collect))


def fill(fake: FakeCoder, days: int) -> None:
    """An entry every twelve hours."""
    for number in range(days * 2):
        moment = START - timedelta(hours=12 * number)
        fake.add_audit("write", "template", f"t{number}", moment=moment)


def test_an_export_is_complete_and_in_order(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fill(fake, 40)
    window = Window.dates(date(2026, 10, 1), date(2026, 10, 31), tz="Europe/Berlin")
    found = taken(colour, coder.audit.export(window))
    moments = [entry.time for entry in found]
    assert moments == sorted(moments, reverse=True)
    assert len(found) == len({entry.id for entry in found}) == 62
    assert all(moment in window for moment in moments)
    assert len(fake.requests) == 5


def test_an_export_takes_filters(fake: FakeCoder, coder: Any, colour: Colour) -> None:
    fill(fake, 4)
    fake.add_audit("delete", "user", "ada", moment=START - timedelta(days=1))
    window = Window.last(days=7, tz="UTC", now=START)
    found = taken(colour, coder.audit.export(window, resource_type="user", action="delete"))
    assert [entry.resource_target for entry in found] == ["ada"]


def test_entries_that_come_meanwhile_shift_nothing(fake: FakeCoder) -> None:
    for number in range(250):
        fake.add_audit("write", "template", f"t{number}", moment=START - timedelta(minutes=number))
    coder: Client = fake.client()
    window = Window(START - timedelta(hours=6), START + timedelta(hours=1))
    seen: list[Any] = []
    with coder:
        for entry in coder.audit.export(window):
            if len(seen) in {50, 120}:
                fake.add_audit("write", "template", "new", moment=START + timedelta(minutes=1))
            seen.append(entry)
    old = [entry.resource_target for entry in seen if entry.resource_target != "new"]
    assert old == [f"t{number}" for number in range(250)]


def log(*entries: dict[str, Any]) -> httpx.Response:
    return httpx.Response(
        200, json={"audit_logs": list(entries), "count": len(entries), "count_cap": 2000}
    )


def entry(number: int, moment: datetime) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number + 1)),
        "time": moment.isoformat(),
        "action": "write",
        "additional_fields": {},
        "description": "",
        "diff": {},
        "ip": "",
        "is_deleted": False,
        "organization_id": str(UUID(int=0)),
        "request_id": str(UUID(int=0)),
        "resource_icon": "",
        "resource_id": str(UUID(int=1)),
        "resource_link": "",
        "resource_target": f"t{number}",
        "resource_type": "template",
        "status_code": 200,
        "user_agent": "",
    }


def test_days_that_take_too_long_are_halved(colour: Colour, router: Any) -> None:
    entries = [entry(n, START - timedelta(hours=8 * n)) for n in range(24)]
    asked: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        words = dict(word.split(":") for word in request.url.params["q"].replace('"', "").split())
        first, last = (date.fromisoformat(words[key]) for key in ("date_from", "date_to"))
        asked.append((last - first).days + 1)
        if asked[-1] > 2:
            return httpx.Response(504, text="Gateway Timeout")
        fitting = [e for e in entries if first <= datetime.fromisoformat(e["time"]).date() <= last]
        offset = int(request.url.params.get("offset", 0))
        return log(*fitting[offset : offset + 100])

    router.get("/api/v2/audit").mock(side_effect=answer)
    coder = colour.client(retry=None)
    window = Window.dates(date(2026, 10, 27), date(2026, 11, 2))
    found = taken(colour, coder.audit.export(window))
    assert [e.resource_target for e in found] == [f"t{n}" for n in range(20)]
    assert max(asked) == 7


def test_a_day_that_takes_too_long_is_an_error(colour: Colour, router: Any) -> None:
    router.get("/api/v2/audit").respond(504, text="Gateway Timeout")
    coder = colour.client(retry=None)
    with pytest.raises(UnavailableError):
        taken(colour, coder.audit.export(Window.dates(date(2026, 10, 27), date(2026, 10, 28))))


def test_a_tail_begins_with_the_next_entry(colour: Colour, router: Any) -> None:
    old = [entry(n, START - timedelta(seconds=n)) for n in range(3)]
    new = [entry(10, START + timedelta(seconds=5)), entry(11, START + timedelta(seconds=9))]
    late = entry(12, START + timedelta(seconds=2))
    answers = [old, old, [new[0], *old], [new[1], new[0], late, *old]]
    route = router.get("/api/v2/audit").mock(side_effect=[log(*items) for items in answers])
    found = taken(colour, colour.client().audit.tail(poll_interval=7), 3)
    assert [e.resource_target for e in found] == ["t10", "t12", "t11"]
    assert len(route.calls) == 4
    assert colour.clock.slept == [7, 7]


def test_a_tail_may_begin_earlier(colour: Colour, router: Any) -> None:
    entries = [entry(n, START - timedelta(seconds=10 * n)) for n in range(9)]
    router.get("/api/v2/audit").mock(return_value=log(*entries))
    tail = colour.client().audit.tail(since=START - timedelta(seconds=25))
    assert [e.resource_target for e in taken(colour, tail, 3)] == ["t2", "t1", "t0"]


def test_a_tail_goes_on_after_a_failure(colour: Colour, router: Any) -> None:
    down = httpx.Response(500, json={"message": "Internal error."})
    route = router.get("/api/v2/audit").mock(side_effect=[log(), down, down, log(entry(1, START))])
    found = taken(colour, colour.client(retry=None).audit.tail(), 1)
    assert [e.resource_target for e in found] == ["t1"]
    assert len(route.calls) == 4


def test_a_tail_ends_when_the_server_stays_away(colour: Colour, router: Any) -> None:
    router.get("/api/v2/audit").mock(
        side_effect=[log(), *[httpx.Response(500, json={"message": "No."})] * 5]
    )
    with pytest.raises(ServerError):
        taken(colour, colour.client(retry=None).audit.tail(), 1)


def connection(number: int, moment: datetime) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number + 1)),
        "connect_time": moment.isoformat(),
        "agent_name": "main",
        "organization": {"id": str(UUID(int=7)), "name": "coder", "display_name": "", "icon": ""},
        "type": "ssh",
        "workspace_id": str(UUID(int=8)),
        "workspace_name": f"w{number}",
        "workspace_owner_id": str(UUID(int=9)),
        "workspace_owner_username": "ada",
    }


def test_connections_are_exported_without_gaps(colour: Colour, router: Any) -> None:
    midnight = datetime(2026, 10, 28, tzinfo=timezone.utc)
    entries = [connection(n, midnight + timedelta(hours=12 * (5 - n))) for n in range(10)]

    def answer(request: httpx.Request) -> httpx.Response:
        words = [w.split(":", 1) for w in request.url.params["q"].replace('"', "").split()]
        bound = {key: datetime.fromisoformat(text.replace("Z", "+00:00")) for key, text in words}
        fitting = [
            e
            for e in entries
            if bound["connected_after"]
            < datetime.fromisoformat(e["connect_time"])
            < bound["connected_before"]
        ]
        body = {"connection_logs": fitting, "count": len(fitting), "count_cap": 2000}
        return httpx.Response(200, json=body)

    route = router.get("/api/v2/connectionlog").mock(side_effect=answer)
    window = Window.dates(date(2026, 10, 27), date(2026, 10, 29))
    found = taken(colour, colour.client().connection_log.export(window, days=1))
    assert [e.workspace_name for e in found] == [f"w{n}" for n in range(2, 8)]
    assert len(route.calls) == 3


def test_spend_is_exported_in_periods_that_the_server_permits(colour: Colour, router: Any) -> None:
    spans: list[timedelta] = []

    def answer(request: httpx.Request) -> httpx.Response:
        start, end = (
            datetime.fromisoformat(request.url.params[name].replace("Z", "+00:00"))
            for name in ("period_start", "period_end")
        )
        spans.append(end - start)
        text = f"username,model,input_tokens,cost_micros\n007,gpt,12,{len(spans)}000001\n"
        return httpx.Response(200, text=text, headers={"content-type": "text/csv"})

    router.get(url__regex=".*/ai/spend/export").mock(side_effect=answer)
    router.get(url__regex=".*/organizations/default$").respond(
        json={"id": str(UUID(int=7)), "name": "coder", "display_name": "", "icon": "",
              "description": "", "created_at": START.isoformat(),
              "updated_at": START.isoformat(), "is_default": True}
    )  # fmt: skip
    window = Window.dates(date(2026, 9, 1), date(2026, 11, 15), tz="Europe/Berlin")
    rows = taken(colour, colour.client().ai_spend.export("default", window))
    assert len(rows) == 3
    assert max(spans) <= timedelta(days=31)
    assert sum(spans, timedelta()) == window.duration
    assert rows[0] == {
        "username": "007",
        "model": "gpt",
        "input_tokens": 12,
        "cost": Decimal("1.000001"),
    }


def test_money_is_exact() -> None:
    assert money(1) == Decimal("0.000001")
    assert money(None) is None
    assert sum([money(100_000)] * 3, Decimal(0)) == Decimal("0.3")


def test_sessions_of_the_gateway_are_exported_part_by_part(colour: Colour, router: Any) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        query = request.url.params["q"]
        asked.append(query)
        limits = re.findall(r'started_(?:after|before):"?([^" ]+)', query)
        after, before = (datetime.fromisoformat(item.replace("Z", "+00:00")) for item in limits)
        moments = [START - timedelta(hours=12 * number) for number in range(40)]
        # The neighbours of a part are answered, too.
        found = [session(m) for m in moments if after <= m <= before]
        return httpx.Response(200, json={"count": len(found), "sessions": found})

    router.get("/api/v2/ai-gateway/sessions").mock(side_effect=answer)
    window = Window.dates(date(2026, 10, 20), date(2026, 10, 29), tz="Europe/Berlin")
    coder = colour.client()
    found = taken(colour, coder.ai_gateway.export_sessions(window, model="m1"))
    moments = [item.started_at for item in found]
    assert moments == sorted(moments, reverse=True)
    assert len(set(moments)) == len(moments) == 20
    assert all(moment in window for moment in moments)
    assert len(asked) == 2
    assert all('model:"m1"' in query for query in asked)


def session(moment: datetime) -> dict[str, Any]:
    made = factories.make(AIBridgeSession, id=f"s{moment:%d%H}", started_at=moment)
    return made.model_dump(mode="json")
