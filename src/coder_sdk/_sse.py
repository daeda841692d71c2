"""Decoder of server-sent events: bytes in, events out.

It follows https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream:
lines end in LF, CR or CRLF wherever the chunks are cut, a byte order mark at the start is dropped,
and only a blank line after at least one `data:` line makes an event.
"""

from __future__ import annotations

from typing import Final, NamedTuple

MAX_EVENT: Final = 64 * 1024 * 1024
_BOM: Final = b"\xef\xbb\xbf"


class EventTooLargeError(Exception):
    """One event is larger than the bound of the decoder."""


class ServerEvent(NamedTuple):
    """One event."""

    type: str
    data: str
    id: str = ""


class Decoder:
    """Turns the chunks of one stream into events.

    Args:
        max_event: Bytes that the lines of one event may have.

    Attributes:
        last_id: The `id` that the stream gave last, also without an event.
        retry: Milliseconds to wait before connecting again, if the stream said so.
    """

    def __init__(self, max_event: int = MAX_EVENT) -> None:
        self.last_id = ""
        self.retry: int | None = None
        self._max_event = max_event
        self._begun = False
        self._after_cr = False
        self._partial: list[bytes] = []
        self._size = 0
        self._type = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Take the next chunk and return the events that it completes.

        Raises:
            EventTooLargeError: An event is larger than the bound.
        """
        if not self._begun:
            chunk = self._skip_mark(chunk)
        if self._after_cr and chunk:
            self._after_cr = False
            if chunk[0] == 10:  # noqa: PLR2004 - LF: the second half of CRLF
                chunk = chunk[1:]
        if not chunk:
            return []
        events: list[ServerEvent] = []
        for line in self._lines(chunk):
            if not line:
                self._dispatch(events)
            else:
                self._field(line)
        return events

    def _skip_mark(self, chunk: bytes) -> bytes:
        """Drop the byte order mark, of which a chunk may hold a part only."""
        chunk = b"".join((*self._partial, chunk))
        self._partial = []
        if len(chunk) < len(_BOM) and _BOM.startswith(chunk):
            self._partial = [chunk]
            return b""
        self._begun = True
        return chunk.removeprefix(_BOM)

    def _lines(self, chunk: bytes) -> list[bytes]:
        """Complete lines, without their ends; what is left waits for the next chunk."""
        self._size += len(chunk)
        if self._size > self._max_event:
            raise EventTooLargeError(f"An event has more than {self._max_event} bytes")
        self._after_cr = chunk.endswith(b"\r")
        lines = chunk.splitlines()
        complete = self._after_cr or chunk.endswith(b"\n")
        if len(lines) == 1 and not complete:
            self._partial.append(chunk)
            return []
        if self._partial:
            lines[0] = b"".join((*self._partial, lines[0]))
        self._partial = [] if complete else [lines.pop()]
        return lines

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            return
        self._size -= len(line)  # comments keep a quiet stream alive for days
        if name == b"event":
            self._type = value
        elif name == b"id":
            if b"\0" not in value:
                self.last_id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit():
            self.retry = int(value)

    def _dispatch(self, events: list[ServerEvent]) -> None:
        """At a blank line: an event, if there was data."""
        kind, data = self._type, self._data
        self._type, self._data = b"", []
        self._size = sum(map(len, self._partial))
        if data:
            text = b"\n".join(data).decode("utf-8", "replace")
            name = kind.decode("utf-8", "replace") or "message"
            events.append(ServerEvent(name, text, self.last_id))
