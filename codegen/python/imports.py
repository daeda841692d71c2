"""The imports of a generated module, from the names that its code uses."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*")
_REQUEST = frozenset({
    "OMIT", "CallOptions", "Paging", "Repeated", "StreamSpec", "duration", "flag", "form_body",
    "json_body", "json_text", "raw_body", "ref", "ref_keys", "refs",
})  # fmt: skip
_CHECKED = {
    "Mapping": "collections.abc", "Sequence": "collections.abc", "Callable": "collections.abc",
    "date": "datetime", "datetime": "datetime", "timedelta": "datetime", "UUID": "uuid",
    "Literal": "typing", "RetryPolicy": "coder_sdk._retry", "Omit": "coder_sdk._request",
    "Seconds": "coder_sdk._request", "RawContent": "coder_sdk._request",
    "Secret": "coder_sdk.wire", "JSON": "coder_sdk._json",
}  # fmt: skip
_OPTIONS = ("Mapping", "Omit", "RetryPolicy", "Seconds")


class Imports:
    """Names by where they come from.

    Attributes:
        endpoint: Names of `coder_sdk._endpoint`.
        request: Names of `coder_sdk._request` that run.
        extensions: Names of `typing_extensions`.
        filters: Names of `coder_sdk._filters`.
        standard: Modules that return types need when they run, each with its names.
        checked: Modules whose names only type checkers need.
    """

    def __init__(self, models: frozenset[str]) -> None:
        self._models = models
        self._used: set[str] = set()
        self.endpoint: set[str] = set()
        self.request: set[str] = {"OMIT", "CallOptions"}
        self.extensions: set[str] = set()
        self.filters: set[str] = set()
        self.standard: dict[str, set[str]] = {}
        self.checked: dict[str, set[str]] = {}

    def use(self, annotation: str, *, returned: bool = False) -> None:
        """Note the names of an annotation; those of a return type are needed when it runs."""
        for word in _words(annotation):
            if word == "builtins":
                self.standard["builtins"] = set()
            elif returned and word in {"datetime", "UUID", "JSON"}:
                self.standard.setdefault(_CHECKED[word], set()).add(word)
            else:
                self._used.add(word)

    def call(self, code: str) -> None:
        """Note the names of an expression that runs."""
        found = set(_words(code))
        self.request |= found & _REQUEST
        if "query" in found and re.search(r"\bquery\(", code):
            self.filters.add("query")

    def render(self, package: str, constants: Sequence[str]) -> str:
        """Write the imports, and constants below them."""
        if constants:
            self.filters |= {"Grammar", "Key"}
        running = {
            **self.standard,
            "typing_extensions": self.extensions,
            "coder_sdk._endpoint": self.endpoint,
            "coder_sdk._filters": self.filters,
            "coder_sdk._request": self.request,
        }
        lines = [_line(module, names) for module, names in running.items() if names]
        lines += [f"import {module}" for module, names in self.standard.items() if not names]
        return "\n".join([*lines, "", *self._for_checkers(package), "", *constants, "", ""])

    def _for_checkers(self, package: str) -> list[str]:
        checked = {module: set(names) for module, names in self.checked.items()}
        running = {name for names in self.standard.values() for name in names}
        for word in {*self._used, *_OPTIONS} - running:
            if word in self._models:
                checked.setdefault(f"{package}.models", set()).add(word)
            elif word in _CHECKED:
                checked.setdefault(_CHECKED[word], set()).add(word)
            elif word.endswith("Ref"):
                checked.setdefault("coder_sdk._refs", set()).add(word)
        lines = [f"    {_line(module, names)}" for module, names in sorted(checked.items())]
        return ["if TYPE_CHECKING:", *lines]


def _words(code: str) -> list[str]:
    return [word for word in _WORD.findall(code) if not word.startswith("'")]


def _line(module: str, names: set[str]) -> str:
    return f"from {module} import {', '.join(sorted(names))}"
