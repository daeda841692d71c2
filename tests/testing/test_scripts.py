"""What is asked of the generated methods on the fake deployment, by tasks and by threads."""

from __future__ import annotations

import doctest
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import anyio
import pytest

from coder_sdk import NotFoundError, ValidationFailedError
from coder_sdk.testing import FakeCoder


@pytest.fixture
def furnished(fake: FakeCoder) -> FakeCoder:
    fake.add_template("docker", parameters={"cpu": 2})
    for number in range(7):
        fake.add_user(f"user{number}")
        fake.add_workspace(f"ws{number}", template="docker", running=number < 3)
    return fake


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_reading_on_either_event_loop(furnished: FakeCoder, backend: str) -> None:
    async def main() -> None:
        async with furnished.async_client() as coder:
            assert (await coder.users.get("me")).username == "admin"
            found = [ws.name async for ws in coder.workspaces.list(owner="me", status="running")]
            assert sorted(found) == ["ws0", "ws1", "ws2"]
            page = await coder.users.list(limit=3).first_page()
            assert (len(page.items), page.total, page.has_next) == (3, 8, True)
            raw = await coder.users.with_raw_response.get("me")
            assert raw.parse().username == "admin"

    anyio.run(main, backend=backend)


def test_errors_are_typed(furnished: FakeCoder) -> None:
    coder = furnished.client()
    with pytest.raises(NotFoundError):
        coder.users.get("nobody")
    body = {"name": "bad name", "template_id": str(coder.templates.list()[0].id)}
    with pytest.raises(ValidationFailedError) as caught:
        coder.request("POST", "/api/v2/users/me/workspaces", body=body)
    assert [(item.field, "workspace_name" in item.detail) for item in caught.value.validations] == [
        ("name", True)
    ]


def test_many_threads_share_one_deployment(furnished: FakeCoder) -> None:
    coder = furnished.client()

    def create(number: int) -> Any:
        body = {"name": f"new{number}", "template_id": str(coder.templates.list()[0].id)}
        made = coder.request("POST", "/api/v2/users/me/workspaces", body=body)
        lines = list(coder.builds.stream_logs(made["latest_build"]["id"]))
        return lines[-1].stage

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(create, range(32))) == {"Cleaning Up"}
    names = [ws.name for ws in coder.workspaces.list(owner="me", status="running")]
    assert len([name for name in names if name.startswith("new")]) == 32


def test_a_delay_passes_on_the_clock() -> None:
    with FakeCoder() as fake:
        fake.inject("/api/v2/users/me", delay=30)
        slow, quick = fake.client(timeout=60), fake.client()
        begin = fake.clock.time()
        assert slow.users.get("me").username == "admin"
        assert fake.clock.time() - begin >= 30
        assert quick.users.get("me").username == "admin"


@pytest.mark.parametrize("name", ["coder_sdk.testing._fake", "coder_sdk.testing.factories"])
def test_examples_in_docstrings_work(name: str) -> None:
    found = doctest.testmod(import_module(name))
    assert found.attempted > 0
    assert found.failed == 0
