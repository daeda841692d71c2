"""The documentation of a method, from facts and from our own words."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from codegen.description import toml
from codegen.python.methods import Argument, Method
from codegen.python.phrases import effect, singular, until, words

ARGUMENTS_FILE = Path(__file__).parents[1] / "names" / "arguments.toml"

_WIDTH = 92
_OPERATION = re.compile(r"`([A-Z]+ /[^`]*)`")
_UNITS = {"ns": "nanoseconds", "us": "microseconds", "ms": "milliseconds", "s": "seconds"}
_ERRORS = {
    400: "BadRequestError", 401: "UnauthorizedError", 403: "PermissionDeniedError",
    404: "NotFoundError", 406: "NotReadyError", 409: "ConflictError", 410: "GoneError",
    412: "PreconditionFailedError", 413: "RequestTooLargeError", 417: "ExpectationFailedError",
    425: "NotReadyError", 429: "RateLimitError", 500: "ServerError", 502: "UnavailableError",
    503: "UnavailableError", 504: "UnavailableError",
}  # fmt: skip
_REASONS = {
    400: "The server refuses a value.",
    401: "The token is missing, invalid or expired.",
    403: "The caller may not do this.",
    404: "There is no such object, or the caller may not see it.",
    409: "The state of the object, or another one of its name, is in the way.",
    413: "The content is too large.",
    417: "Something else must be removed first.",
    500: "The server failed.",
    504: "What the server waited for took too long.",
}


@frozen
class Words:
    """Our own words about operations and arguments.

    Attributes:
        effects: What each operation does.
        arguments: What arguments mean, by name or by `resource.method:name`.
        names: The method of each operation.
    """

    effects: Mapping[str, str] = field(factory=dict[str, str])
    arguments: Mapping[str, str] = field(factory=dict[str, str])
    names: Mapping[str, str] = field(factory=dict[str, str])


def read_arguments(path: Path = ARGUMENTS_FILE) -> dict[str, str]:
    """Read what the arguments mean."""
    found: dict[str, str] = toml.load(path)["arguments"]
    return found


def docstring(method: Method, spoken: Words) -> str:
    """Write the documentation of a method, without quotes and indentation."""
    operation = method.operation
    blocks = [_effect(method, spoken), f"`{operation.id}`"]
    blocks += [_fill(text) for text in _remarks(method, spoken)]
    if lines := list(_arguments(method, spoken)):
        blocks.append("Args:\n" + "\n".join(lines))
    blocks.append("Returns:\n" + _item(_returned(method)))
    blocks.append("Raises:\n" + "\n".join(_item(line) for line in _raised(method)))
    if operation.url:
        blocks.append(f"See:\n    {operation.url}")
    return "\n\n".join(blocks)


def deprecation(method: Method, spoken: Words) -> str | None:
    """What to say to the users of a deprecated method."""
    if not method.operation.deprecated:
        return None
    instead = _instead(method, spoken)
    hint = f"; use `{instead}`" if instead else ""
    return f"`{method.name}` is deprecated{hint}."


def _instead(method: Method, spoken: Words) -> str | None:
    """The method to use in place of a deprecated one, of the same variant."""
    operation = method.operation
    successor = str(operation.extensions.get("x-replacement"))
    instead = spoken.names.get(successor)
    if instead and method.variant == "stream":
        resource, _, last = instead.rpartition(".")
        return f"{resource}.stream_{last}"
    return f"{instead}_text" if instead and method.variant == "text" else instead


def _effect(method: Method, spoken: Words) -> str:
    text = spoken.effects.get(method.operation.id) or effect(
        method.operation.method, str(method.name), returns_list=method.kind == "paged"
    )
    if method.variant == "stream":
        text = text.replace("Get the log lines", "Follow the log lines", 1)
    if method.variant == "text":
        text = f"{text.rstrip('.')}, as plain text."
    return text


# ---- remarks


def _remarks(method: Method, spoken: Words) -> Iterator[str]:
    extensions = method.operation.extensions
    if method.operation.deprecated:
        instead = _instead(method, spoken)
        yield f"Deprecated: use `{instead}`." if instead else "Deprecated by Coder."
    if extensions.get("x-stability") == "experimental":
        yield "Experimental: may change or go with any release of Coder."
    if feature := extensions.get("x-premium"):
        yield _premium(str(feature))
    if experiment := extensions.get("x-experiment"):
        yield f"Experiment: the deployment needs `{experiment}` to be on."
    if versions := _versions(extensions.get("x-since"), extensions.get("x-until")):
        yield versions
    yield from _past(extensions)
    for note in extensions.get("x-notes", ()):
        yield _sentence(_OPERATION.sub(lambda found: _method_of(found, spoken), note))
    meaning = extensions.get("x-empty")
    if meaning and not method.returns[-1].endswith("| None"):
        yield f"An empty answer means: {_sentence(str(meaning))}"
    ignored = [f"`{item.name}`" for item in method.operation.parameters if item.ignored]
    if ignored:
        verb = "is" if len(ignored) == 1 else "are"
        yield f"{' and '.join(ignored)} {verb} documented, but the server ignores it; not offered."


def _past(extensions: Mapping[str, Any]) -> Iterator[str]:
    """What the operation was, and took, in earlier releases."""
    if before := extensions.get("x-moved-from"):
        yield f"Earlier releases had it elsewhere: {until(before)}."
    if gone := extensions.get("x-gone"):
        names = {address.partition(":")[2]: release for address, release in gone.items()}
        yield f"Earlier releases also took {until(names)}."


def _premium(feature: str) -> str:
    if feature == "enterprise-build":
        return "Premium: the open-source build of the server does not have it."
    return f"Premium: the deployment needs a license with the feature `{feature}`."


def _method_of(found: re.Match[str], spoken: Words) -> str:
    name = spoken.names.get(found[1])
    return f"`{name}`" if name else found[0]


def _versions(since: str | None, until: str | None) -> str | None:
    parts: list[str] = []
    if since and since not in {"2.0", "0.0"}:
        parts.append(f"Since Coder {since}")
    if until:
        parts.append(f"{'u' if parts else 'U'}ntil Coder {until}")
    return f"{', '.join(parts)}." if parts else None


# ---- arguments


def _arguments(method: Method, spoken: Words) -> Iterator[str]:
    for item in method.arguments:
        yield _item(f"{item.python}: {' '.join(_facts(method, item, spoken))}")


def _facts(method: Method, item: Argument, spoken: Words) -> Iterator[str]:
    known = spoken.arguments
    text = (
        known.get(f"{method.name}:{item.python}")
        or (known.get(f"{item.python}_") if item.place == "filter" else None)
        or known.get(item.python)
        or _phrase(method, item)
    )
    if item.place == "q" and method.at("filter"):
        text += " It is combined with the other filters."
    yield text
    if item.place == "path" and not item.required:
        yield "You by default."
    unit = item.extensions.get("x-unit") or item.schema.get("x-unit")
    if unit in _UNITS and "timedelta" in item.annotation and _UNITS[unit] not in text:
        yield f"A `timedelta`, or a number of {_UNITS[unit]}."
    if item.annotation.endswith("| None") and _is_change(method, item) and "`None`" not in text:
        yield "`None` clears it."
    versions = _versions(item.extensions.get("x-since"), item.extensions.get("x-until"))
    if versions and item.extensions.get("x-since") != method.operation.extensions.get("x-since"):
        yield versions


def _is_change(method: Method, item: Argument) -> bool:
    """Whether an argument changes something; what is sent back as it was read is no change."""
    answers = [body.schema for body in method.operation.answers.values()]
    request = method.operation.request
    return item.place == "body" and request is not None and request.schema not in answers


def _phrase(method: Method, item: Argument) -> str:
    """A phrase by rule: the words of the name."""
    if item.python == "name":
        return f"The name of the {singular(words(method.name.resource or 'object'))}."
    text = words(item.python)
    if item.annotation == "bool":
        return f"Whether {text} is on."
    return f"{text[:1].upper()}{text[1:]}."


# ---- results


def _returned(method: Method) -> str:
    types = method.returns
    if method.kind == "paged":
        return f"A pager of `{types[1]}`, which fetches pages as it is iterated."
    if method.kind == "stream":
        return f"A stream of `{_plain(types[0])}`."
    if method.kind == "socket":
        return f"A socket that takes `{_plain(types[0])}` and gives `{_plain(types[1])}`."
    return _value(_plain(types[0]), method)


def _value(text: str, method: Method) -> str:
    if text == "None":
        return "Nothing."
    empty = text.endswith(" | None")
    bare = text.removesuffix(" | None")
    if bare.startswith("list["):
        phrase = f"A list of `{bare[5:-1]}`"
    elif bare == "bytes":
        phrase = "The content"
    elif bare == "str":
        phrase = "The text"
    else:
        phrase = f"`{bare}`" if bare.startswith(("dict[", "JSON")) else f"The `{bare}`"
    if not empty:
        return f"{phrase}."
    meaning = method.operation.extensions.get("x-empty")
    return f"{phrase}, or `None`: {meaning}." if meaning else f"{phrase}, or `None`."


def _plain(text: str) -> str:
    return text.replace("builtins.list[", "list[")


def _raised(method: Method) -> Iterator[str]:
    seen: set[str] = set()
    if all(status.startswith("3") for status in method.operation.answers):
        yield "RedirectError: Always; its `to_url` is where a browser is to go."
    for status in method.operation.errors:
        name = _ERRORS.get(status, "APIStatusError")
        if name not in seen:
            seen.add(name)
            yield f"{name}: {_REASONS.get(status, f'The server answers {status}.')}"
    if any(item.place in {"body", "filter", "form"} for item in method.arguments):
        yield "RequestValidationError: An argument cannot be sent; nothing was."
    yield "APIStatusError: The server refuses the request; each status has its class."
    yield "TransportError: There was no answer."


# ---- layout


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _fill(text: str) -> str:
    return textwrap.fill(text, _WIDTH - 8, break_long_words=False, break_on_hyphens=False)


def _item(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH - 8,
        initial_indent="    ",
        subsequent_indent="        " if ":" in text.partition(" ")[0] else "    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
