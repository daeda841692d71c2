"""The examples in the docstrings of workflows run; where a result is shown, it is that one."""

from __future__ import annotations

import doctest
from datetime import datetime, time, timedelta, timezone
from typing import Any

import pytest

from coder_sdk.testing import AgentSpec, App, FakeCoder, Metadata
from coder_sdk.workflows import Agents, Builds, Workspaces

MODULES = [Agents, Builds, Workspaces]


class Shown(doctest.OutputChecker):
    """Accepts any result of a line that shows none."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return not want or super().check_output(want, got, optionflags)


def examples() -> list[Any]:
    found = []
    finder = doctest.DocTestFinder(recurse=False)
    for cls in MODULES:
        for name in dir(cls):
            method = getattr(cls, name)
            module = getattr(method, "__module__", "")
            if not name.startswith("_") and module.startswith("coder_sdk.workflows"):
                tests = finder.find(method, f"{cls.__name__}.{name}", globs={})
                found += [test for test in tests if test.examples]
    return found


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_the_example_runs(example: Any) -> None:
    agent = AgentSpec(apps=(App("code-server"),), metadata=(Metadata("load", "0.5"),))
    with FakeCoder(start=datetime.now(timezone.utc)) as fake:
        fake.add_template("docker", parameters={"cpu": 2}, agents=[agent])
        fake.add_workspace("dev", template="docker", ttl=timedelta(hours=8))
        fake.add_workspace("old", template="docker", running=False)
        fake.on_command("pytest -q", "3 passed")
        coder = fake.client()
        example.globs = {
            "coder": coder,
            "workspace": coder.workspaces.get("dev"),
            "datetime": datetime,
            "time": time,
            "timedelta": timedelta,
            "timezone": timezone,
        }
        log: list[str] = []
        result = doctest.DocTestRunner(Shown()).run(example, out=log.append)
        assert result.failed == 0, "".join(log)
