"""A temporary workspace is gone, at whatever request its program was interrupted."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from coder_sdk import APIStatusError, ConflictError
from coder_sdk.testing import FakeCoder, Parameter
from tests.colours import Colour
from tests.workflows.interruptions import Interruption, interrupt

CREATE = "POST /api/v2/users/*/workspaces"
NAMES: list[dict[str, str]] = [{"name": "mine"}, {"name_prefix": "ci"}]


def use(coder: Any, names: dict[str, str]) -> None:
    """What an interrupted program did."""
    with coder.workspaces.temporary(template="docker", parameters={"cpu": 3}, **names) as workspace:
        coder.workspaces.get(workspace)


async def use_async(coder: Any, names: dict[str, str]) -> None:
    manager = coder.workspaces.temporary(template="docker", parameters={"cpu": 3}, **names)
    async with manager as workspace:
        await coder.workspaces.get(workspace)


def left(fake: FakeCoder) -> list[str]:
    with fake.client() as coder:
        return [workspace.name for workspace in coder.workspaces.list()]


def interrupted_at(at: int, names: dict[str, str], backend: str, *, late: bool) -> bool:
    """Whether there was such a request; checks what is left after an interruption at it."""
    with FakeCoder() as fake:
        fake.add_template("docker", parameters=[Parameter("cpu", 2)])
        interruption = Interruption(at, late=late)

        def work(coder: Any) -> Any:
            return use_async(coder, names) if backend else use(coder, names)

        interrupt(fake, interruption, work, backend=backend)
        removing = any(item.json.get("transition") == "delete" for item in builds(fake))
        created = [item for item in fake.calls(CREATE) if item.status == 201]
        assert len(created) <= 1
        if not interruption.happened:
            return False
        # An interruption of the deletion itself ends only the wait for it.
        assert removing or not created
        fake.clock.advance(60)
        assert left(fake) == []
        return True


def builds(fake: FakeCoder) -> list[Any]:
    return fake.calls("POST /api/v2/workspaces/*/builds")


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("names", NAMES, ids=["name", "prefix"])
@pytest.mark.parametrize("backend", ["", "asyncio", "trio"], ids=["threads", "asyncio", "trio"])
def test_nothing_is_left_after_an_interruption_at_any_request(
    backend: str,
    names: dict[str, str],
    late: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    tried = next(at for at in count() if not interrupted_at(at, names, backend, late=late))
    assert tried > 8


@pytest.mark.parametrize("backend", ["", "asyncio"], ids=["threads", "asyncio"])
def test_a_workspace_that_was_there_before_survives_an_interruption(backend: str) -> None:
    for at in count():
        with FakeCoder() as fake:
            fake.add_template("docker", parameters=[Parameter("cpu", 2)])
            fake.add_workspace("mine", template="docker")
            interruption = Interruption(at, late=True)

            def work(coder: Any) -> Any:
                return use_async(coder, NAMES[0]) if backend else use(coder, NAMES[0])

            try:
                interrupt(fake, interruption, work, backend=backend)
            except ConflictError:
                assert at > 2
                break
            assert left(fake) == ["mine"]
            assert builds(fake) == []


def test_a_workspace_whose_answer_never_came_is_removed(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.add_template("docker")
    # The answer is lost, and so is every look for what became of it.
    fake.inject(CREATE, lose=True)
    fake.inject("GET /api/v2/users/*/workspace/*", status=403, message="Forbidden")
    manager = coder.workspaces.temporary(template="docker")
    with pytest.raises(APIStatusError, match="Forbidden"):
        colour.within(manager, lambda _: None)
    assert left(fake) == []


def test_an_interruption_before_the_server_has_heard_leaves_nothing_to_remove(
    fake: FakeCoder,
) -> None:
    fake.add_template("docker")
    before = fake.clock.monotonic()

    def work(coder: Any) -> None:
        with coder.workspaces.temporary(template="docker"):
            raise AssertionError("It was created.")

    assert interrupt(fake, Interruption(2, late=False), work, backend="")
    assert [item.status for item in fake.calls("GET /api/v2/users/*/workspace/*")] == [404] * 3
    assert fake.clock.monotonic() - before == pytest.approx(1, abs=0.1)
