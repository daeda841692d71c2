"""What stands on the pages of the reference: read from the source, which is not imported.

One page a resource, one a module of models, and one for each group of the other public names. What
stands on a page follows from the package, so that a new resource needs no edit here.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_tables import model_page

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "coder_sdk"
ERRORS = ROOT / "docs" / "reference" / "errors.md"

# Who searches for a method wants its section before the mentions of it.
MORE = "---\nsearch:\n  boost: 1.5\n---"

# The other public names, by the modules that hold them; those of no group belong to the first.
GROUPS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Clients": ("clients", "The two clients, and what they are set up with.", ("_client",)),
    "Answers and lists": (
        "answers",
        "What a call returns besides models.",
        ("_response", "_io._sync.pages", "_io._async.pages", "_page", "_model_list"),
    ),
    "Streams": (
        "streams",
        "What a stream or a socket is to its reader.",
        ("_io._sync.streams", "_io._async.streams", "_io._sync.sockets", "_io._async.sockets"),
    ),
    "Reports and outcomes": (
        "outcomes",
        "What workflows return, and what they tell callbacks.",
        (
            "workflows.outcome",
            "workflows.bulk",
            "workflows.command",
            "workflows.window",
            "workflows._jobs",
            "workflows.log_line",
        ),
    ),
}

# Further names that stand in signatures of workflows, and in their callbacks.
SPELLED = (
    "_plans.WaitFor",
    "_waits.PollInterval",
    "_async.templates_settings.Span",
)


@dataclass(frozen=True)
class Place:
    """A page that is made, and where it stands in the navigation."""

    title: str
    path: str
    text: str


def public_homes() -> dict[str, str]:
    """Return where each public name of the package itself is defined."""
    return {
        name: f"coder_sdk.{module}.{name}"
        for module, names in _assigned(PACKAGE / "__init__.py", "_HOMES").items()
        for name in names
        if name != "__version__"
    }


def groups() -> list[Place]:
    """One page for each group of public names of the package itself."""
    homes = public_homes()
    for name in re.findall(r"(?m)^### (\w+)$", ERRORS.read_text(encoding="utf-8")):
        del homes[name]
    texts = {
        title: f"# {title}\n\n{group[1]} All of it is imported from `coder_sdk`.\n\n"
        for title, group in GROUPS.items()
    }
    for name, path in sorted(homes.items(), key=lambda item: (*_rank(item[0]), item[0])):
        texts[_group_of(path)] += _section(name, path) + "\n"
    made = [Place(title, f"reference/{GROUPS[title][0]}.md", text) for title, text in texts.items()]
    return [*made, _arguments(), _workflow_types(), _wire(), _testing()]


def _rank(name: str) -> tuple[bool, bool]:
    """The clients stand in front of what they are set up with."""
    return name != "Client", name != "AsyncClient"


def _group_of(path: str) -> str:
    module = path.removeprefix("coder_sdk.").rpartition(".")[0]
    return next((title for title, group in GROUPS.items() if module in group[2]), "Clients")


def _arguments() -> Place:
    """Show the names that stand in signatures for what an argument may be."""
    parts = [
        "# Arguments",
        "What stands in signatures for the several things that an argument may be.",
    ]
    references = re.findall(r"(?m)^(\w+Ref) = ", (PACKAGE / "_refs.py").read_text("utf-8"))
    parts += [_section(name, f"coder_sdk._refs.{name}") for name in references]
    parts += [_section(path.rpartition(".")[2], f"coder_sdk.workflows.{path}") for path in SPELLED]
    return Place("Arguments", "reference/arguments.md", "\n\n".join(parts) + "\n")


def _workflow_types() -> Place:
    """Show what workflows take and return, and what the guides import from beside them."""
    parts = [
        "# Workflow types",
        "What workflows take and return. Each is imported from the module that heads its section.",
    ]
    guides = "".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
    shown = {name for _, _, modules in GROUPS.values() for name in modules}
    for path in sorted((PACKAGE / "workflows").glob("[!_]*.py")):
        module = f"coder_sdk.workflows.{path.stem}"
        names = [name for name in _public(path) if _is_shown(name, module, guides)]
        if names and f"workflows.{path.stem}" not in shown:
            parts += [f"## {module}", ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""]
            parts += [_section(name, f"{module}.{name}", level=3) for name in names]
    return Place("Workflow types", "reference/workflow-types.md", "\n\n".join(parts) + "\n")


def _public(path: Path) -> list[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    names = [n.name for n in body if isinstance(n, (ast.ClassDef, ast.FunctionDef))]
    return list(dict.fromkeys(name for name in names if not name.startswith("_")))


def _is_shown(name: str, module: str, guides: str) -> bool:
    """Show classes, and the functions that a guide imports."""
    return name[0].isupper() or bool(
        re.search(rf"from {re.escape(module)} import [^\n]*\b{name}\b", guides)
    )


def _wire() -> Place:
    """Show the types of fields and the bases of models."""
    sentence = "What fields are made of. All of it is imported from `coder_sdk.wire`."
    tree = ast.parse((PACKAGE / "wire" / "__init__.py").read_text(encoding="utf-8"))
    homes = {
        alias.name: str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("coder_sdk.")
        for alias in node.names
    }
    names = sorted(_assigned(PACKAGE / "wire" / "__init__.py", "__all__"))
    parts = ["# Wire types", sentence]
    parts += [_section(name, f"{homes[name]}.{name}") for name in names if name in homes]
    return Place("Wire types", "reference/wire.md", "\n\n".join(parts) + "\n")


def _testing() -> Place:
    modules = _assigned(PACKAGE / "testing" / "__init__.py", "_MODULES")
    parts = ["# Testing", "A deployment in memory. All of it is imported from `coder_sdk.testing`."]
    parts += [_section(name, f"{home}.{name}") for name, home in sorted(modules.items())]
    return Place("Testing", "reference/testing.md", "\n\n".join(parts) + "\n")


def _section(name: str, path: str, *, level: int = 2) -> str:
    title = f"[](){{ #{path} }}\n\n{'#' * level} {name}"
    return f"{title}\n\n::: {path}\n    options:\n      heading_level: {level + 1}\n"


def _assigned(path: Path, name: str) -> Any:
    """Return what a module assigns to a name, without importing it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name):
            try:
                names[target.id] = ast.literal_eval(node.value)
            except (ValueError, TypeError):
                names[target.id] = _with_names(node.value, names)
    return names[name]


def _with_names(node: Any, names: dict[str, Any]) -> Any:
    """Return a mapping some of whose values are names of constants above it."""
    if not isinstance(node, ast.Dict):
        return None
    return {
        ast.literal_eval(key): names[value.id]
        if isinstance(value, ast.Name)
        else ast.literal_eval(value)
        for key, value in zip(node.keys, node.values, strict=True)
        if key is not None
    }


def resources() -> list[Place]:
    """One page for each resource of a client."""
    return [_resource(*found) for found in resource_classes()]


def with_links(markdown: str) -> str:
    """Let each `coder.noun.method` of a text lead to its section in the reference."""
    classes = {place.title: place.text.partition("::: ")[2].split()[0] for place in resources()}
    return re.sub(
        r"`coder\.(\w+)\.(\w+)`",
        lambda found: f"[{found[0]}][{classes[found[1]]}.{found[2]}]",
        markdown,
    )


def with_breaks(html: str) -> str:
    """Let code in the cells of a table break after slashes and dots."""
    return re.sub(
        r"(?<=<code>)[^<]+(?=</code>)",
        lambda found: re.sub(r"(?<=\w)([/.])(?=[\w{])", r"\1<wbr>", found[0]),
        html,
    )


def resource_classes() -> list[tuple[str, str, str]]:
    """Return noun, module and class of each resource, as the synchronous client has it."""
    tree = ast.parse((PACKAGE / "resources" / "_client.py").read_text(encoding="utf-8"))
    client = next(
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == "ClientResources"
    )
    return sorted(
        (method.name, *_imported(method))
        for method in client.body
        if isinstance(method, ast.FunctionDef)
        and any(getattr(mark, "id", "") == "cached_property" for mark in method.decorator_list)
    )


def _imported(method: ast.FunctionDef) -> tuple[str, str]:
    """Return module and name of the class that a property of the client imports and makes."""
    statement = next(node for node in ast.walk(method) if isinstance(node, ast.ImportFrom))
    return str(statement.module), statement.names[0].name


def _resource(noun: str, module: str, name: str) -> Place:
    home = PACKAGE / "workflows" / "__init__.py"
    if module == "coder_sdk.workflows":
        module = f"coder_sdk.workflows._sync.{_assigned(home, '_HOMES')[name]}"
    source = ROOT / "src" / (module.replace(".", "/") + ".py")
    text = f"""{MORE}

# coder.{noun}

{_docstring(source, name)}

`AsyncClient` has the same methods, to be awaited; pagers and streams are iterated with `async for`.
A method that sends one request also takes the [options of a call](../../guides/requests.md).
{_guides(noun)}
::: {module}.{name}
"""
    return Place(noun, f"reference/resources/{noun}.md", text)


def _guides(noun: str) -> str:
    """Name the guides that show methods of a resource, those that show most of them in front."""
    shown: dict[Path, int] = {}
    for path in sorted((ROOT / "docs" / "guides").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        shown[path] = len(set(re.findall(rf"\b{noun}\.([a-z]\w+)(?=\(|`)", text)))
    best = sorted((path for path in shown if shown[path]), key=lambda path: -shown[path])[:4]
    links = [f"[{_title(path)}](../../guides/{path.name})" for path in best]
    return f"\nShown in the guides: {', '.join(links)}.\n" if links else ""


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def _docstring(path: Path, name: str) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)
    return ast.get_docstring(found) or ""


def models() -> list[Place]:
    """One page for each module of models."""
    return [
        Place(path.stem.replace("_", " "), f"reference/models/{path.stem}.md", model_page(path))
        for path in sorted((PACKAGE / "models").glob("[!_]*.py"))
    ]
