"""Arguments that do not fit are refused by the name that callers know."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import pytest

from coder_sdk import AsyncClient, Client

COLOURS = pytest.mark.parametrize("kind", [Client, AsyncClient])


def handwritten(kind: type) -> Iterator[tuple[str, Any]]:
    """Public name and bound method of everything handwritten that a client offers."""
    client = kind("http://127.0.0.1:1", token="t")
    for name, value in vars_of(kind):
        if isinstance(value, cached_property):
            resource = getattr(client, name)
            for method, function in vars_of(type(resource)):
                if inspect.isfunction(function):
                    yield f"{name}.{method}", getattr(resource, method)
        elif inspect.isfunction(value):
            yield f"{kind.__name__}.{name}", getattr(client, name)


def vars_of(cls: type) -> list[tuple[str, Any]]:
    """Public names of a class with what stands behind them."""
    return [
        (name, inspect.getattr_static(cls, name)) for name in dir(cls) if not name.startswith("_")
    ]


@COLOURS
def test_every_handwritten_method_goes_by_its_public_name(kind: type):
    found = dict(handwritten(kind))
    assert {"workspaces.provision", "templates.push", f"{kind.__name__}.bulk"} <= set(found)
    assert len(found) > 90
    names = {name: inspect.unwrap(method).__qualname__ for name, method in found.items()}
    assert names == {name: name for name in found}


@COLOURS
@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("workspaces.start", {"zzz": 1}, "workspaces.start() got an unexpected keyword argument"),
        ("workspaces.temporary", {"zzz": 1}, "workspaces.temporary() got an unexpected keyword"),
        ("templates.push", {}, "templates.push() missing 1 required positional argument"),
        ("tokens.rotate", {"zzz": 1}, "tokens.rotate() got an unexpected keyword argument 'zzz'"),
        ("users.ensure", {"zzz": 1}, "users.ensure() got an unexpected keyword argument 'zzz'"),
    ],
)
def test_a_mistake_is_told_with_the_public_name(
    kind: type, name: str, arguments: dict[str, Any], message: str
):
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        dict(handwritten(kind))[name](**arguments)


@COLOURS
def test_mistakes_with_the_client_itself_name_its_class(kind: type):
    with pytest.raises(TypeError, match=rf"^{kind.__name__}\.request\(\) missing"):
        dict(handwritten(kind))[f"{kind.__name__}.request"]()
