"""An interrupted dry run does not go on for nobody."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from coder_sdk.testing import FakeCoder
from tests.workflows.interruptions import Interruption, interrupt

POST = "POST /api/v2/templateversions/*/dry-run"
CANCEL = "PATCH /api/v2/templateversions/*/dry-run/*/cancel"


@pytest.mark.parametrize("backend", ["", "asyncio", "trio"], ids=["threads", "asyncio", "trio"])
def test_a_dry_run_is_canceled_by_an_interruption_of_the_wait(backend: str) -> None:
    canceled: list[str] = []
    for at in count():
        with FakeCoder() as fake:
            fake.add_template("docker")
            interruption = Interruption(at, late=False)

            def work(coder: Any) -> Any:
                return coder.template_versions.dry_run("docker/v1")

            interrupt(fake, interruption, work, backend=backend)
            if not interruption.happened:
                fake.assert_not_called(CANCEL)
                break
            if fake.calls(POST) and fake.calls(CANCEL):
                canceled.append(fake.assert_called(CANCEL, times=1).method)
    assert len(canceled) >= 2
