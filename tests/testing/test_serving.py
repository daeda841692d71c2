"""The fake deployment on loopback."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import anyio
import pytest

from coder_sdk import AsyncClient, Client, NotFoundError, TransportError
from coder_sdk.testing import FakeCoder, Timing
from coder_sdk.testing._clock import FakeClock

QUICK = Timing(queue=0.02, import_=0.05, build=0.1, cancel=0.05, connect=0.05, startup=0.1)


@pytest.fixture(scope="module")
def fake():
    with FakeCoder(timing=QUICK) as made:
        made.add_template("docker", parameters={"cpu": 2})
        yield made


@pytest.fixture(scope="module")
def url(fake: FakeCoder):
    with fake.serve() as address:
        yield address


def create(client: Client, name: str):
    template = str(client.templates.list()[0].id)
    body = {"name": name, "template_id": template}
    return client.request("POST", "/api/v2/users/me/workspaces", body=body)


def test_requests_and_streams_work_over_real_connections(fake: FakeCoder, url: Any):
    with Client(url, token=fake.token_for()) as client:
        made = create(client, "dev")
        lines = list(client.builds.stream_logs(made["latest_build"]["id"]))
        assert lines[-1].stage == "Cleaning Up"
        with client.workspaces.watch_ws(made["id"]) as states:
            assert str(next(iter(states)).latest_build.status) == "running"
        with (
            pytest.warns(DeprecationWarning, match="watch_sse"),
            client.workspaces.watch_sse(made["id"]) as states,
        ):
            assert str(next(iter(states)).latest_build.status) == "running"


def test_a_deployment_is_set_up_by_whoever_comes_first():
    email, password = "ann@example.com", "SomeSecurePassword!1"
    with FakeCoder(username="") as fresh, fresh.serve() as url:
        with Client(url, token=None) as nobody:
            with pytest.raises(NotFoundError):
                nobody.users.check_first()
            nobody.users.create_first(username="ann", email=email, password=password)
            nobody.sign_in(email=email, password=password)
            token = nobody.tokens.create("setup")
        with Client(url, token=token.secret) as owner:
            assert [role.name for role in owner.users.get("me").roles] == ["owner"]


def test_asynchronous_clients_are_served_too(fake: FakeCoder, url: Any):
    async def main() -> str:
        async with AsyncClient(url, token=fake.token_for()) as client:
            return (await client.users.get("me")).username

    assert anyio.run(main) == "admin"


def test_a_terminal_carries_keys_and_bytes(fake: FakeCoder, url: Any):
    fake.add_workspace("shell", template="docker")
    with Client(url, token=fake.token_for()) as client:
        agent = client.workspaces.get("me/shell").latest_build.resources[0].agents[0].id
        reconnect = "d062611f-c2b0-45ec-8c69-0a0787d8dbcf"
        terminal = client.agents.open_pty(agent, reconnect=reconnect, command="cat")
        with terminal:
            terminal.send({"data": "typed\n"})
            terminal.send({"data": "\x04"})
            assert b"".join(terminal) == b"typed\r\ntyped\r\n"


def test_a_refused_handshake_carries_its_answer(fake: FakeCoder, url: Any):
    with Client(url, token=fake.token_for()) as client:
        missing = "d062611f-c2b0-45ec-8c69-0a0787d8dbcf"
        with pytest.raises(NotFoundError), client.workspaces.watch_ws(missing) as states:
            next(iter(states))


@pytest.mark.parametrize("fault", [{"lose": True}, {"cut": 5}])
def test_lost_connections_are_lost(fake: FakeCoder, url: Any, fault: Any):
    fake.inject("/api/v2/users/me", **fault)
    with Client(url, token=fake.token_for(), retry=None) as client:
        with pytest.raises(TransportError):
            client.users.get("me")
        assert client.users.get("me").username == "admin"


def test_a_dropped_stream_is_opened_again(fake: FakeCoder, url: Any):
    fake.inject("/api/v2/workspacebuilds/*/logs", drop=2)
    with Client(url, token=fake.token_for()) as client:
        made = create(client, "dropped")
        stream = client.builds.stream_logs(made["latest_build"]["id"])
        assert [line.stage for line in stream][-1] == "Cleaning Up"
        assert stream.reconnects == 1


def test_the_clock_stands_still_again_afterwards():
    async def main() -> None:
        fake = FakeCoder(timing=QUICK)
        async with fake.serve() as address:
            assert fake.clock.is_real
            assert address.startswith("http://127.0.0.1:")
        assert not fake.clock.is_real

    anyio.run(main)


def test_what_follows_something_else_does_not_wait_for_somebody_to_look(
    monkeypatch: pytest.MonkeyPatch,
):
    start = datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc)
    moments: list[float] = []
    real = [100.0]
    machine = SimpleNamespace(monotonic=lambda: real[0])
    monkeypatch.setattr("coder_sdk.testing._clock.real_time", machine)
    clock = FakeClock(start)

    def happen() -> None:
        moments.append(clock.time() - start.timestamp())
        if len(moments) < 3:
            clock.schedule(2.0, happen)

    clock.schedule(1.0, happen)
    clock.follow_real_time()
    real[0] += 60.0
    clock.settle()
    assert moments == [1.0, 3.0, 5.0]
    assert clock.time() - start.timestamp() == pytest.approx(60.0)
