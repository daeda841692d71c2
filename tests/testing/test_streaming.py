"""Streams and terminals of the fake deployment, in memory."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import anyio
import pytest

from coder_sdk import NotFoundError
from coder_sdk._errors.status import APIStatusError
from coder_sdk.testing import AgentSpec, CommandResult, FakeCoder, Metadata, Parameter


@pytest.fixture
def workspace(fake: FakeCoder):
    fake.add_template("docker", agents=[AgentSpec(metadata=(Metadata("load", "0.4"),))])
    return fake.add_workspace("dev", template="docker")


@pytest.fixture
def agent(fake: FakeCoder, workspace: Any):
    latest = fake.client().workspaces.get(workspace).latest_build
    return latest.resources[0].agents[0].id


def started(fake: FakeCoder) -> str:
    fake.add_template("docker")
    body = {"name": "dev", "template_id": str(fake.client().templates.list()[0].id)}
    made = fake.client().request("POST", "/api/v2/users/me/workspaces", body=body)
    return made["latest_build"]["id"]


def test_logs_of_a_build_come_while_it_runs_and_end_with_it(fake: FakeCoder):
    client = fake.client()
    begin = fake.clock.now()
    lines = list(client.builds.stream_logs(started(fake)))
    assert [line.stage for line in lines][:2] == ["Setting up", "Planning Infrastructure"]
    assert lines == list(client.builds.logs(lines_of(fake)))
    assert 2 <= (fake.clock.now() - begin).total_seconds() < 3


def lines_of(fake: FakeCoder):
    return fake.client().workspaces.get("me/dev").latest_build.id


def test_a_lost_log_stream_goes_on_without_loss_or_repetition(fake: FakeCoder):
    build = started(fake)
    fake.inject("/api/v2/workspacebuilds/*/logs", drop=3)
    stream = fake.client().builds.stream_logs(build)
    lines = [line.id for line in stream]
    assert stream.reconnects == 1
    assert lines == [line.id for line in fake.client().builds.logs(build)]
    assert len(set(lines)) == len(lines)


# httpx leaves the generators of a body that was not read to its end to the garbage collector,
# of which trio warns.
@pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_watching_shows_every_state_in_either_form(fake: FakeCoder, backend: Any):
    started(fake)
    seen: dict[str, list[str]] = {"watch_ws": [], "watch_sse": []}

    async def main() -> None:
        client = fake.async_client()
        workspace = await client.workspaces.get("me/dev")

        async def watch(name: str) -> None:
            async with getattr(client.workspaces, name)(workspace.id) as states:
                async for state in states:
                    agents = [a for r in state.latest_build.resources for a in r.agents or []]
                    lifecycle = str(agents[0].lifecycle_state) if agents else ""
                    seen[name].append(f"{state.latest_build.status} {lifecycle}".strip())
                    if lifecycle == "ready":
                        return

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch, "watch_ws")
            tasks.start_soon(watch, "watch_sse")

    with pytest.warns(DeprecationWarning, match="watch_sse"):
        anyio.run(main, backend=backend)
    whole = ["pending", "starting", "running created", "running starting", "running ready"]
    assert seen == {"watch_ws": whole, "watch_sse": whole}


def test_logs_of_an_agent_begin_with_an_empty_list(fake: FakeCoder, workspace: Any, agent: Any):
    with fake.client().agents.stream_logs(agent) as batches:
        first = next(iter(batches))
    assert [line.output for line in first] == ["Preparing the workspace", "Done"]


def test_metadata_comes_at_once_and_when_it_changes(fake: FakeCoder, workspace: Any, agent: Any):
    with fake.client().agents.watch_metadata_ws(agent) as batches:
        frames = iter(batches)
        assert next(frames)[0].result.value == "0.4"
        fake.set_metadata("dev", "load", "0.9")
        assert next(frames)[0].result.value == "0.9"


def test_a_silent_stream_moves_the_clock(fake: FakeCoder, workspace: Any):
    begin = fake.clock.time()
    with fake.client().workspaces.watch_ws(workspace) as states:
        frames = iter(states)
        next(frames)
        with pytest.raises(TimeoutError), fake.clock.within(60):
            next(frames)
    assert fake.clock.time() - begin == pytest.approx(60, abs=0.1)


def test_a_handshake_is_refused_like_a_request(fake: FakeCoder):
    with pytest.raises(NotFoundError), fake.client().workspaces.watch_ws(uuid4()) as states:
        next(iter(states))


def test_a_plain_request_to_a_socket_is_refused(fake: FakeCoder, workspace: Any):
    with pytest.raises(APIStatusError) as caught:
        fake.client().request("GET", f"/api/v2/workspaces/{workspace}/watch-ws")
    assert caught.value.status == 426


def test_parameters_are_evaluated_over_a_socket(fake: FakeCoder):
    fake.add_template("docker", parameters=[Parameter("cpu", 2, maximum=8)])
    client = fake.client()
    version = client.templates.list()[0].active_version_id
    with client.template_versions.dynamic_parameters(version) as socket:
        first = socket.receive()
        assert (first.id, first.parameters[0].value.value) == (-1, "2")
        socket.send({"id": 7, "inputs": {"cpu": "99"}})
        second = socket.receive()
    assert (second.id, second.parameters[0].diagnostics[0].severity) == (7, "error")


# -- terminals


def run(fake: FakeCoder, agent: Any, command: str, *keys: str) -> str:
    output = b""
    with fake.client().agents.open_pty(agent, reconnect=uuid4(), command=command) as terminal:
        for key in keys:
            terminal.send({"data": key})
        for data in terminal:
            output += data
    return output.decode()


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("echo hello; echo err >&2; exit 3", "hello\r\nerr\r\n"),
        (r'printf "\303\251\n"; seq 1 3', "é\r\n1\r\n2\r\n3\r\n"),
        ("pytest -q; echo $?", "1 failed\r\n1\r\n"),
        ("sh -c 'pytest -q'; echo $?", "1 failed\r\n1\r\n"),
        ("(pytest -q\n); printf 'END%d' $?", "1 failed\r\nEND1"),
        ("{ pytest -q; } >/dev/null 2>&1; echo rc=$?", "rc=1\r\n"),
        ("false && echo no || echo yes", "yes\r\n"),
        ("! true; echo $?", "1\r\n"),
        ("X='a b'; echo \"$X\" ${Y:-c}", "a b c\r\n"),
        ("echo one | cat; echo two |sh -c 'read line; echo got $line'", "one\r\ngot two\r\n"),
        ("cat <<'END'\n$X\nEND", "$X\r\n"),
        ("X=1; cat <<END\n$X\nEND", "1\r\n"),
        ("echo ZWNobyBkZWVw | base64 -d | sh", "deep\r\n"),
        ("nothing-like-it", "sh: 1: nothing-like-it: not found\r\n"),
        ("echo 'open", "sh: syntax error: unterminated quoted string\r\n"),
    ],
)
def test_commands_run_in_a_shell_of_the_fakes_own(
    fake: FakeCoder, workspace: Any, agent: Any, command: Any, output: Any
):
    fake.on_command("pytest -q", "1 failed\n", 1)
    assert run(fake, agent, command) == output


def test_commands_may_be_functions_of_what_was_asked(fake: FakeCoder, workspace: Any, agent: Any):
    fake.on_command(
        re.compile(r"make (\w+)"), lambda text: CommandResult(f"made {text.split()[1]}\n", delay=9)
    )
    begin = fake.clock.time()
    assert run(fake, agent, "make all") == "made all\r\n"
    assert fake.clock.time() - begin > 9


ANY = re.compile(".*", re.DOTALL)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("pytest -q && ls", {}),
        ("first\nsecond", {}),
        ("pytest", {"cwd": "/src", "env": {"CI": "1"}, "shell": "bash"}),
        ("cat", {"stdin": "one\ntwo\n"}),
        (f"echo {'x' * 5000}", {}),
    ],
    ids=["one line", "two lines", "a place", "input", "a long one"],
)
def test_an_expression_for_every_command_is_asked_about_the_users_only(
    fake: FakeCoder, workspace: Any, command: str, options: dict[str, Any]
):
    asked: list[str] = []

    def answer(text: str) -> CommandResult:
        asked.append(text)
        return CommandResult("done\n", 3)

    fake.on_command(ANY, answer)
    result = fake.client().workspaces.run(str(workspace), command, **options)
    assert (result.returncode, result.output, asked) == (3, "done\n", [command])


def test_a_command_without_the_client_is_asked_about_as_a_whole(
    fake: FakeCoder, workspace: Any, agent: Any
):
    fake.on_command(ANY, lambda text: CommandResult(f"{text}!\n"))
    assert run(fake, agent, "sh -c 'ls; pwd'") == "sh -c 'ls; pwd'!\r\n"


def test_a_terminal_takes_input_until_its_end(fake: FakeCoder, workspace: Any, agent: Any):
    assert run(fake, agent, "cat", "typed\n", "\x04") == "typed\r\ntyped\r\n"


def test_an_interrupt_ends_a_command(fake: FakeCoder, workspace: Any, agent: Any):
    assert run(fake, agent, "sleep 1000; echo late", "\x03") == "^C\r\n"


def test_a_terminal_can_be_joined_again(fake: FakeCoder, workspace: Any, agent: Any):
    client, reconnect = fake.client(), uuid4()
    command = "echo before; sleep 60; echo after"
    with client.agents.open_pty(agent, reconnect=reconnect, command=command) as terminal:
        assert next(iter(terminal)) == b"before\r\n"
    with client.agents.open_pty(agent, reconnect=reconnect) as terminal:
        assert b"".join(terminal) == b"before\r\nafter\r\n"


def test_the_terminal_of_a_stopped_workspace_is_a_page(fake: FakeCoder, workspace: Any, agent: Any):
    body = {"transition": "stop"}
    fake.client().request("POST", f"/api/v2/workspaces/{workspace}/builds", body=body)
    fake.clock.advance(10)
    with pytest.raises(APIStatusError) as caught:
        run(fake, agent, "true")
    assert caught.value.status == 404
