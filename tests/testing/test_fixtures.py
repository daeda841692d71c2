"""The fixtures that come with the package."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest


def test_the_clients_are_logged_in_as_the_owner(fake_coder: Any, coder: Any):
    assert coder.users.get("me").username == "admin"
    assert str(fake_coder.requests[-1]) == "GET /api/v2/users/me -> 200"


@pytest.mark.anyio
async def test_the_asynchronous_client_is_too(async_coder: Any):
    assert (await async_coder.users.get("me")).username == "admin"


@pytest.fixture
def anyio_backend():
    return "asyncio"


def test_the_plugin_imports_nothing_heavy():
    heavy = "[name for name in sys.modules if name.split('.')[0] in {'httpx', 'pydantic', 'attr'}]"
    code = f"import sys, coder_sdk.testing.plugin; print({heavy})"
    run = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
