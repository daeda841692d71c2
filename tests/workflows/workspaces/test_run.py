"""Commands in workspaces: status, output, input, lost connections, timeouts, cancellation."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from typing import Any

import anyio
import pytest

from coder_sdk import (
    AgentNotConnectedError,
    AmbiguousError,
    AsyncClient,
    CommandError,
    CommandLostError,
    CommandTimeoutError,
    NotFoundError,
    RequestValidationError,
)
from coder_sdk.testing import AgentSpec, FakeCoder
from tests.colours import Colour

PTY = "GET /api/v2/workspaceagents/*/pty"


@pytest.fixture(autouse=True)
def dev(fake: FakeCoder) -> None:
    fake.add_template("docker")
    fake.add_workspace("dev", template="docker")
    fake.on_command("pytest -q", "ünder test\n1 failed\n", 1)
    fake.on_command("forever", delay=100_000)


def test_status_and_output(colour: Colour, coder: Any) -> None:
    result = colour.call(coder.workspaces.run, "dev", "pytest -q")
    assert (result.returncode, result.output, result.ok) == (1, "ünder test\n1 failed\n", False)
    with pytest.raises(CommandError, match="`pytest -q` ended with status 1") as caught:
        result.check()
    assert caught.value.returncode == 1


def test_check_raises_at_once(colour: Colour, coder: Any) -> None:
    with pytest.raises(CommandError, match="1 failed"):
        colour.call(coder.workspaces.run, "dev", "pytest -q", check=True)


@pytest.mark.parametrize(
    ("command", "status", "output"),
    [
        ("exit 3", 3, ""),
        ("printf no-newline", 0, "no-newline"),
        ("echo 'it'\\''s' \"$HOME\"", 0, "it's /home/coder\n"),
        (["echo", "two words", "$HOME"], 0, "two words $HOME\n"),
        ("echo one\necho two # done", 0, "one\ntwo\n"),
        ("nonsense", 127, "sh: 1: nonsense: not found\n"),
    ],
)
def test_commands(colour: Colour, coder: Any, command: Any, status: int, output: str) -> None:
    result = colour.call(coder.workspaces.run, "dev", command)
    assert (result.returncode, result.output) == (status, output)


def test_input_arrives_unchanged(colour: Colour, coder: Any) -> None:
    text = "Zeile\n" * 2000 + "ende ohne Umbruch"
    assert colour.call(coder.workspaces.run, "dev", "cat", stdin=text).output == text


def test_long_scripts_are_not_in_the_address(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    script = "# " + "x" * 20_000 + "\npytest -q"
    result = colour.call(coder.workspaces.run, "dev", script)
    assert (result.returncode, result.output) == (1, "ünder test\n1 failed\n")
    query = dict(fake.assert_called(PTY).query)
    assert len(query["command"]) < 4000


def test_variables_and_input_are_in_no_address(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    run = coder.workspaces.run
    assert colour.call(run, "dev", "echo $TOKEN", env={"TOKEN": "s3cr3t"}).output == "s3cr3t\n"
    assert colour.call(run, "dev", "cat", stdin="s3cr3t").output == "s3cr3t"
    addresses = str([sent.query for sent in fake.calls("**/pty")])
    assert "s3cr3t" not in addresses
    assert b64encode(b"s3cr3t").decode() not in addresses


def test_marks_are_in_nothing_that_is_sent(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    colour.call(coder.workspaces.run, "dev", "echo a")
    command = dict(fake.assert_called(PTY).query)["command"]
    assert "echo a" in command
    assert "%s-%s" in command


def test_output_is_reported_as_it_comes(colour: Colour, coder: Any) -> None:
    pieces: list[str] = []
    result = colour.call(
        coder.workspaces.run,
        "dev",
        "echo one; sleep 5; echo two",
        on_output=colour.function(pieces.append),
    )
    assert "".join(pieces) == result.output == "one\ntwo\n"
    assert len(pieces) > 1


def test_a_timeout_interrupts_and_carries_the_output(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    with pytest.raises(CommandTimeoutError) as caught:
        colour.call(coder.workspaces.run, "dev", "echo begun; forever", timeout=60)
    assert caught.value.output == "begun\n"
    assert caught.value.command == "echo begun; forever"


@pytest.mark.parametrize("command", ["sleep 900", "cat", "sleep 45; sleep 45"])
def test_a_timeout_is_kept_by_the_clock_of_the_fake_deployment(
    colour: Colour, fake: FakeCoder, coder: Any, command: str
) -> None:
    begun = fake.clock.monotonic()
    with pytest.raises(CommandTimeoutError, match="Waited 60 s for the command"):
        colour.call(coder.workspaces.run, "dev", command, timeout=60)
    assert fake.clock.monotonic() - begun == pytest.approx(60, abs=1)


def test_a_bound_of_the_caller_ends_the_wait_for_a_command(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    with fake.clock.within(10), pytest.raises(TimeoutError, match="nothing happened in time"):
        colour.call(coder.workspaces.run, "dev", "sleep 900", timeout=60)


def test_an_error_of_the_callback_interrupts_the_command(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    def fail(_: str) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        colour.call(coder.workspaces.run, "dev", "echo a; forever", on_output=fail)
    agent = next(iter(fake._state.agents.values()))
    assert all(session.done for session in agent.sessions.values())


@pytest.mark.parametrize("frames", [1, 2])
def test_a_lost_session_is_taken_up_again(
    colour: Colour, fake: FakeCoder, coder: Any, frames: int
) -> None:
    fake.inject(PTY, drop=frames)
    result = colour.call(
        coder.workspaces.run, "dev", "echo one; sleep 5; echo two; sleep 5; echo three; exit 9"
    )
    assert (result.returncode, result.output) == (9, "one\ntwo\nthree\n")
    sessions = {dict(item.query)["reconnect"] for item in fake.calls(PTY)}
    assert len(fake.calls(PTY)) == 2
    assert len(sessions) == 1


def test_a_session_that_is_gone_is_not_run_again(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    def forget(_: str) -> None:
        for agent in fake._state.agents.values():
            agent.sessions.clear()

    fake.inject(PTY, drop=2)
    with pytest.raises(CommandLostError, match="its terminal is gone") as caught:
        colour.call(coder.workspaces.run, "dev", "echo one; sleep 500; echo two", on_output=forget)
    assert caught.value.output.count("one") == 1
    assert caught.value.returncode is None


def test_a_stopped_workspace_is_a_typed_error(colour: Colour, coder: Any) -> None:
    colour.call(coder.workspaces.stop, "dev")
    with pytest.raises(AgentNotConnectedError, match="has no agent now: it is stopped"):
        colour.call(coder.workspaces.run, "dev", "true")


def test_an_agent_that_is_not_ready_is_a_typed_error_or_waited_for(
    colour: Colour, coder: Any
) -> None:
    colour.call(coder.workspaces.restart, "dev")
    with pytest.raises(AgentNotConnectedError, match="Agent `main` of admin/dev is not ready"):
        colour.call(coder.workspaces.run, "dev", "true")
    assert colour.call(coder.workspaces.run, "dev", "true", wait=True).ok


def test_several_agents_are_listed(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("two", agents=[AgentSpec("a"), AgentSpec("b")])
    fake.add_workspace("both", template="two")
    with pytest.raises(AmbiguousError, match="2 agents: a, b") as caught:
        colour.call(coder.workspaces.run, "both", "true")
    assert caught.value.candidates == ("admin/both.a", "admin/both.b")
    assert colour.call(coder.workspaces.run, "me/both.b", "true").ok
    assert colour.call(coder.workspaces.run, "both", "true", agent="a").ok
    with pytest.raises(NotFoundError, match="no agent `c`"):
        colour.call(coder.workspaces.run, "both.c", "true")


def test_a_variable_needs_a_name(colour: Colour, coder: Any) -> None:
    with pytest.raises(RequestValidationError, match="no name of a variable"):
        colour.call(coder.workspaces.run, "dev", "true", env={"A B": "c"})


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancellation_interrupts_the_command(fake: FakeCoder, backend: str) -> None:
    started: list[str] = []

    async def run(coder: AsyncClient) -> None:
        async with anyio.create_task_group() as tasks:

            def stop(text: str) -> None:
                started.append(text)
                tasks.cancel_scope.cancel()

            await coder.workspaces.run("dev", "echo a; forever", on_output=stop)

    async def main() -> None:
        async with fake.async_client() as coder:
            await run(coder)

    anyio.run(main, backend=backend)
    agent = next(iter(fake._state.agents.values()))
    assert started == ["a"]
    assert all(session.done for session in agent.sessions.values())


def test_over_real_sockets_a_timeout_is_kept(colour: Colour, fake: FakeCoder) -> None:
    with fake.serve() as url:
        coder = colour.client(url, clock=False, token=fake.token_for())
        result = colour.call(coder.workspaces.run, "dev", "echo one; exit 4")
        assert (result.returncode, result.output) == (4, "one\n")
        begun = time.monotonic()
        with pytest.raises(CommandTimeoutError) as caught:
            colour.call(coder.workspaces.run, "dev", "echo begun; forever", timeout=0.5)
        assert time.monotonic() - begun < 5
        assert caught.value.output == "begun\n"


def test_a_command_leaves_no_thread(colour: Colour, fake: FakeCoder) -> None:
    with fake.serve() as url:
        coder = colour.client(url, clock=False, token=fake.token_for())
        colour.call(coder.workspaces.run, "dev", "echo one")
        names = [thread.name for thread in threading.enumerate()]
        assert not [name for name in names if name.startswith("coder-sdk")]
