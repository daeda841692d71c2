"""A page of models: a table of fields, or of values, for each."""

from __future__ import annotations

import ast
import re
from pathlib import Path

# Who searches for a word wants a guide or a method first.
LESS = "---\nsearch:\n  boost: 0.3\n---"
MODULES = Path(__file__).resolve().parents[2] / "src" / "coder_sdk" / "models"


def model_page(path: Path) -> str:
    """Return the page of a module of models."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = [LESS, f"# Models: {path.stem.replace('_', ' ')}", ast.get_docstring(tree) or ""]
    parts.append("They are imported from `coder_sdk.models`.")
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef):
            parts += [_heading(path, node.name), _linked(ast.get_docstring(node) or "")]
            parts += [_members(node)]
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias":
            parts += [_heading(path, ast.unparse(node.target)), _linked(_text_of(after))]
            parts += [f"Another name of {_type(node.value)}."] if node.value else []
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(path: Path, name: str) -> str:
    """Return a heading that is found by the module of a model and by its public path."""
    return (
        f"[](){{ #coder_sdk.models.{name} }}\n\n"
        f"## {name} {{ #coder_sdk.models.{path.stem}.{name} }}"
    )


def _linked(text: str) -> str:
    return re.sub(r"(?m)^See (https://\S+)$", r"[Documentation](\1)", text)


def _members(node: ast.ClassDef) -> str:
    is_enum = any("Enum" in ast.unparse(base) for base in node.bases)
    rows = _values(node) if is_enum else _fields(node)
    return "\n".join(rows) if len(rows) > 2 else ""  # noqa: PLR2004 - more than the head


def _values(node: ast.ClassDef) -> list[str]:
    rows = ["| Member | Value |", "|---|---|"]
    members = [line for line in node.body if isinstance(line, ast.Assign)]
    return rows + [f"| `{ast.unparse(m.targets[0])}` | `{ast.unparse(m.value)}` |" for m in members]


def _fields(node: ast.ClassDef) -> list[str]:
    rows = ["| Field | Type | |", "|---|---|---|"]
    for line, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(line, ast.AnnAssign):
            remark = " ".join(_text_of(after).split())
            rows.append(f"| `{ast.unparse(line.target)}` | {_type(line.annotation)} | {remark} |")
    return rows


def _text_of(node: ast.stmt | None) -> str:
    """Return the text below an attribute, which is what it means."""
    value = node.value if isinstance(node, ast.Expr) else None
    return str(value.value) if isinstance(value, ast.Constant) else ""


def _type(annotation: ast.expr) -> str:
    """Return a type in which the names of models are links."""
    text = ast.unparse(annotation)
    code = text.replace("|", "&#124;").replace("[", "&#91;").replace("]", "&#93;")
    return re.sub(r"\b[A-Z]\w+\b", lambda match: _link(match[0]), f"<code>{code}</code>")


def _link(name: str) -> str:
    home = _homes().get(name)
    target = f"coder_sdk.models.{home}.{name}"
    return f'<autoref identifier="{target}">{name}</autoref>' if home else name


def _homes() -> dict[str, str]:
    """Return the module of each model."""
    if not _HOMES:
        for path in MODULES.glob("[!_]*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            _HOMES.update({n.name: path.stem for n in tree.body if isinstance(n, ast.ClassDef)})
    return _HOMES


_HOMES: dict[str, str] = {}
