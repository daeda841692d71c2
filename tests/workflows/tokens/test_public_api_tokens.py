"""The script about tokens that the documentation promises."""

from __future__ import annotations

from datetime import timedelta

import anyio

from coder_sdk.testing import FakeCoder


def test_the_script_runs(fake: FakeCoder):
    with fake.client() as coder:
        token = coder.tokens.create(
            "ci", lifetime=timedelta(days=7), scopes=["coder:workspaces.create"]
        )
        assert token.secret.get_secret_value()
        coder.tokens.rotate("ci", lifetime=timedelta(days=7))
        assert coder.tokens.latest("ci").token_name == "ci-2"


async def run(fake: FakeCoder) -> str:
    async with fake.async_client() as coder:
        token = await coder.tokens.create(
            "ci", lifetime=timedelta(days=7), scopes=["coder:workspaces.create"]
        )
        assert token.secret.get_secret_value()
        await coder.tokens.rotate("ci", lifetime=timedelta(days=7))
        return (await coder.tokens.latest("ci")).token_name


def test_the_script_runs_asynchronously(fake: FakeCoder):
    assert anyio.run(run, fake) == "ci-2"
