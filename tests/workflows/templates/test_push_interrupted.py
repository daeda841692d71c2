"""An interrupted push leaves no import that goes on for nobody."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from coder_sdk.testing import FakeCoder, Timing
from coder_sdk.testing._memory import Memory
from tests.workflows.interruptions import Interruption, interrupt

FILES = {"main.tf": "# content\n"}
CANCEL = "PATCH /api/v2/templateversions/*/cancel"


def unfinished(fake: FakeCoder) -> list[str]:
    """The states of the imports that go on."""
    with fake.client() as coder:
        jobs = coder.provisioner_jobs.list("default", status=["pending", "running"])
        return [str(job.status) for job in jobs]


def push(coder: Any) -> Any:
    return coder.templates.push("default/docker", files=FILES)


@pytest.mark.parametrize("backend", ["", "asyncio", "trio"], ids=["threads", "asyncio", "trio"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("template", ["new", "known"])
def test_an_interruption_at_any_request_leaves_no_import(
    template: str, when: str, backend: str
) -> None:
    canceled = 0
    for at in count():
        with FakeCoder() as fake:
            if template == "known":
                fake.add_template("docker")
            interruption = Interruption(at, late=when == "after")
            interrupt(fake, interruption, push, backend=backend)
            canceled += len(fake.calls(CANCEL))
            assert unfinished(fake) == []
            if not interruption.happened:
                break
    assert canceled >= 2


def interrupted_before_the_version_is_made(fake: FakeCoder, first: Callable[[], Any]) -> None:
    """Push, and be interrupted when the version is asked for, just after something else."""
    send = Memory.send

    def interrupted(memory: Memory, request: Any) -> Any:
        if request.method == "POST" and request.url.path.endswith("/templateversions"):
            patch.undo()
            first()
            raise KeyboardInterrupt
        return send(memory, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Memory, "send", interrupted)
        with fake.client() as coder, pytest.raises(KeyboardInterrupt):
            push(coder)


def test_the_import_of_the_same_content_by_somebody_else_goes_on(fake: FakeCoder) -> None:
    fake.add_template("docker")
    fake.add_user("ada", roles=["template-admin"])
    with fake.client("ada") as ada:
        interrupted_before_the_version_is_made(
            fake, lambda: ada.templates.push("default/docker", files=FILES, wait=False)
        )
    assert len(unfinished(fake)) == 1
    fake.assert_not_called(CANCEL)


def test_an_import_that_was_begun_before_goes_on() -> None:
    with FakeCoder(timing=Timing(import_=600)) as fake:
        with fake.client() as coder:
            coder.templates.push("default/other", files=FILES, wait=False)
        fake.clock.advance(60)
        interrupted_before_the_version_is_made(fake, lambda: None)
        assert len(unfinished(fake)) == 1
        fake.assert_not_called(CANCEL)


def test_who_may_not_see_jobs_is_interrupted_all_the_same(fake: FakeCoder) -> None:
    fake.inject("GET /api/v2/organizations/*/provisionerjobs", status=403, times=None)
    interrupted_before_the_version_is_made(fake, lambda: None)
    fake.assert_called("GET /api/v2/organizations/*/provisionerjobs", times=1)
