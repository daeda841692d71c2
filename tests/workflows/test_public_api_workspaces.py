"""What a user writes about workspaces, unchanged, in both colours."""

# ruff: noqa: E501 - the scripts stand as they were promised
from __future__ import annotations

import re
from typing import Any

import pytest

from coder_sdk.testing import AgentSpec, FakeCoder, Metadata
from tests.colours import Colour
from tests.workflows.scripts import run_script

PROVISION = """
ws = coder.workspaces.provision("me/dev", template="docker", parameters={"cpu": 4}, on_log=print, timeout=900)
ws, action = coder.workspaces.ensure("me/dev", template="docker", wait="ready")
coder.workspaces.stop(ws); coder.workspaces.update(ws); coder.workspaces.delete(ws, wait=True)
with coder.workspaces.temporary(template="docker", name_prefix="ci") as ws:
    result = coder.workspaces.run(ws, "pytest -q", timeout=600)
    result.check()
"""
FOLLOW = """
for line in coder.builds.follow_logs(ws.latest_build.id): lines.append((line.stage, line.output))
for line in coder.agents.follow_logs(agent_id, until="ready"): startup.append(line.output)
for state in coder.workspaces.watch("me/dev"):
    states.append(str(state.latest_build.status))
    break
for batch in coder.agents.watch_metadata(agent_id):
    batches.append(batch)
    break
"""
ERRORS = """
from coder_sdk import NotFoundError, ValidationFailedError, BuildFailedError, WaitTimeoutError, CoderError
try:
    coder.workspaces.provision("me/dev", template="docker")
except BuildFailedError as error:
    print(error.error_code, *error.log_tail(20), sep="\\n")
except ValidationFailedError as error:
    print([(v.field, v.detail) for v in error.validations])
"""
REPORT = """
fake.add_template("docker", parameters={"cpu": 2})
coder.workspaces.provision("me/dev", template="docker")
first = coder.workspaces.list(owner="me").to_list()
"""


def test_provisioning_script(
    colour: Colour, fake: FakeCoder, coder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.add_template("docker", parameters={"cpu": 2})
    fake.on_command("pytest -q", "3 passed\n")
    names = run_script(colour, PROVISION, coder=coder)
    assert names["action"] == "unchanged"
    assert names["result"].output == "3 passed\n"
    assert re.fullmatch(r"ci-[0-9a-f]{6}", names["ws"].name)
    assert "start dev" in capsys.readouterr().out
    assert colour.call(coder.workspaces.list().to_list) == []


def test_logs_and_events_script(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    load = Metadata("load", "0.5", "Load", "uptime", 10)
    agent = AgentSpec("main", startup_logs=("hello", "done"), metadata=(load,))
    fake.add_template("docker", agents=[agent])
    ws = colour.call(coder.workspaces.ensure, "me/dev", template="docker").object
    agent_id = ws.latest_build.resources[0].agents[0].id
    names = run_script(
        colour, FOLLOW, coder=coder, ws=ws, agent_id=agent_id, lines=[], startup=[], states=[],
        batches=[],
    )  # fmt: skip
    assert ("Starting workspace", "Applying") in names["lines"]
    assert names["startup"] == ["hello", "done"]
    assert names["states"] == ["running"]
    assert [item.description.key for item in names["batches"][0]] == ["load"]


def test_errors_script(
    colour: Colour, fake: FakeCoder, coder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.add_template("docker", build_error=("insufficient quota", "INSUFFICIENT_QUOTA"))
    run_script(colour, ERRORS, coder=coder)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "INSUFFICIENT_QUOTA"
    assert "insufficient quota" in printed


def test_report_script(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    text = REPORT
    if colour.is_async:
        text = text.replace(".to_list()", "")
        text = text.replace("first = coder", "first = []\nfor item in coder")
        text = text.rstrip() + ": first.append(item)\n"
    names = run_script(colour, text, coder=coder, fake=fake)
    assert names["first"][0].latest_build.status == "running"
