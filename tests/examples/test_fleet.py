"""Scripts that look after many workspaces: idle ones, those of suspended people, builds, use."""

from __future__ import annotations

import signal
import sys
from datetime import timedelta

import pytest

from coder_sdk.testing import FakeCoder
from tests.examples.scripts import script

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def fleet(fake: FakeCoder) -> None:
    """Three workspaces that were used two days ago, of which one is stopped."""
    fake.add_template("docker")
    fake.add_template("gpu")
    fake.add_user("ada")
    fake.add_workspace("dev", template="docker")
    fake.add_workspace("old", template="docker", running=False)
    fake.add_workspace("lab", template="gpu", owner="ada")


def age(fake: FakeCoder, days: float) -> None:
    """Let what is there have been used so long ago, by the clock of this machine."""
    for workspace in fake._state.workspaces.values():
        workspace.last_used_at -= timedelta(days=days)


def states(fake: FakeCoder) -> dict[str, str]:
    found = fake.client().workspaces.list()
    return {workspace.name: str(workspace.latest_build.status) for workspace in found}


# -- stop_idle


def test_by_default_nothing_is_stopped(fake: FakeCoder, fleet: None, capsys: Capture) -> None:
    age(fake, 2)
    assert script("stop_idle").main(["--hours", "12"]) == 0
    printed = capsys.readouterr().out
    assert "admin/dev" in printed
    assert "ada/lab" in printed
    assert "admin/old" not in printed
    assert printed.endswith("Nothing was stopped; `--apply` does it.\n")
    assert states(fake) == {"dev": "running", "old": "stopped", "lab": "running"}


def test_idle_ones_are_stopped(fake: FakeCoder, fleet: None, capsys: Capture) -> None:
    age(fake, 2)
    assert script("stop_idle").main(["--hours", "12", "--template", "docker", "--apply"]) == 0
    assert capsys.readouterr().out.endswith("ok=1 failed=0 skipped=0\n")
    assert states(fake) == {"dev": "stopped", "old": "stopped", "lab": "running"}


def test_those_in_use_are_left_alone(fake: FakeCoder, fleet: None, capsys: Capture) -> None:
    age(fake, 0.25)
    assert script("stop_idle").main(["--hours", "12", "--apply"]) == 0
    assert capsys.readouterr().out == "ok=0 failed=0 skipped=0\n"
    assert states(fake)["dev"] == "running"


def test_favorites_can_be_kept(fake: FakeCoder, fleet: None, capsys: Capture) -> None:
    fake.client().workspaces.set_favorite("dev", favorite=True)
    age(fake, 2)
    assert script("stop_idle").main(["--keep-favorites", "--apply"]) == 0
    assert "a favorite" in capsys.readouterr().out
    assert states(fake) == {"dev": "running", "old": "stopped", "lab": "stopped"}


def test_a_stop_that_fails_is_reported(fake: FakeCoder, fleet: None, capsys: Capture) -> None:
    age(fake, 2)
    fake.fail_next_build("the node is gone")
    assert script("stop_idle").main(["--apply", "--concurrency", "1"]) == 1
    printed = capsys.readouterr()
    assert "the node is gone" in printed.err
    assert printed.out.endswith("ok=1 failed=1 skipped=0\n")


def test_after_an_interruption_it_says_what_was_done(
    fake: FakeCoder, fleet: None, capsys: Capture
) -> None:
    age(fake, 2)
    fake.clock.schedule(1, lambda: signal.raise_signal(signal.SIGINT))
    assert script("stop_idle").main(["--apply", "--concurrency", "1"]) == 130
    printed = capsys.readouterr().out
    assert "admin/dev" in printed
    assert printed.splitlines()[-1].startswith("ok=")


def test_an_unknown_template_is_an_error(fake: FakeCoder, fleet: None, capsys: Capture) -> None:
    assert script("stop_idle").main(["--template", "dokcer"]) == 1
    assert "Did you mean `docker`?" in capsys.readouterr().err


# -- suspended_owners


@pytest.fixture
def suspended(fake: FakeCoder, fleet: None) -> None:
    fake.client().users.suspend("ada")


@pytest.mark.usefixtures("suspended")
@pytest.mark.parametrize("action", ["stop", "dormant", "delete"])
def test_what_belongs_to_suspended_people_is_only_listed(
    fake: FakeCoder, capsys: Capture, action: str
) -> None:
    assert script("suspended_owners").main(["--action", action]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("ada/lab ")
    assert "admin/dev" not in printed
    assert "`--apply` does it" in printed
    assert states(fake)["lab"] == "running"


@pytest.mark.usefixtures("suspended")
@pytest.mark.parametrize(
    ("action", "after"), [("stop", "stopped"), ("dormant", "stopped"), ("delete", None)]
)
def test_what_belongs_to_suspended_people_is_cleared(
    fake: FakeCoder, action: str, after: str | None
) -> None:
    arguments = ["--action", action, "--apply"]
    assert script("suspended_owners").main(arguments) == 0
    assert states(fake).get("lab") == after
    assert states(fake)["dev"] == "running"
    dormant = [each.name for each in fake.client().workspaces.list(dormant=True)]
    assert dormant == (["lab"] if action == "dormant" else [])
    assert script("suspended_owners").main(arguments) == 0  # nothing is left to do


@pytest.mark.usefixtures("suspended")
def test_whoever_is_active_again_keeps_a_workspace(
    fake: FakeCoder, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = script("suspended_owners")
    found = list(module.owned_by_suspended(fake.client()))
    fake.client().users.activate("ada")
    monkeypatch.setattr(module, "owned_by_suspended", lambda _: found)
    assert module.main(["--action", "delete", "--apply"]) == 0
    assert "ada is active" in capsys.readouterr().out
    assert states(fake)["lab"] == "running"


@pytest.mark.usefixtures("suspended")
def test_after_an_interruption_what_was_done_for_the_suspended_is_said(
    fake: FakeCoder, capsys: Capture
) -> None:
    fake.clock.schedule(1, lambda: signal.raise_signal(signal.SIGINT))
    assert script("suspended_owners").main(["--apply"]) == 130
    printed = capsys.readouterr().out
    assert "ada/lab" in printed
    assert printed.splitlines()[-1].startswith("ok=")


# -- follow_builds


def test_the_logs_of_builds_under_way_are_followed_at_once(
    fake: FakeCoder, fleet: None, capsys: Capture
) -> None:
    coder = fake.client()
    coder.workspaces.stop("dev", wait=False)
    coder.workspaces.start("old", wait=False)
    assert script("follow_builds").main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split(" | ")[0] for line in lines} == {"admin/dev", "admin/old"}
    assert "admin/dev | stop succeeded" in lines
    assert "admin/old | start succeeded" in lines
    first_of_old = next(n for n, line in enumerate(lines) if line.startswith("admin/old"))
    assert first_of_old < lines.index("admin/dev | stop succeeded")


def test_a_build_that_fails_is_an_error(fake: FakeCoder, fleet: None, capsys: Capture) -> None:
    fake.fail_next_build("no space left on device")
    fake.client().workspaces.start("old", wait=False)
    assert script("follow_builds").main(["old", "ada/lab"]) == 1
    printed = capsys.readouterr()
    assert "admin/old: " in printed.err
    assert "no space left on device" in printed.err
    assert "ada/lab   | start succeeded" in printed.out


def test_where_nothing_is_built_it_says_so(fake: FakeCoder, fleet: None, capsys: Capture) -> None:
    assert script("follow_builds").main([]) == 0
    assert capsys.readouterr() == ("", "No build is under way.\n")


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    make = script("follow_builds").printer
    make(["dev"])("dev", "plain")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    make(["dev"])("dev", "coloured")
    monkeypatch.setenv("NO_COLOR", "1")
    make(["dev"])("dev", "not wanted")
    assert capsys.readouterr().out == (
        "dev | plain\n\x1b[36mdev |\x1b[0m coloured\ndev | not wanted\n"
    )


# -- keep_alive


def used(fake: FakeCoder) -> int:
    return len(fake.calls("POST /api/v2/workspaces/*/usage"))


def test_workspaces_count_as_used_while_a_command_runs(
    fake: FakeCoder, fleet: None, capfd: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-c", "print('trained'); raise SystemExit(4)"]
    assert script("keep_alive").main(["dev", "ada/lab", "--", *command]) == 4
    printed = capfd.readouterr().out
    assert "Keeping admin/dev alive" in printed
    assert "Keeping ada/lab alive" in printed
    assert "trained" in printed
    assert used(fake) >= 2


def test_without_a_command_it_waits(fake: FakeCoder, fleet: None) -> None:
    assert script("keep_alive").main(["dev", "--hours", "0"]) == 0
    assert used(fake) >= 1


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["old"], 1, "it is stopped"),
        (["nope", "--hours", "0"], 1, "Hint: "),
        (["dev", "--", "there-is-no-such-command"], 127, "there-is-no-such-command"),
    ],
)
def test_what_cannot_be_kept_alive_is_said(
    capsys: Capture, arguments: list[str], code: int, text: str
) -> None:
    assert script("keep_alive").main(arguments) == code
    printed = capsys.readouterr().err
    assert printed.startswith("keep_alive: ")
    assert text in printed
