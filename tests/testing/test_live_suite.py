"""The tests for a real deployment hold what they promise, shown on a fake one that is served."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from coder_sdk import ServerVersionWarning
from coder_sdk.testing import ChatTurn, FakeCoder, Timing
from tests.live.deployment import PREFIX, left_behind

ROOT = Path(__file__).parents[2]
# Long enough for a cancellation to come in time, short enough to wait for in real time.
QUICK = Timing(queue=0.02, import_=0.2, build=0.1, cancel=0.05, connect=0.05, startup=0.05)

NEEDS_A_LICENCE = {
    "test_a_group_adds_to_what_its_members_may_use",
    "test_a_group_has_the_members_that_are_wanted",
    "test_a_list_is_read",
    "test_an_account_of_no_person_is_made",
    "test_an_organization_has_the_members_that_are_wanted",
    "test_an_organization_is_made_and_changed",
    "test_licensed_settings_of_a_template_are_changed",
    "test_sessions_of_the_ai_gateway_are_exported",
    "test_the_connection_log_is_followed_and_exported",
    "test_the_sync_of_an_organization_is_planned_and_applied",
    "test_the_sync_that_is_there_needs_no_change",
    "test_what_ai_cost_is_exported",
}


def test_what_is_left_behind_is_found():
    with FakeCoder() as fake:
        fake.add_template("docker")
        fake.add_workspace("dev", template="docker")
        coder = fake.client()
        assert left_behind(coder) == []
        fake.add_template(f"{PREFIX}t")
        fake.add_workspace(f"{PREFIX}w", template="docker")
        fake.add_user(f"{PREFIX}u")
        fake.add_group(f"{PREFIX}g")
        fake.add_organization(f"{PREFIX}o")
        coder.tokens.create(f"{PREFIX}k")
        assert left_behind(coder) == [f"{PREFIX}{letter}" for letter in "wtkoug"]


def logged_in(url: str, token: str, folder: Path) -> dict[str, str]:
    """What `coder login` leaves, which keeps the token out of the environment."""
    folder.mkdir()
    (folder / "url").write_text(url, encoding="utf-8")
    (folder / "session").write_text(token, encoding="utf-8")
    return {"CODER_CONFIG_DIR": str(folder), "CODER_USE_KEYRING": "false"}


def run(url: str, settings: dict[str, str], chosen: str, report: Path) -> dict[str, set[str]]:
    """Run the suite in a process of its own; return the names of the tests by what came of them.

    Args:
        url: The deployment.
        settings: More variables of the environment.
        chosen: Which tests, as `-k` takes it.
        report: Where pytest writes what came of them.
    """
    wanted = {
        "CODER_LIVE": "1",
        "CODER_LIVE_CHATS": "1",
        "CODER_LIVE_POLL": "0.05",
        "CODER_LIVE_TASK_TEMPLATE": "docker",
        "CODER_LIVE_TEMPLATE": "docker",
        "CODER_URL": url,
    }
    env = {**os.environ, **wanted, **settings}
    env.pop("PYTEST_XDIST_WORKER", None)
    # They wait most of the time: two at once need hardly more than half of it. Loading all plugins
    # takes longer than the few that are needed.
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = ["-p", "pytest_socket", "-p", "xdist.plugin", "-p", "no:cacheprovider"]
    options = [*plugins, "-q", "-n", "2", "-k", chosen]
    done = subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "tests/live", *options, f"--junitxml={report}"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, set[str]] = {"passed": set(), "skipped": set()}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest has just written it
        outcome = "skipped" if case.find("skipped") is not None else "passed"
        found[outcome].add(str(case.get("name")).partition("[")[0])
    return found


@pytest.mark.parametrize(
    ("edition", "colour", "skipped"),
    [
        ("licensed", "sync", set()),
        ("agpl", "async", NEEDS_A_LICENCE),
    ],
)
def test_the_live_suite_passes_and_leaves_nothing(
    edition: Any, colour: str, skipped: set[str], tmp_path: Path
):
    now = datetime.now(timezone.utc)
    with FakeCoder(
        version="2.36.0", edition=edition, timing=QUICK, start=now, rate_limit=None
    ) as fake:
        fake.add_template("docker", ai_task=True)
        fake.link("github")
        fake.on_chat(*[ChatTurn(seconds=0.2)] * 20)
        with fake.serve() as url:
            token = fake.token_for()
            settings = (
                {"CODER_SESSION_TOKEN": token}
                if colour == "sync"
                else logged_in(url, token, tmp_path / "coderv2")
            )
            found = run(url, settings, f"[{colour}", tmp_path / "report.xml")
        assert len(found["passed"]) > 9
        assert found["skipped"] == skipped
        with fake.client() as coder:
            assert [ws.name for ws in coder.workspaces.list()] == []
            assert [template.name for template in coder.templates.list()] == ["docker"]
            assert [user.username for user in coder.users.list()] == ["admin"]


def test_what_a_plain_member_may_do_on_a_newer_release_is_tested(tmp_path: Path):
    now = datetime.now(timezone.utc)
    with FakeCoder(version="2.99.0", timing=QUICK, start=now, rate_limit=None) as fake:
        fake.add_template("docker", ai_task=True)
        fake.add_user("ada")
        fake.on_chat(*[ChatTurn(seconds=0.2)] * 20)
        with fake.serve() as url:
            settings = {"CODER_SESSION_TOKEN": fake.token_for("ada")}
            found = run(url, settings, "[async", tmp_path / "report.xml")
        assert {
            "test_a_chat_is_asked_and_answers",
            "test_a_task_gets_an_answer",
            "test_a_token_is_rotated",
            "test_a_workspace_is_provided_for_a_command",
            "test_commands_have_a_status_and_an_output",
        } <= found["passed"]
        assert {
            "test_a_template_is_pushed_once_and_pulled",
            "test_a_user_comes_changes_and_goes",
            "test_the_builds_of_all_workspaces_are_watched",
        } <= found["skipped"]
        with pytest.warns(ServerVersionWarning), fake.client() as coder:
            assert [ws.name for ws in coder.workspaces.list()] == []
