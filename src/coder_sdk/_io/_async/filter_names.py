"""Looks up the objects that filters name."""

from __future__ import annotations

from json import loads
from typing import TYPE_CHECKING, Any

from coder_sdk._errors.base import CoderError
from coder_sdk._errors.status import NotFoundError
from coder_sdk._filter_names import NOUNS, missing, names, noun_of, one, some
from coder_sdk._io._async.names import AsyncNames
from coder_sdk._json import as_object
from coder_sdk._suggestions import absence_expected

if TYPE_CHECKING:
    from coder_sdk._filters import FilterQuery
    from coder_sdk._io._async.transport import AsyncTransport
    from coder_sdk._request import Ref, Request


class AsyncFilterNames:
    """The objects that the filters of one request name."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def resolve(self, text: FilterQuery) -> FilterQuery:
        """The search text, with what the server understands in place of references."""
        found = {key: await self._object(ref) for key, ref in text.lookups}
        resolved = text.resolved(lambda key, ref: str(found[key][noun_of(ref).written]))
        for key, ref in text.lookups:
            if ref.kind == "template":
                # The search compares names only, and another organization may use the same.
                resolved = resolved.within(str(found[key]["organization_id"]))
        return resolved

    async def _object(self, ref: Ref) -> dict[str, Any]:
        noun, value = noun_of(ref), ref.value
        if "@" in value or "/" in value:
            value = await AsyncNames(self._transport).identify(ref.kind, value)
        return as_object(await self._json(one(ref.kind, noun, value)))

    async def check(self, text: FilterQuery) -> None:
        """Find out whether a list is empty because a filter names what does not exist.

        Raises:
            NotFoundError: It does, with the names that are near.
        """
        looked_up = {ref.value for _, ref in text.lookups}
        for kind, value in text.named:
            if value not in looked_up and not await self._exists(kind, value):
                raise missing(kind, value, await self._known(kind))

    async def _exists(self, kind: str, value: str) -> bool:
        if kind == "template":
            return value.lower() in [name.lower() for name in await self._known(kind)]
        try:
            with absence_expected():
                await self._json(one(kind, NOUNS[kind], value))
        except NotFoundError:
            return False
        return True

    async def _known(self, kind: str) -> list[str]:
        """Names to suggest; none if this token may not list them."""
        noun = NOUNS[kind]
        try:
            return names(noun, await self._json(some(noun)))
        except CoderError:
            return []

    async def _json(self, request: Request[Any]) -> Any:
        return loads((await self._transport.send(request)).body)
