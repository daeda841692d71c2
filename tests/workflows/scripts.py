"""Runs a script as a user writes it: as it is, or with `await` where the async client needs it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.colours import Colour


class _Awaiting(ast.NodeTransformer):
    """Awaits every call of a method of `coder`, and loops and blocks over them."""

    def visit_For(self, node: ast.For) -> ast.AST:
        if not _is_call(node.iter):
            return self.generic_visit(node)
        body = [self.visit(item) for item in node.body]
        return ast.AsyncFor(node.target, node.iter, body, [], None)

    def visit_With(self, node: ast.With) -> ast.AST:
        body = [self.visit(item) for item in node.body]
        return ast.AsyncWith(node.items, body, None)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return ast.Await(node) if _is_call(node) else node


def _is_call(node: ast.AST) -> bool:
    while isinstance(node, (ast.Attribute, ast.Call)):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return isinstance(node, ast.Name) and node.id == "coder"


def run_script(colour: Colour, text: str, **names: Any) -> dict[str, Any]:
    """Run a script and return its variables."""
    tree = ast.parse(text)
    if not colour.is_async:
        exec(compile(tree, "<script>", "exec"), names)  # noqa: S102 - our own text
        return names
    body = [_Awaiting().visit(item) for item in tree.body]
    tree.body = body
    ast.fix_missing_locations(tree)
    code = compile(tree, "<script>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    def run() -> Any:
        return eval(code, names)  # noqa: S307 - our own text

    colour.call(run)
    return names
