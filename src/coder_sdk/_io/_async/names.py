"""Looks up the identifiers that names in a request stand for."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._arguments import once_each
from coder_sdk._decode import ResponseTypes
from coder_sdk._errors.base import CoderError
from coder_sdk._errors.status import NotFoundError
from coder_sdk._filters import FilterQuery
from coder_sdk._json import as_object
from coder_sdk._request import DEFAULT_OPTIONS, JsonBody, RawBody, Ref, RefKeys, Refs, Request
from coder_sdk._resolve import OF_AN_OWNER, SECONDS_KEPT, lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk._call import Call
    from coder_sdk._io._async.transport import AsyncTransport
    from coder_sdk._request import CallOptions
    from coder_sdk._response import Answer

NOT_FOUND: Final = 404
MISSING: Final = frozenset({NOT_FOUND, 410})


class AsyncNames:
    """The lookups of one call; what was found is kept for a while, for all copies of the client."""

    def __init__(self, transport: AsyncTransport, options: CallOptions = DEFAULT_OPTIONS) -> None:
        self._transport = transport
        self._options = options
        self.used: list[tuple[str, str]] = []

    async def resolve(self, request: Request[Any]) -> Request[Any]:
        """A copy of the request with identifiers in place of names."""
        resolved = copy(request)
        resolved.path = await self._replaced(request.path)
        resolved.query = await self._replaced(request.query)
        if isinstance(request.body, JsonBody) and (fields := as_object(request.body.value)):
            resolved.body = JsonBody(request.body.model, await self._replaced(fields))
        return resolved

    async def _replaced(self, values: Mapping[str, Any] | None) -> dict[str, Any]:
        return {name: await self._one(value) for name, value in (values or {}).items()}

    async def _one(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return await self.identify(value.kind, value.value)
        if isinstance(value, Refs):
            return [await self._one(item) for item in value]
        if isinstance(value, RefKeys):
            return once_each([(await self._one(key), item) for key, item in value.items()])
        if isinstance(value, FilterQuery) and value.lookups:
            from coder_sdk._io._async.filter_names import (  # noqa: PLC0415 - imports this module
                AsyncFilterNames,
            )

            return await AsyncFilterNames(self._transport).resolve(value)
        return value

    async def identify(self, kind: str, value: str) -> str:
        """The identifier of the object of that name."""
        core = self._transport.core
        key, now = (kind, value), core.clock.monotonic()
        known = core.names.get(key)
        if known is not None and now < known[1]:
            self.used.append(key)
            return known[0]
        found = await self._find(kind, value)
        core.names[key] = found, now + SECONDS_KEPT
        return found

    async def _find(self, kind: str, value: str) -> str:
        if kind == "template_version" and value.count("/") == 1:
            template, _, version = value.partition("/")
            path = "/api/v2/templates/{template}/versions/{templateversionname}"
            values = {
                "template": await self.identify("template", template),
                "templateversionname": version,
            }
            return str(await self._json(Request("GET", path, path=values), "id"))
        owner, slash, rest = value.partition("/")
        if slash and "@" in owner and kind in OF_AN_OWNER:
            # A path takes no address.
            value = f"{await self.identify('user', owner)}/{rest}"
        step = lookup(kind, value)
        answer, pages = await self._json(step.request), 1
        while step.rest is not None and (following := step.rest(answer, pages)) is not None:
            answer, pages = await self._json(following), pages + 1
        try:
            return step.pick(answer)
        except NotFoundError as error:
            if step.like is not None and error.hint is None:
                from coder_sdk._io._async.suggestions import (  # noqa: PLC0415 - for errors
                    read_hint,
                )

                error.hint = await read_hint(self._transport, step.like, self._options)
            raise

    async def _json(self, request: Request[Any], key: str | None = None) -> Any:
        request.options = self._options
        request.types = ResponseTypes(None, Any)
        data = await self._transport.call(request)
        return data if key is None else data[key]


async def resent(
    transport: AsyncTransport, request: Request[Any], call: Call, error: CoderError
) -> Answer:
    """Send a request again whose names stand for other objects by now.

    What is missing was not touched, so that this is safe for every request.

    Raises:
        CoderError: The error of the first try, if the names stand for what they stood for; that of
            the look-up, if nothing has such a name any more.
    """
    if getattr(error, "status", None) not in MISSING or isinstance(request.body, RawBody):
        raise error
    try:
        again = await transport._begin(request)  # noqa: SLF001 - the other half of it
    except NotFoundError as gone:
        # It says which name; an answer that something was deleted says more than that.
        raise (gone if getattr(error, "status", None) == NOT_FOUND else error) from None
    except CoderError:
        raise error from None
    if (again.request.path, again.url) == (call.request.path, call.url):
        raise error
    answer: Answer = await transport._run(again, transport._exchange_and_read)  # noqa: SLF001
    return answer
