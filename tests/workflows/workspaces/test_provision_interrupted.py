"""An interrupted provision leaves nothing running here, and a workspace that is as it says."""

from __future__ import annotations

import threading
from itertools import count
from typing import Any

import pytest

from coder_sdk.testing import AgentSpec, FakeCoder, Parameter
from tests.workflows.interruptions import Interruption, interrupt

BACKENDS = pytest.mark.parametrize(
    "backend", ["", "asyncio", "trio"], ids=["threads", "asyncio", "trio"]
)
LATE = pytest.mark.parametrize("when", ["before", "after"])


def deployment() -> FakeCoder:
    fake = FakeCoder()
    agents = [AgentSpec("main", delay=3)]
    fake.add_template("docker", parameters=[Parameter("cpu", 2)], agents=agents)
    return fake


def settled(fake: FakeCoder) -> tuple[int, str]:
    """How many workspaces there are, and what comes of provisioning once more."""
    with fake.client() as coder:
        made = coder.workspaces.provision("dev", template="docker", parameters={"cpu": 3})
        return len(coder.workspaces.list().to_list()), str(made.latest_build.status)


@BACKENDS
@LATE
def test_a_second_run_completes_an_interrupted_provision(backend: str, when: str) -> None:
    threads = set(threading.enumerate())
    for at in count():
        with deployment() as fake:
            interruption = Interruption(at, late=when == "after")

            def work(coder: Any) -> Any:
                return coder.workspaces.provision("dev", template="docker", parameters={"cpu": 3})

            stopped = interrupt(fake, interruption, work, backend=backend)
            assert stopped == interruption.happened
            assert settled(fake) == (1, "running")
            created = fake.calls("POST /api/v2/users/*/workspaces")
            assert [item.status for item in created] == [201]
            fake.assert_not_called("POST /api/v2/workspaces/*/builds")
            assert set(threading.enumerate()) <= threads
            if not interruption.happened:
                assert at > 8
                return


@BACKENDS
def test_an_interrupted_wait_changes_nothing(backend: str) -> None:
    for at in count():
        with deployment() as fake:
            with fake.client() as coder:
                coder.workspaces.create("dev", template="docker", wait=False)
            before = len([item for item in fake.requests if item.method != "GET"])
            interruption = Interruption(at, late=False)
            stopped = interrupt(
                fake, interruption, lambda coder: coder.workspaces.wait("dev"), backend=backend
            )
            assert stopped == interruption.happened
            assert len([item for item in fake.requests if item.method != "GET"]) == before
            if not stopped:
                assert at > 4
                return


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_wait_is_cancelled_between_two_looks() -> None:
    import anyio  # noqa: PLC0415 - only here

    with FakeCoder() as fake:
        fake.add_template("docker", hangs=True)
        async with fake.async_client() as coder:
            await coder.workspaces.create("dev", template="docker", wait=False)
            with anyio.CancelScope() as scope:
                await coder.workspaces.wait(
                    "dev", poll_interval=lambda elapsed: scope.cancel() or 60 if elapsed else 1
                )
            assert scope.cancelled_caught
            found = await coder.workspaces.get("dev")
            assert found.latest_build.job.status == "running"
