"""Workspaces for CI jobs, the jobs that use them, and tokens for them."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import subprocess
from typing import Any

import pytest
import yaml

from coder_sdk.testing import FakeCoder
from coder_sdk.testing._shell import CommandResult
from tests.examples.scripts import EXAMPLES, script

RUN = ["run", "--template", "docker", "--name", "ci-7"]


@pytest.fixture
def docker(fake: FakeCoder) -> None:
    fake.add_template("docker", parameters={"cpu": 2})


def left(fake: FakeCoder) -> list[str]:
    return [workspace.name for workspace in fake.client().workspaces.list()]


# -- the script


def test_it_passes_the_exit_code_on_and_deletes_the_workspace(
    fake: FakeCoder, docker: None, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.on_command("make test", "2 passed, 1 failed\n", 3)
    assert script("ci_workspace").main([*RUN, "--parameter", "cpu=4", "--", "make test"]) == 3
    assert "2 passed, 1 failed\n" in capsys.readouterr().out
    fake.assert_called(
        "POST /api/v2/users/*/workspaces",
        json={"rich_parameter_values": [{"name": "cpu", "value": "4"}]},
    )
    assert left(fake) == []


def test_it_passes_variables_on(
    fake: FakeCoder,
    docker: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REVISION", "0123abc")
    assert script("ci_workspace").main([*RUN, "--env", "REVISION", "--", "echo $REVISION"]) == 0
    assert "0123abc" in capsys.readouterr().out


def test_github_folds_the_build_and_takes_no_orders_from_any_output(
    fake: FakeCoder,
    docker: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    fake.on_command("make test", "::set-output name=x::y\n")
    assert script("ci_workspace").main([*RUN, "make test"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "::group::Workspace ci-7"
    groups = [number for number, line in enumerate(lines) if line == "::endgroup::"]
    stops = {
        number: line.removeprefix("::stop-commands::")
        for number, line in enumerate(lines)
        if line.startswith("::stop-commands::")
    }
    (build, first), (command, second) = stops.items()
    assert first != second
    assert lines.index(f"::{first}::") + 1 == groups[0]
    order = lines.index("::set-output name=x::y")
    assert build < groups[0] < command < order < lines.index(f"::{second}::")


def test_gitlab_gets_sections(
    fake: FakeCoder,
    docker: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GITLAB_CI", "true")
    fake.on_command("make test", "ok\n")
    assert script("ci_workspace").main([*RUN, "make test"]) == 0
    printed = capsys.readouterr().out
    begun = re.findall(r"\x1b\[0Ksection_start:\d+:([\w-]+)(?:\[collapsed=true\])?\r", printed)
    ended = re.findall(r"\x1b\[0Ksection_end:\d+:([\w-]+)\r", printed)
    assert len(begun) == 2
    assert begun == ended


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_canceled_job_leaves_no_workspace(
    fake: FakeCoder, docker: None, number: signal.Signals
) -> None:
    def cancel(_: str) -> CommandResult:
        signal.raise_signal(number)
        return CommandResult("", 0)

    before = signal.getsignal(number)
    fake.on_command("make test", cancel)
    with pytest.raises(SystemExit) as ended:
        script("ci_workspace").main([*RUN, "make test"])
    assert ended.value.code == 128 + number
    assert left(fake) == []
    assert signal.getsignal(number) == before


def test_a_command_that_takes_too_long_fails_and_leaves_no_workspace(
    fake: FakeCoder, docker: None, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.on_command("make test", delay=600)
    assert script("ci_workspace").main([*RUN, "--minutes", "2", "make test"]) == 1
    assert capsys.readouterr().err.startswith("ci_workspace: ")
    assert left(fake) == []


def test_a_workspace_that_cannot_be_built_is_an_error_of_its_own(
    fake: FakeCoder, docker: None, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.fail_next_build("no space left on device")
    assert script("ci_workspace").main([*RUN, "make test"]) == 1
    assert "no space left on device" in capsys.readouterr().err
    assert left(fake) == []


@pytest.mark.parametrize("wrong", [["--parameter", "cpu"], ["--env", "NOT_THERE"]])
def test_what_cannot_be_meant_is_said_before_anything_is_created(
    fake: FakeCoder, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        script("ci_workspace").main([*RUN, *wrong, "--", "make test"])
    assert ended.value.code == 2
    assert wrong[1] in capsys.readouterr().err
    assert fake.requests == []


def test_delete_is_content_if_nothing_is_there(
    fake: FakeCoder, docker: None, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.add_workspace("ci-7", template="docker")
    for _ in range(2):
        assert script("ci_workspace").main(["delete", "--name", "ci-7"]) == 0
    assert capsys.readouterr().out == "me/ci-7: deleted\nme/ci-7: unchanged\n"


# -- the jobs


def github() -> tuple[list[str], dict[str, str]]:
    flow = yaml.safe_load((EXAMPLES / "ci/github-actions.yml").read_text(encoding="utf-8"))
    job = flow["jobs"]["test"]
    env: dict[str, str] = dict(job["env"])
    for step in job["steps"]:
        env.update(step.get("env", {}))
    assert job["steps"][-1]["if"] == "always()"
    return [step["run"] for step in job["steps"] if "run" in step], env


def gitlab() -> tuple[list[str], dict[str, str]]:
    job = yaml.safe_load((EXAMPLES / "ci/gitlab-ci.yml").read_text(encoding="utf-8"))[
        "test-in-workspace"
    ]
    return [*job["before_script"], *job["script"], *job["after_script"]], job["variables"]


def commands(texts: list[str], env: dict[str, str]) -> list[list[str]]:
    """The arguments of each call of `ci_workspace.py`."""
    known = {"WORKSPACE": "ci-17", **dict.fromkeys(env, "x")}
    found: list[list[str]] = []
    for text in texts:
        words = shlex.split(text.replace("\\\n", ""))
        if "ci/ci_workspace.py" in words:
            rest = words[words.index("ci/ci_workspace.py") + 1 :]
            found.append([known["WORKSPACE"] if word == "$WORKSPACE" else word for word in rest])
    return found


@pytest.mark.parametrize("job", [github, gitlab])
def test_the_job_runs_what_there_is_and_cleans_up(
    job: Any, fake: FakeCoder, docker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts, env = job()
    run, delete = commands(texts, env)
    for name in ("REPOSITORY", "REVISION"):
        assert name in env
        monkeypatch.setenv(name, "value")
    fake.on_command(re.compile(r"git [^&]*"))
    fake.on_command("make test", "3 passed\n", 5)
    assert script("ci_workspace").main(run) == 5
    name = run[run.index("--name") + 1]
    assert delete == ["delete", "--name", name]
    fake.add_workspace(name, template="docker")
    assert script("ci_workspace").main(delete) == 0
    assert left(fake) == []


@pytest.mark.parametrize("job", [github, gitlab])
def test_the_shell_can_read_the_job(job: Any) -> None:
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("there is no `sh`")
    texts, env = job()
    inner = [words[-1] for words in commands(texts, env) if "--" in words]
    assert len(inner) == 1
    for text in [*texts, *inner]:
        subprocess.run([shell, "-n", "-c", text], check=True)  # noqa: S603 - our own text


def test_actionlint_has_nothing_to_say() -> None:
    actionlint = shutil.which("actionlint")
    if actionlint is None:
        pytest.skip("actionlint is not installed")
    file = EXAMPLES / "ci/github-actions.yml"
    done = subprocess.run(  # noqa: S603 - a linter over our own file
        [actionlint, str(file)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


# -- its token


def mint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert script("ci_token").main(["mint", "ci", *arguments]) == 0
    return capsys.readouterr().out.strip()


def test_a_minted_token_is_printed_alone_and_stands_the_verification(
    fake: FakeCoder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.add_template("docker")
    monkeypatch.setenv("CODER_SESSION_TOKEN", mint(capsys, "--days", "7"))
    assert script("ci_token").main(["verify"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("ci of admin, valid for another 6 days\n")
    assert printed.err == ""


@pytest.mark.usefixtures("docker")
@pytest.mark.parametrize(
    "case",
    [
        ("workspace", "ci_workspace", [*RUN, "make test"]),
        ("templates", "push_templates", [str(EXAMPLES / "templates"), "--promote"]),
        ("report", "cost_report", ["--by", "template"]),
    ],
)
def test_a_minted_token_is_enough_for_its_job(
    fake: FakeCoder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: tuple[str, str, list[str]],
) -> None:
    job, name, arguments = case
    fake.on_command("make test", "ok\n")
    monkeypatch.setenv("CODER_SESSION_TOKEN", mint(capsys, "--job", job))
    assert script("ci_token").main(["verify", "--job", job]) == 0
    assert script(name).main(arguments) == 0


@pytest.mark.parametrize(
    ("token", "complaint"),
    [
        ({"scopes": ["coder:all"]}, "may do everything"),
        ({"scopes": ["workspace:read", "api_key:read"]}, "The token may not: template:use"),
    ],
)
def test_a_token_that_does_not_fit_is_refused(
    fake: FakeCoder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    token: dict[str, list[str]],
    complaint: str,
) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", fake.token_for(scopes=token["scopes"]))
    assert script("ci_token").main(["verify"]) == 1
    assert complaint in capsys.readouterr().err


def test_a_token_that_is_gone_or_about_to_be_is_refused(
    fake: FakeCoder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", mint(capsys, "--days", "1"))
    assert script("ci_token").main(["verify"]) == 1
    assert "expires in 0 days: `rotate` it" in capsys.readouterr().err
    monkeypatch.setenv("CODER_SESSION_TOKEN", "AAAAAAAAAA-BBBBBBBBBBBBBBBBBBBBBB")
    assert script("ci_token").main(["verify"]) == 1
    assert "does not accept the token" in capsys.readouterr().err


def test_a_rotated_token_has_the_same_scopes_and_the_old_one_still_works(
    fake: FakeCoder, capsys: pytest.CaptureFixture[str]
) -> None:
    old = mint(capsys)
    assert script("ci_token").main(["rotate", "ci"]) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith("ci-2: valid until")
    assert "coder:workspaces.create" in printed.err
    assert "still valid for a while: ci\n" in printed.err
    for token in (old, printed.out.strip()):
        assert fake.client(token=token).users.get("me").username == "admin"


def test_a_name_that_is_taken_is_said(fake: FakeCoder, capsys: pytest.CaptureFixture[str]) -> None:
    mint(capsys)
    assert script("ci_token").main(["mint", "ci"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("ci_token: ")


def test_a_token_that_manages_tokens_is_enough_to_mint_and_rotate(
    fake: FakeCoder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CODER_SESSION_TOKEN", fake.token_for(scopes=["coder:apikeys.manage_self"]))
    mint(capsys)
    assert script("ci_token").main(["rotate", "ci"]) == 0
