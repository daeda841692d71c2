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
            had: list[Any] = []
            work = rotating(had, asynchronous=bool(backend))
            interrupt(fake, interruption, work, backend=backend)
            if not interruption.happened:
                assert names(fake) == ["ci-2"]
                assert at > 3
                return
            # The old one works, or the caller has the new one: returned, or in the exception.
            assert names(fake) == (["ci-2"] if had else ["ci"])
            for token in had:
                with fake.client(token=token.secret.get_secret_value()) as coder:
                    assert coder.tokens.current().token_name == "ci-2"


def rotating(had: list[Any], *, asynchronous: bool) -> Any:
    """Rotates `ci`, and notes which token the caller has in the end."""

    def work(coder: Any) -> None:
        try:
            had.append(coder.tokens.rotate("ci"))
        except BaseException as error:
            had.extend(filter(None, [getattr(error, "token", None)]))
            raise

    async def awork(coder: Any) -> None:
        had.append(await coder.tokens.rotate("ci"))

    return awork if asynchronous else work


def test_a_token_that_was_there_before_survives_an_interruption(fake: FakeCoder) -> None:
    with fake.client() as coder:
        coder.tokens.create("ci")
    fake.clock.advance(60)
    interruption = Interruption(0, late=True)
    assert interrupt(fake, interruption, lambda coder: coder.tokens.create("ci"), backend="")
    assert names(fake) == ["ci"]
