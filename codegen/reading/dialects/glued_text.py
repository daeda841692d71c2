"""A page as text without markup whose table cells are glued together without any separator.

`documentstringtrue` is the property `document` of type `string`, required. The columns are
recovered from what the page itself tells: the words for types, the names of its schemas, and
the names in the example of the same section. Where a row can be split in several ways, the
way that uses a known name wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Final

from codegen.reading.blocks import Block, Line
from codegen.reading.cells import PACKAGES
from codegen.reading.dialects import piped_text, text_page
from codegen.reading.dialects.text_page import TextSection

NAME: Final = "glued text"

_DEPTH: Final = re.compile(r"[»\s]*")
_NAME: Final = re.compile(r"[\w\-.$:]+|\[any property\]|\[array item\]")
_KEY: Final = re.compile(
    r'"([^"\\]+)"\s*:|^\s*([\w\-]+):(?:\s|$)|\{(\w+)\}|[?&]([\w\-]+)=', re.MULTILINE
)
_SCALAR: Final = (
    r"(?:string|integer|number|boolean|object|array|any|binary|undefined|null)(?:\([^()]+\))?"
    r"|array\[[a-z]+\]"
)
_STATUS: Final = re.compile(r"\d{3}|default")
_LOCATIONS: Final = ("path", "query", "body", "header", "formData")
_MEANINGS: Final = sorted(
    {
        *(status.phrase for status in HTTPStatus),
        *("Default", "Unknown", "Payload Too Large", "URI Too Long", "Unprocessable Entity"),
        *("Request Time-out", "Gateway Time-out", "HTTP Version not supported"),
    },
    key=len,
    reverse=True,
)


def recognises(lines: Sequence[Line]) -> bool:
    """Tell whether the head of a table stands in the text, its columns glued together."""
    return any(
        len(text_page.columns_of(line.text) or ()) > 1
        and not any(mark in line.text.strip() for mark in "|\t ")
        for line in lines
    )


def blocks(lines: Sequence[Line]) -> list[Block]:
    """Read the blocks of the page."""
    return text_page.blocks(lines, lambda section: _Words(section).split)


class _Words:
    """The words that the rows of one section can be made of."""

    def __init__(self, section: TextSection) -> None:
        packages = PACKAGES | {name.partition(".")[0] for name in section.schemas}
        known = sorted(section.schemas, key=len, reverse=True)
        named = rf"(?:{'|'.join(sorted(packages))})\.[A-Za-z][\w.\-]*"
        refs = "|".join([*(re.escape(name) for name in known), f"{named}?"])
        self._typed = re.compile(
            rf"((?:array of )*(?:{_SCALAR}|{refs}))(true|false)(.*)", re.DOTALL
        )
        self._schema = re.compile(rf"(?:array of )+(?:{_SCALAR}|{named})$|{named}$")
        text = "\n".join(line.text for line in section.lines)
        self._names = {match[match.lastindex or 0] for match in _KEY.finditer(text)} | {"body"}
        self._names |= set(self._property_names(section))

    def _property_names(self, section: TextSection) -> Iterator[str]:
        """Yield the names in the rows of the section: examples do not show all parameters."""
        for line in section.lines:
            for with_place in (True, False):
                cells = self._split_property(line.text.strip(), with_place=with_place)
                if cells is not None:
                    yield cells[0].lstrip("» ")
                    break

    def split(self, text: str, columns: tuple[str, ...]) -> tuple[str, ...] | None:
        """Split a row into the cells of its columns; None when it cannot be such a row.

        Rows that the page left as literal markdown keep their pipes.
        """
        if text.startswith("|") and text.endswith("|"):
            return piped_text.split_row(text, columns)
        if len(columns) == 1:
            return (text,)
        if columns[0] == "Name":
            return self._split_property(text, with_place="In" in columns)
        if columns[0] == "Status":
            return self._split_response(text)
        return self._split_value(text)

    def _split_property(self, text: str, *, with_place: bool) -> tuple[str, ...] | None:
        """Split `namestringtrue…`; with a place, `namequerystringtrue…`."""
        marks = _DEPTH.match(text)
        start = marks.end() if marks else 0
        candidates = [
            (name, cells)
            for name, rest in self._names_before(text[start:])
            for cells in self._after_name(rest, with_place=with_place)
        ]
        if not candidates:
            return None
        name, cells = max(candidates, key=lambda found: (found[0] in self._names, -len(found[0])))
        return (text[:start] + name, *cells)

    def _names_before(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield all ways to cut a name off."""
        for end in range(1, len(text)):
            if _NAME.fullmatch(text[:end]):
                yield text[:end], text[end:]

    def _after_name(self, text: str, *, with_place: bool) -> Iterator[tuple[str, ...]]:
        """Yield the cells behind the name, if they begin here."""
        places = [place for place in _LOCATIONS if text.startswith(place)] if with_place else [""]
        for place in places:
            typed = self._typed.match(text, len(place))
            if typed:
                kind, required, note = typed.groups()
                yield (place, kind, required, note) if with_place else (kind, required, "", note)

    def _split_response(self, text: str) -> tuple[str, ...] | None:
        """Split `200OKOKcodersdk.User`: a status, its standard phrase, a text, a schema."""
        status = _STATUS.match(text)
        if status is None:
            return None
        rest = text[status.end() :]
        meaning = next((phrase for phrase in _MEANINGS if rest.startswith(phrase)), "")
        rest = rest[len(meaning) :]
        schema = self._schema.search(rest)
        if schema is None:
            return (status.group(), meaning, rest, "")
        return (status.group(), meaning, rest[: schema.start()], schema.group())

    def _split_value(self, text: str) -> tuple[str, ...] | None:
        """Split `typecounter`: the longest name of the section that it begins with."""
        bare = text.lstrip("» ")
        owners = [name for name in self._names if bare.startswith(name)]
        if not owners:
            return None
        owner = max(owners, key=len)
        return (owner, bare[len(owner) :])
