"""The scripts that were promised to users run as they stand, in both colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import BulkError
from coder_sdk.testing import AgentSpec, FakeCoder, Metadata, Variable
from tests.colours import Colour
from tests.docs.deployment import deployed
from tests.public_api.scripts import FOLDER, Interrupted, run
from tests.reference import needs_reference, reference

START = datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc)
TERRAFORM = 'variable "image" {}\nresource "coder_agent" "main" {}\n'


@pytest.fixture
def fake() -> Iterator[FakeCoder]:
    with FakeCoder(version="2.36.0", start=START) as made:
        yield made


@pytest.fixture
def coder(fake: FakeCoder, colour: Colour) -> Any:
    return colour.keep(fake.async_client() if colour.is_async else fake.client())


def test_reading(
    colour: Colour, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with deployed(monkeypatch) as fake:
        for number in range(60):
            fake.add_user(f"user{number}")
        names = run(colour, "reading")
    printed = capsys.readouterr().out.splitlines()
    assert printed == ["admin v2.36.0", "admin dev running", "50 63 True"]
    assert names["ws"].owner_name == "admin"


def test_provisioning(
    colour: Colour, fake: FakeCoder, coder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.add_template("docker", parameters={"cpu": 2})
    fake.on_command("pytest -q", "3 passed\n")
    names = run(colour, "provisioning", coder=coder)
    assert names["action"] == "unchanged"
    assert names["result"].output == "3 passed\n"
    assert re.fullmatch(r"ci-[0-9a-f]{6}", names["ws"].name)
    assert "start dev" in capsys.readouterr().out
    assert colour.call(coder.workspaces.list().to_list) == []


class TestMany:
    @pytest.fixture(autouse=True)
    def furnished(self, fake: FakeCoder) -> None:
        fake.add_template("docker")
        for name in ("one", "two", "three"):
            fake.add_workspace(name, template="docker", running=name != "two")

    def test_all_are_stopped(
        self, colour: Colour, fake: FakeCoder, coder: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        names = run(colour, "many", coder=coder)
        printed = capsys.readouterr().out
        assert printed == "ok=3 (stopped=2 unchanged=1) failed=0 skipped=0\n"
        with fake.client() as client:
            assert {w.latest_build.status for w in client.workspaces.list()} == {"stopped"}
        assert names["report"].failed == []

    def test_one_fails(self, colour: Colour, fake: FakeCoder, coder: Any) -> None:
        fake.fail_next_build("terraform destroy: exit status 1")
        with pytest.raises(BulkError, match="1 of 3 calls failed") as caught:
            run(colour, "many", coder=coder)
        ((item, error),) = caught.value.report.failed
        assert (item.name in {"one", "three"}, "exit status 1" in str(error)) == (True, True)


def test_following(
    colour: Colour, fake: FakeCoder, coder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    load = Metadata("load", "0.5", "Load", "uptime", 10)
    agent = AgentSpec("main", startup_logs=("hello", "done"), metadata=(load,))
    fake.add_template("docker", agents=[agent])
    ws = colour.call(coder.workspaces.ensure, "me/dev", template="docker").object
    agent_id = ws.latest_build.resources[0].agents[0].id
    for hours in (1, 2):
        fake.clock.schedule(3600 * hours, interrupt)
    names = run(colour, "following", coder=coder, ws=ws, agent_id=agent_id)
    assert "Starting workspace Applying" in capsys.readouterr().out
    assert names["line"].output == "done"
    assert names["state"].name == "dev"
    assert [item.description.key for item in names["batch"]] == ["load"]
    assert names["left"] == 2


def interrupt() -> None:
    raise Interrupted


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a template, relative to where the script runs."""
    made = tmp_path / "templates" / "docker"
    made.mkdir(parents=True)
    (made / "main.tf").write_text(TERRAFORM)
    monkeypatch.chdir(tmp_path)
    return made


def test_templates(
    colour: Colour, fake: FakeCoder, coder: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.add_template("docker", variables=[Variable("image", required=True)])
    names = run(colour, "templates", coder=coder)
    assert names["action"] == "updated"
    assert capsys.readouterr().out != ""
    with fake.client() as client:
        assert client.templates.get("docker").active_version_id == names["version"].id
    assert run(colour, "templates", coder=coder)["action"] == "unchanged"


def test_people(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    fake.add_template("docker")
    for day in (30, 31):
        moment = datetime(2026, 7, day, tzinfo=timezone.utc)
        fake.add_audit("write", "template", f"t{day}", moment=moment)
    fake.add_audit("write", "template", "x", moment=datetime(2026, 8, 1, tzinfo=timezone.utc))
    names = run(colour, "people", coder=coder)
    token, user, frame = names["token"], names["user"], names["frame"]
    assert token.secret.get_secret_value() not in repr(token)
    assert token.expires_at - START < timedelta(days=7, minutes=1)
    assert (user.username, names["action"]) == ("a", "created")
    assert (len(frame), str(frame["start"].dt.tz)) == (13, "Europe/Berlin")
    # The last event that the loop saw is the oldest of July.
    assert names["event"].resource_target == "t30"
    with fake.client() as client:
        assert [found.token_name for found in client.tokens.list("me")] == ["ci-2"]


class TestErrors:
    def test_a_failed_build(
        self, colour: Colour, fake: FakeCoder, coder: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        fake.add_template("docker", build_error=("insufficient quota", "INSUFFICIENT_QUOTA"))
        run(colour, "errors", coder=coder)
        printed = capsys.readouterr().out.splitlines()
        assert printed[0] == "INSUFFICIENT_QUOTA"
        assert "insufficient quota" in printed

    def test_a_refused_request(
        self, colour: Colour, fake: FakeCoder, coder: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        fake.add_template("docker")
        body = b'{"message": "Bad.", "validations": [{"field": "name", "detail": "taken"}]}'
        json = {"content-type": "application/json"}
        fake.inject("POST /api/v2/**", status=400, body=body, headers=json)
        run(colour, "errors", coder=coder)
        assert capsys.readouterr().out == "[('name', 'taken')]\n"


def test_requests(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    names = run(colour, "requests", coder=coder)
    assert names["raw"].status == 200
    assert names["raw"].parse().username == "admin"
    fake.assert_called("GET /api/v2/experiments", times=1)
    assert colour.call(names["fast"].users.get, "me").username == "admin"


def test_testing(colour: Colour) -> None:
    names = run(colour, "testing")
    colour.call(names["test_report"])


class TestReference:
    pytestmark = needs_reference

    def test_the_scripts_are_those_of_the_design(self) -> None:
        design = reference("design", "public-api.md").read_text(encoding="utf-8")
        promised = re.findall(r"```python\n(.*?)```", design, re.DOTALL)
        files = sorted(FOLDER.glob("*.txt"))
        assert [file.read_text(encoding="utf-8") for file in files] == promised
        assert len(files) == 9
