"""What the docstrings of the models say: who uses them, since when, where to read more."""

import re
import textwrap
from collections.abc import Mapping

from codegen.description.openapi import Json, operations, references
from codegen.python.model_layout import SINGLE, UNUSED, dependencies
from codegen.python.phrases import until
from codegen.python.schemas import bodies

_PAGE = "https://coder.com/docs/reference/api/schemas"
_WIDTH = 92


class Usage:
    """What the schemas of a prepared description are, and who uses them.

    Args:
        description: The prepared description.
        names: Python name of each schema.
        about: What some of them are, by Python name.
    """

    def __init__(
        self, description: Json, names: Mapping[str, str], about: Mapping[str, str]
    ) -> None:
        self._about = about
        self._schemas = description["components"]["schemas"]
        self._names = names
        self._tags = {
            re.sub(r"\W+", "", tag).lower(): tag
            for _, operation in operations(description)
            for tag in operation.get("tags", [])[:1]
        }
        self._direct: dict[str, dict[str, list[str]]] = {"request": {}, "response": {}}
        for operation, facts in operations(description):
            for direction, schema in bodies(facts):
                for name in dict.fromkeys(references(schema)):
                    users = self._direct[direction].setdefault(name, [])
                    if operation not in users:
                        users.append(operation)
        self._parents: dict[str, list[str]] = {}
        for parent, needed in sorted(dependencies(self._schemas).items()):
            for name in sorted(needed - {parent}):
                self._parents.setdefault(name, []).append(names[parent])

    def module(self, module: str, size: int) -> str:
        """One sentence about a module."""
        tag = self._tags.get(module.replace("_", ""))
        if module == SINGLE:
            return "Single types that several areas of the API share."
        if module == UNUSED:
            return "Types that no operation of this release needs."
        if tag:
            return f"Types of the operations that the API files under {tag}."
        return f"Types that several areas of the API share: {size} that belong together."

    def describe(self, name: str, form: str) -> tuple[str, list[str]]:
        """First line and further lines about a schema."""
        schema = self._schemas[name]
        users = self._first(name, form)
        about = self._about.get(self._names[name])
        more: list[str] = [users] if about else []
        if form == "opaque":
            more.append("Its fields are not described; any JSON value decodes.")
        if schema.get("x-since", "2.0") != "2.0":
            more.append(f"Since {schema['x-since']}.")
        if schema.get("x-until"):
            more.append(f"Until {schema['x-until']}.")
        if gone := schema.get("x-gone"):
            text = f"Earlier releases had {until(gone)}."
            more += textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
        if "#" not in name:
            anchor = re.sub(r"[^a-z0-9_-]", "", name.lower())
            more.append(f"See {_PAGE}#{anchor}")
        return about or users, more

    def _first(self, name: str, form: str) -> str:
        answers = self._direct["response"].get(name, [])
        sent = self._direct["request"].get(name, [])
        parents = sorted(self._parents.get(name, []))
        if form == "enum" and parents:
            return self._line("Values in", [f"`{parent}`" for parent in parents])
        if sent:
            return self._line("Body of", [f"`{operation}`" for operation in sent])
        if answers:
            return self._line("Answer of", [f"`{operation}`" for operation in answers])
        if parents:
            return self._line("Part of", [f"`{parent}`" for parent in parents])
        return f"`{name.replace('#', '.')}` of the Coder API."

    @staticmethod
    def _line(lead: str, users: list[str]) -> str:
        """Name as many users as fit a line, the rest as a number."""
        for count in range(min(3, len(users)), 0, -1):
            rest = len(users) - count
            shown = users[:count]
            if rest:
                text = f"{', '.join(shown)} and {rest} more"
            else:
                text = " and ".join([", ".join(shown[:-1]), shown[-1]] if count > 1 else shown)
            if len(text) + len(lead) < _WIDTH - 10 or count == 1:
                return f"{lead} {text}."
        return f"{lead} no operation."
