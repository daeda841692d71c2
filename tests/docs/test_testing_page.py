"""The tests that the page about testing shows pass, with the fixtures that it names."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from tests.docs.pages import python_blocks

PAGE = "docs/guides/testing.md"


def shown() -> dict[str, Callable[..., Any]]:
    """The test functions of the page that take fixtures."""
    names: dict[str, Any] = {}
    for block in python_blocks(PAGE):
        if "def test_" in block.text or block.text.startswith("from coder_sdk.testing"):
            exec(compile(block.text, str(block), "exec"), names)  # noqa: S102 - our own page
    return {
        name: found
        for name, found in names.items()
        if name.startswith("test_") and inspect.signature(found).parameters
    }


@pytest.mark.parametrize("name", sorted(shown()))
def test_a_test_with_fixtures_passes(name: str, request: pytest.FixtureRequest) -> None:
    function = shown()[name]
    fixtures = {key: request.getfixturevalue(key) for key in inspect.signature(function).parameters}
    if not inspect.iscoroutinefunction(function):
        function(**fixtures)
        return

    async def main() -> None:
        async with fixtures["async_coder"]:
            await function(**fixtures)

    anyio.run(main)


def test_there_is_one_of_each_colour() -> None:
    kinds = [inspect.iscoroutinefunction(function) for function in shown().values()]
    assert sorted(kinds) == [False, True]
