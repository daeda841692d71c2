"""The command, on a fake deployment: in this process, and once as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from coder_sdk._cli import main
from coder_sdk._cli.operations import methods
from coder_sdk._cli.output import span, validity
from coder_sdk._client import Client
from coder_sdk.testing import FakeCoder

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc)


@pytest.fixture
def fake() -> Iterator[FakeCoder]:
    with FakeCoder(version="2.36.0") as made:
        yield made


@pytest.fixture
def run(fake: FakeCoder, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run a command with a client of the fake deployment that has these options."""

    def run(*argv: str, **options: Any) -> tuple[int, str]:
        def connect(url: str | None, **more: Any) -> Client:
            assert url is None
            return fake.client(**{**options, **more})

        code = main(argv, connect=connect)
        return code, capsys.readouterr().out

    return run


def levels(output: str) -> dict[str, str]:
    """Level by subject of what `doctor` printed."""
    lines = [line.split() for line in output.splitlines() if not line.startswith(" ")]
    return {line[1]: line[0] for line in lines}


def test_whoami_names_the_user_and_how_long_the_token_is_valid(run: Any, fake: FakeCoder):
    token = fake.token_for(lifetime=timedelta(days=2, hours=3, seconds=30))
    code, output = run("whoami", token=token)
    assert code == 0
    assert "admin (Admin), admin@example.com, owner, at https://coder.test" in output
    assert "valid for 2 days 3 hours" in output
    assert "scopes: coder:all" in output
    assert token not in output


def test_whoami_says_what_the_scopes_hide(run: Any):
    code, output = run("whoami", scopes=["template:read"])
    assert code == 1
    assert "A user whom the token may not see at https://coder.test" in output
    assert "warning The scopes of the token hide users, organizations, workspaces" in output


def test_whoami_tells_of_a_token_that_is_not_accepted(run: Any):
    code, output = run("whoami", token="abcdefghij-0123456789abcdefghijkl")
    assert code == 1
    assert output.startswith("failed  The server does not accept the token: it is invalid.")
    assert "coder login" in output


def test_doctor_finds_nothing_wrong(run: Any):
    code, output = run("doctor")
    assert code == 0
    subjects = ["package", "url", "proxy", "TLS", "server", "clock", "token", "scopes"]
    assert levels(output) == dict.fromkeys(subjects, "ok")


def test_doctor_warns_of_a_token_that_soon_expires_and_of_scopes(run: Any, fake: FakeCoder):
    token = fake.token_for(scopes=["coder:all"], lifetime=timedelta(days=2))
    fake.clock.advance(timedelta(days=1, hours=15))
    code, output = run("doctor", token=token)
    assert code == 0
    assert levels(output)["token"] == "warning"
    assert "tokens.rotate" in output
    code, output = run("doctor", scopes=["template:read"])
    assert code == 0
    assert levels(output)["scopes"] == "warning"
    assert "tokens.create(scopes=" in output


@pytest.mark.parametrize(
    ("lifetime", "left", "level"),
    [
        (timedelta(days=7), timedelta(days=7), "ok"),  # a token of a job
        (timedelta(days=7), timedelta(days=1, hours=10), "ok"),
        (timedelta(days=7), timedelta(days=1, hours=9), "warning"),
        (timedelta(hours=1), timedelta(minutes=13), "ok"),
        (timedelta(days=365), timedelta(days=8), "ok"),
        (timedelta(days=365), timedelta(days=6), "warning"),
    ],
)
def test_a_token_expires_soon_in_the_last_fifth_of_its_life_and_at_most_a_week_before(
    run: Any, fake: FakeCoder, lifetime: timedelta, left: timedelta, level: str
):
    token = fake.token_for(scopes=["coder:all"], lifetime=lifetime)
    fake.clock.advance(lifetime - left)
    assert levels(run("doctor", token=token)[1])["token"] == level


def test_doctor_fails_for_a_token_that_is_not_accepted(run: Any):
    code, output = run("doctor", token="abcdefghij-0123456789abcdefghijkl")
    assert code == 1
    assert levels(output)["token"] == "failed"
    assert "coder login" in output


def test_doctor_warns_of_a_server_of_another_release(capsys: pytest.CaptureFixture[str]):
    with FakeCoder(version="2.18.0") as old:
        connect: Any = lambda url, **more: old.client(**more)  # noqa: E731 - a client
        with pytest.warns(match=r"The server is Coder 2\.18"):
            assert main(["doctor"], connect=connect) == 0
    output = capsys.readouterr().out
    assert levels(output)["server"] == "warning"
    assert "Update the deployment." in output


def test_doctor_stops_at_a_server_that_does_not_answer(run: Any, fake: FakeCoder):
    fake.inject("GET /api/v2/buildinfo", status=503)
    code, output = run("doctor")
    assert code == 1
    assert levels(output)["server"] == "failed"
    assert "token" not in levels(output)


def test_another_web_server_is_told_from_a_deployment_without_its_page(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        do_POST = do_GET  # noqa: N815 - so the base class calls it

        def log_message(self, *args: object) -> None:
            pass

    monkeypatch.setenv("CODER_SESSION_TOKEN", "abcdefghij-0123456789abcdefghijkl")
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as shop:
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        monkeypatch.setenv("CODER_URL", f"http://127.0.0.1:{shop.server_port}")
        assert main(["doctor"]) == 1
        assert main(["whoami"]) == 1
        shop.shutdown()
    captured = capsys.readouterr()
    assert "status 404: The answer is a web page\n" in captured.out
    assert "check that the URL is the address of a deployment" in captured.out
    assert "status 404: The answer is a web page\nHint: The page is not" in captured.err
    assert "<" not in captured.out + captured.err


def test_doctor_warns_of_a_clock_that_is_off(fake: FakeCoder, capsys: pytest.CaptureFixture[str]):
    with fake.serve() as url:  # its clock begins at its own date
        token = fake.token_for()
        connect: Any = lambda _, **more: Client(url, **{"token": token, **more})  # noqa: E731
        assert main(["doctor"], connect=connect) == 0
    output = capsys.readouterr().out
    assert levels(output)["clock"] == "warning"
    assert "Set the clock of this machine" in output


def test_doctor_checks_the_server_also_without_a_token(
    fake: FakeCoder,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
):
    monkeypatch.setenv("CODER_CONFIG_DIR", str(tmp_path))
    monkeypatch.delenv("CODER_SESSION_TOKEN", raising=False)
    with fake.serve() as url:
        monkeypatch.setenv("CODER_URL", str(url))
        assert main(["doctor"]) == 1
    output = capsys.readouterr().out
    assert levels(output)["server"] == "ok"
    assert f"There is no token for {url}" in output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CODER_URL", "ftp://coder.test"),
        ("CODER_SESSION_TOKEN", "two words"),
        ("CODER_CLIENT_TLS_CA_FILE", "/no/such/file.pem"),
    ],
)
def test_doctor_has_a_remedy_for_a_malformed_setting(
    name: str, value: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CODER_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("CODER_SESSION_TOKEN", "abcdefghij-0123456789abcdefghijkl")
    monkeypatch.setenv(name, value)
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    [number] = [at for at, line in enumerate(lines) if line.startswith("failed  settings")]
    assert name in lines[number]
    assert lines[number + 1].strip().startswith("Correct that setting")


def test_config_shows_where_settings_come_from_and_no_secret(run: Any, fake: FakeCoder):
    token = fake.token_for()
    code, output = run("config", token=token)
    assert code == 0
    assert "url: https://coder.test (argument `url`)\ntoken: hidden (argument `token`)" in output
    assert token not in output


@pytest.mark.parametrize("command", ["whoami", "config"])
def test_a_missing_setting_is_one_clear_line_and_2(
    command: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
):
    monkeypatch.setenv("CODER_CONFIG_DIR", str(tmp_path))
    monkeypatch.delenv("CODER_URL", raising=False)
    assert main([command]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("There is no URL")
    assert "Hint: Pass `url`, set `CODER_URL`, or run `coder login`." in captured.err


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (["favorite"], {"coder.workspaces.add_favorite", "coder.workspaces.set_favorite"}),
        (["GET", "/api/v2/users/ann"], {"coder.users.get"}),
        (["put", "/api/v2/workspaces/9f1a/ttl"], {"coder.workspaces.update_ttl"}),
        (["rotate", "token"], {"coder.tokens.rotate"}),
        (["BULK"], {"coder.bulk"}),
    ],
)
def test_operations_finds_methods_by_words_and_by_path(
    search: list[str], found: set[str], capsys: pytest.CaptureFixture[str]
):
    assert main(["operations", *search]) == 0
    names = {line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")}
    assert found <= names
    assert len(names) < 20
    if any("/" in word for word in search):
        assert names == found


@pytest.mark.parametrize(
    ("search", "first"),
    [
        (["provision"], "coder.workspaces.provision"),
        (["delete", "workspace"], "coder.workspaces.delete"),
        (["create", "token"], "coder.tokens.create"),
        (["users", "get"], "coder.users.get"),
        (["logs"], "coder.agents.logs"),
    ],
)
def test_operations_has_what_is_called_so_in_front(
    search: list[str], first: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["operations", *search]) == 0
    assert capsys.readouterr().out.splitlines()[0] == first


def test_operations_needs_no_setting_and_is_hindered_by_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    ran = tmp_path / "ran"
    monkeypatch.setenv("CODER_URL", "nonsense://")
    monkeypatch.setenv("CODER_CLIENT_TLS_CA_FILE", "/no/such/file.pem")
    monkeypatch.setenv("CODER_HEADER_COMMAND", f"touch {ran}")
    assert main(["operations", "favorite"]) == 0
    assert "coder.workspaces.set_favorite" in capsys.readouterr().out
    assert not ran.exists()


def test_operations_suggests_names_that_are_near(capsys: pytest.CaptureFixture[str]):
    assert main(["operations", "provison"]) == 1
    assert "There is no method for 'provison'. Did you mean provision" in capsys.readouterr().out


def test_operations_knows_every_operation_that_has_a_method():
    known = {method.operation for method in methods()} - {""}
    assert len(known) > 350
    assert all(" /" in operation for operation in known)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (59, "59 seconds"),
        (61, "1 minute 1 second"),
        (3600, "1 hour"),
        (90000, "1 day 1 hour"),
        (172859, "2 days"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(seconds: int, text: str):
    assert span(timedelta(seconds=seconds)) == text


def test_validity_is_told_before_and_after_the_end():
    assert validity(None, NOW) == "never expires"
    assert validity(NOW + timedelta(hours=5), NOW).startswith("valid for 5 hours (until ")
    assert validity(NOW - timedelta(days=1), NOW).startswith("expired 1 day ago (")


def test_levels_have_colours_on_a_terminal_only(run: Any, monkeypatch: pytest.MonkeyPatch):
    assert "\033[" not in run("doctor")[1]
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert "\033[32mok     \033[0m server" in run("doctor")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033[" not in run("doctor")[1]


def test_the_package_runs_as_a_command(fake: FakeCoder):
    with fake.serve() as url:
        env = {**os.environ, "CODER_URL": str(url), "CODER_SESSION_TOKEN": fake.token_for()}
        done = subprocess.run(
            [sys.executable, "-m", "coder_sdk", "whoami"],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"admin (Admin), admin@example.com, owner, at {url}\n")


@pytest.mark.parametrize("command", ["whoami", "doctor"])
def test_a_token_of_another_form_is_one_that_the_server_does_not_accept(run: Any, command: str):
    code, output = run(command, token="not-of-coder")
    assert code == 1
    assert "The server does not accept the token" in output
    assert "Run `coder login`" in output


def test_config_shows_the_other_settings_where_there_is_no_token(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("CODER_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("CODER_URL", "https://coder.test")
    monkeypatch.delenv("CODER_SESSION_TOKEN", raising=False)
    assert main(["config"]) == 2
    captured = capsys.readouterr()
    assert "url: https://coder.test (environment `CODER_URL`)" in captured.out
    assert captured.err.startswith("There is no token for https://coder.test")


def test_an_interruption_is_no_traceback(run: Any, monkeypatch: pytest.MonkeyPatch):
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("coder_sdk._cli.operations.say", interrupt)
    assert run("operations", "favorite") == (130, "")


def test_a_reader_that_has_seen_enough_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-m", "coder_sdk", "operations"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0
