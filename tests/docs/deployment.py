"""What the examples of the documentation find: every client reaches one fake deployment."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from coder_sdk import _assembly, _http
from coder_sdk._core import Core
from coder_sdk.testing import AgentSpec, App, FakeCoder
from coder_sdk.testing._memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

URL = "https://coder.example.com"


@contextmanager
def deployed(patch: pytest.MonkeyPatch) -> Iterator[FakeCoder]:
    """Let `Client()`, whatever its address, be a client of a furnished fake deployment."""
    with FakeCoder() as fake:
        furnish(fake)
        reach(patch, fake)
        yield fake


def reach(patch: pytest.MonkeyPatch, fake: FakeCoder) -> None:
    """Let `Client()`, whatever its address, be a client of a fake deployment in memory."""
    memory = Memory(fake._app)
    plain_core = Core.__init__

    def core(self: Core, *args: Any, **options: Any) -> None:
        plain_core(self, *args, **options)
        self.opener = memory.aopen if self.asynchronous else memory.open

    def http(*, asynchronous: bool, **options: Any) -> Any:
        answer = memory.asend if asynchronous else memory.send
        return _http.answering_client(answer, asynchronous=asynchronous)

    patch.setattr(Core, "__init__", core)
    patch.setattr(_http, "new_client", http)
    patch.setattr(_assembly, "SystemClock", lambda: fake.clock)
    patch.setenv("CODER_URL", URL)
    patch.setenv("CODER_SESSION_TOKEN", fake.token_for())


def furnish(fake: FakeCoder) -> None:
    """Add what the examples speak of."""
    fake.add_user("ada", email="ada@example.com")
    fake.add_user("grace", email="grace@example.com")
    fake.add_group("developers", members=["ada"])
    fake.add_template("docker", parameters={"cpu": 2})
    fake.add_template("kubernetes")
    agent = AgentSpec(apps=(App("assistant"),))
    fake.add_template("assistant", ai_task=True, agents=[agent])
    fake.add_workspace("dev", template="docker")
    fake.add_workspace("old", template="docker", running=False)
    fake.add_workspace("lab", template="docker", owner="ada")
