"""No token whose secret nobody knows is left after an interruption."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from coder_sdk.testing import FakeCoder
from tests.workflows.interruptions import Interruption, interrupt

BACKENDS = pytest.mark.parametrize("backend", ["", "asyncio"], ids=["threads", "asyncio"])
LATE = pytest.mark.parametrize("when", ["before", "after"])


def names(fake: FakeCoder) -> list[str]:
    with fake.client() as coder:
        return sorted(
            key.token_name for key in coder.tokens.list("me") if key.token_name[:2] == "ci"
        )


@BACKENDS
@LATE
def test_an_interrupted_creation_leaves_no_token(backend: str, when: str) -> None:
    for at in count():
        with FakeCoder() as fake:
            interruption = Interruption(at, late=when == "after")

            def work(coder: Any) -> Any:
                return coder.tokens.create("ci", lifetime=timedelta(days=1))

            interrupt(fake, interruption, work, backend=backend)
            if not interruption.happened:
                assert names(fake) == ["ci"]
                assert at > 2
                return
            assert names(fake) == []


@BACKENDS
@LATE
def test_an_interrupted_rotation_keeps_the_old_token(backend: str, when: str) -> None:
    for at in count():
        with FakeCoder() as fake:
            with fake.client() as coder:
                coder.tokens.create("ci", lifetime=timedelta(days=1))
            fake.clock.advance(60)
            interruption = Interruption(at, late=when == "after")

            def work(coder: Any) -> Any:
                return coder.tokens.rotate("ci")

            interrupt(fake, interruption, work, backend=backend)
            if not interruption.happened:
                assert names(fake) == ["ci-2"]
                assert at > 3
                return
            if backend:
                # The deletion of the old one is not disturbed.
                assert names(fake) in (["ci"], ["ci-2"])
            else:
                both = when == "after" and len(fake.calls("DELETE **")) == 2
                assert names(fake) == ([] if both else ["ci"])


def test_a_token_that_was_there_before_survives_an_interruption(fake: FakeCoder) -> None:
    with fake.client() as coder:
        coder.tokens.create("ci")
    fake.clock.advance(60)
    interruption = Interruption(0, late=True)
    assert interrupt(fake, interruption, lambda coder: coder.tokens.create("ci"), backend="")
    assert names(fake) == ["ci"]
