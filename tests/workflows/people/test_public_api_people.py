"""The script about people that the documentation promises."""

from __future__ import annotations

import anyio

from coder_sdk.testing import FakeCoder


def test_the_script_runs(fake: FakeCoder):
    with fake.client() as coder:
        user, action = coder.users.ensure(
            email="a@example.com", username="a", organizations=["default"]
        )
        assert (user.username, action) == ("a", "created")


async def run(fake: FakeCoder) -> tuple[str, str]:
    async with fake.async_client() as coder:
        user, action = await coder.users.ensure(
            email="a@example.com", username="a", organizations=["default"]
        )
        return user.username, action


def test_the_script_runs_asynchronously(fake: FakeCoder):
    assert anyio.run(run, fake) == ("a", "created")
