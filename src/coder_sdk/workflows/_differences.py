"""Which settings differ from what is wanted, and whether the server kept what it accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, cast

from coder_sdk._errors.status import FeatureUnavailableError
from coder_sdk._request import Omit


def differences(found: object, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted settings that an object does not have; those that are omitted do not count."""
    return {
        name: value
        for name, value in wanted.items()
        if not isinstance(value, Omit) and not _agrees(getattr(found, name), value)
    }


def verify(found: object, asked: Mapping[str, Any], what: str) -> None:
    """Compare what the server answers with what was asked.

    Raises:
        FeatureUnavailableError: It accepted a setting and did not keep it.
    """
    for name, value in differences(found, asked).items():
        raise dropped(f"`{name}` {what}", value, getattr(found, name))


def dropped(what: str, wanted: object, found: object) -> FeatureUnavailableError:
    """The error for a setting that the server accepted and did not keep."""
    return FeatureUnavailableError(
        f"The server accepted {what} = {wanted!r} but it is {found!r} now.",
        status=200,
        hint="The template or the licence of this deployment does not allow the setting.",
    )


def _agrees(found: Any, wanted: Any) -> bool:
    """Whether two values are the same, the wanted one perhaps without every field."""
    if isinstance(wanted, Mapping):
        fields = cast("Mapping[str, Any]", wanted)
        return all(_agrees(getattr(found, key, None), item) for key, item in fields.items())
    if isinstance(wanted, (list, tuple, set, frozenset)):
        items = cast("Iterable[Any]", wanted)
        return sorted(map(_plain, found)) == sorted(map(_plain, items))
    return bool(_plain(found) == _plain(wanted))


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
