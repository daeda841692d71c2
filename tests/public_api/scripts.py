"""Runs the scripts beside it as they stand, or with `async` and `await` where those belong.

The texts are the public interface as it was promised. Nothing is retyped for the other colour: a
transformation of the syntax tree makes it.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import CodeType

    from tests.colours import Colour

FOLDER = Path(__file__).with_name("scripts")
# Names that differ between the colours, and the calls that neither colour waits for.
RENAMED = {"Client": "AsyncClient", "client": "async_client"}
IMMEDIATE = {"with_options"}


class Interrupted(Exception):  # noqa: N818 - what Ctrl-C is to a person, not an error
    """Somebody left a loop that has no end."""


def text(name: str) -> str:
    """The text of a script."""
    (found,) = FOLDER.glob(f"*-{name}.txt")
    return found.read_text(encoding="utf-8")


def statements(name: str, colour: Colour) -> list[CodeType]:
    """The statements of a script at top level, in a colour; an error tells their line."""
    tree = ast.parse(text(name))
    if colour.is_async:
        tree.body = [_Asynchronous().visit(item) for item in tree.body]
        assert any(map(_is_asynchronous, ast.walk(tree))), name
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if colour.is_async else 0
    modules = [ast.fix_missing_locations(ast.Module([item], [])) for item in tree.body]
    return [compile(item, f"{name}.txt", "exec", flags) for item in modules]


def run(colour: Colour, name: str, **names: Any) -> dict[str, Any]:
    """Run a script and return its variables; a loop without end may be left."""
    names["left"] = sum([_is_left(colour, code, names) for code in statements(name, colour)])
    return names


def _is_left(colour: Colour, code: CodeType, names: dict[str, Any]) -> bool:
    """Run a statement; tells whether it was left and did not end."""
    try:
        colour.call(eval, code, names)
    except Interrupted:
        return True
    return False


class _Asynchronous(ast.NodeTransformer):
    """Does to a script what a person does who changes to the async client."""

    def __init__(self) -> None:
        self._kept: set[ast.AST] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        return _as(ast.AsyncFunctionDef, node)

    def visit_For(self, node: ast.For) -> ast.AST:
        self._kept.add(node.iter)
        self.generic_visit(node)
        return _as(ast.AsyncFor, node) if _is_call_of_client(node.iter) else node

    def visit_With(self, node: ast.With) -> ast.AST:
        opened = [item.context_expr for item in node.items]
        self._kept.update(opened)
        self.generic_visit(node)
        own = any(_is_call_of_client(item) or _makes_client(item) for item in opened)
        return _as(ast.AsyncWith, node) if own else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        awaited = _is_call_of_client(node) and node not in self._kept
        if _is_call_of_client(node):
            # Lists are handed on as they are, and what is called on is not waited for before.
            self._kept.update(node.args)
            self._kept.update(_chain(node))
        self.generic_visit(node)
        return ast.Await(node) if awaited and _last(node.func) not in IMMEDIATE else node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = RENAMED.get(node.id, node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.attr = RENAMED.get(node.attr, node.attr)
        return node


def _as(kind: type[ast.AST], node: ast.AST) -> ast.AST:
    """The same statement of another kind."""
    return ast.copy_location(kind(**dict(ast.iter_fields(node))), node)


def _chain(node: ast.Call) -> list[ast.AST]:
    """What a call is called on, from the outside to the inside."""
    found: list[ast.AST] = []
    inner: ast.AST = node.func
    while isinstance(inner, (ast.Attribute, ast.Call)):
        inner = inner.value if isinstance(inner, ast.Attribute) else inner.func
        found.append(inner)
    return found


def _is_call_of_client(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and any(
        isinstance(item, ast.Name) and item.id == "coder" for item in _chain(node)
    )


def _makes_client(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _last(node.func) in RENAMED.values()


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_asynchronous(node: ast.AST) -> bool:
    kinds = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.AsyncFunctionDef)
    return isinstance(node, kinds)
