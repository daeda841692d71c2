"""Which changes of the generated code break those who use it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve, frozen

from codegen.python.methods import REF_TYPES
from codegen.python.surface import Call, Model, Surface, Value, alternatives

_KINDS: Final = {
    "endpoint": "one request",
    "paged": "a list that is read page by page",
    "stream": "a stream",
    "socket": "a stream in both directions",
    "model": "a model",
    "enum": "an enum",
    "opaque": "a model without fields",
    "alias": "another name of a type",
}
_REFERENCES: Final = frozenset(REF_TYPES.values())
_ANYTHING: Final = {"Any", "object"}


@frozen
class Change:
    """What changed about one method or model."""

    subject: str
    text: str
    breaking: bool


def compare(old: Surface, new: Surface, same: Mapping[str, str]) -> list[Change]:
    """Compare what the code of two descriptions offers.

    Args:
        old: What users have.
        new: What they get.
        same: Operations of the old description, each with what it is in the new one.

    Returns:
        The changes by subject. Methods of operations that only the new description has, and
        models that only it has, are no changes.
    """
    found = [*_methods(old, new, same), *_models(old, new)]
    return sorted(found, key=lambda change: change.subject)


# --- Methods --------------------------------------------------------------------------------


def _methods(old: Surface, new: Surface, same: Mapping[str, str]) -> Iterator[Change]:
    for name, call in old.methods.items():
        subject, target = f"coder.{name}", same.get(call.operation)
        if name not in new.methods:
            yield Change(subject, f"is gone: {_instead(call, target, new)}", breaking=True)
            continue
        now = new.methods[name]
        if now.operation != target:
            text = f"calls `{now.operation}` instead of `{call.operation}`"
            yield Change(subject, text, breaking=True)
        for text, breaking in _call(call, now):
            yield Change(subject, text, breaking=breaking)
    before = set(same.values())
    for name, call in new.methods.items():
        if name not in old.methods and call.operation in before:
            yield Change(f"coder.{name}", f"is new: it calls `{call.operation}`", breaking=False)


def _instead(call: Call, target: str | None, new: Surface) -> str:
    if target is None:
        return f"the release does not have `{call.operation}` any more"
    return f"`{target}` is " + " and ".join(f"`coder.{name}`" for name in new.methods_of(target))


def _call(old: Call, new: Call) -> Iterator[tuple[str, bool]]:
    if old.kind != new.kind:
        yield f"was {_KINDS[old.kind]} and is {_KINDS[new.kind]}", True
    elif not all(map(same_type, old.returns, new.returns)):
        narrower = all(map(covers, old.returns, new.returns))
        one, other = (", ".join(call.returns) for call in (old, new))
        yield f"returns `{other}` instead of `{one}`", not narrower
    yield from _arguments(old.arguments, new.arguments)
    moved = new.positional[: len(old.positional)] != old.positional
    if moved and set(old.positional) <= new.arguments.keys():
        yield f"takes its positional arguments in the order {_listed(new.positional)}", True


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _arguments(old: Mapping[str, Value], new: Mapping[str, Value]) -> Iterator[tuple[str, bool]]:
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"argument `{name}` is gone", True
        elif name not in old:
            needed = "required " if new[name].required else ""
            yield f"new {needed}argument `{name}`: `{new[name].annotation}`", new[name].required
        else:
            for text, breaking in _given(old[name], new[name]):
                yield f"argument `{name}` {text}", breaking


def _given(old: Value, new: Value) -> Iterator[tuple[str, bool]]:
    """Compare what users give: more may be possible, but not less."""
    if old.required != new.required:
        yield ("is required now" if new.required else "may be left out now"), new.required
    if not same_type(old.annotation, new.annotation):
        wider = covers(new.annotation, old.annotation)
        yield f"takes `{new.annotation}` instead of `{old.annotation}`", not wider


# --- Models ---------------------------------------------------------------------------------


def _models(old: Surface, new: Surface) -> Iterator[Change]:
    for name, model in old.models.items():
        subject = f"models.{name}"
        if name not in new.models:
            yield Change(subject, "is gone", breaking=True)
            continue
        for text, breaking in _model(model, new.models[name]):
            yield Change(subject, text, breaking=breaking)


def _model(old: Model, new: Model) -> Iterator[tuple[str, bool]]:
    if old.kind != new.kind:
        yield f"was {_KINDS[old.kind]} and is {_KINDS[new.kind]}", True
        return
    if not same_type(old.value, new.value):
        yield f"is `{new.value}` instead of `{old.value}`", True
    for member in sorted(old.members.keys() | new.members.keys()):
        if member not in new.members:
            yield f"member `{member}` is gone", True
        elif member not in old.members:
            yield f"new member `{member}`: `{new.members[member]}`", False
        elif old.members[member] != new.members[member]:
            one, other = old.members[member], new.members[member]
            yield f"member `{member}` is `{other}` instead of `{one}`", True
    for name in sorted(old.fields.keys() | new.fields.keys()):
        for text, breaking in _field(old, new, name):
            yield f"field `{name}` {text}", breaking


def _field(old: Model, new: Model, name: str) -> Iterator[tuple[str, bool]]:
    """Compare a field: of what is sent more may be possible, of what is received less."""
    before, after = old.fields.get(name), new.fields.get(name)
    if after is None:
        yield "is gone", True
    elif before is None:
        needed = old.sent and new.sent and after.required
        yield f"is new{' and required' if needed else ''}: `{after.annotation}`", needed
    else:
        if old.sent and new.sent and before.required != after.required:
            yield ("is required now" if after.required else "may be left out now"), after.required
            before = evolve(before, annotation=_given_type(before, after))
        if not same_type(before.annotation, after.annotation):
            readable = not old.received or covers(before.annotation, after.annotation)
            givable = not old.sent or covers(after.annotation, before.annotation)
            text = f"is `{after.annotation}` instead of `{before.annotation}`"
            yield text, not (readable and givable)


def _given_type(old: Value, new: Value) -> str:
    """The old type, with or without the `None` of a field that is left out, as the new one."""
    bare = old.annotation.removesuffix(" | None")
    return new.annotation if new.annotation.removesuffix(" | None") == bare else old.annotation


# --- Types ----------------------------------------------------------------------------------


def covers(wide: str, narrow: str) -> bool:
    """Whether every value of the type `narrow` is one of the type `wide`."""
    return _covers(alternatives(wide), alternatives(narrow))


def same_type(one: str, other: str) -> bool:
    """Whether two types have the same values, in whatever order their parts are written."""
    return one == other or (covers(one, other) and covers(other, one))


def _covers(wide: list[ast.expr], narrow: list[ast.expr]) -> bool:
    options = list(_values(wide))
    return all(any(_takes(one, other) for one in options) for other in _values(narrow))


def _values(options: list[ast.expr]) -> Iterator[ast.expr]:
    """Take a `Literal` apart as well, and what identifies an object: a name, a UUID, or a model."""
    for option in options:
        match option:
            case ast.Name(id=name) if name in _REFERENCES:
                yield from (ast.Name("str"), ast.Name("UUID"), option)
            case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Tuple(elts=values)):
                yield from values
            case ast.Subscript(value=ast.Name(id="Literal"), slice=value):
                yield value
            case _:
                yield option


def _takes(wide: ast.expr, narrow: ast.expr) -> bool:
    text, other = ast.unparse(wide), ast.unparse(narrow)
    if text == other or text in _ANYTHING:
        return True
    match wide, narrow:
        case ast.Name(id=name), ast.Constant(value=value):
            return type(value).__name__ == name
        case ast.Subscript(), ast.Subscript():
            same = ast.unparse(wide.value) == ast.unparse(narrow.value)
            return same and all(map(_part_takes, _parts(wide), _parts(narrow)))
        case _:
            return (text, other) == ("float", "int")


def _parts(node: ast.Subscript) -> list[ast.expr]:
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def _part_takes(wide: ast.expr, narrow: ast.expr) -> bool:
    return covers(ast.unparse(wide), ast.unparse(narrow))
