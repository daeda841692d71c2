"""Writes the modules of the resources."""

from __future__ import annotations

import ast
import builtins
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from codegen.description.openapi import Json
from codegen.python.annotations import Annotations
from codegen.python.docstring import Words, deprecation, docstring
from codegen.python.imports import Imports
from codegen.python.methods import Method
from codegen.python.model_names import ModelNames
from codegen.python.model_names import resolve as model_names
from codegen.python.models import HEADER, sort_names
from codegen.python.names import Name, NameFile, assign
from codegen.python.operations import Operation, operations
from codegen.python.phrases import title, words
from codegen.python.request_code import grammar, options, parameters, parts
from codegen.python.schemas import prepared
from codegen.python.signature import Builder

_REQUESTS = {
    "endpoint": "Request",
    "paged": "PagedRequest",
    "stream": "StreamRequest",
    "socket": "SocketRequest",
}
_ALWAYS_USED = (
    "AsyncRaw", "AsyncResource", "AsyncStreaming", "M", "SyncRaw", "SyncResource", "SyncStreaming",
    "View",
)  # fmt: skip
# The methods have as many arguments as the API has parameters; the options that every call takes
# are described once, by `CallOptions`.
_LINTS = ("D417", "PLR0913")
# With indentation and marks a longer one makes a longer line than the others may be.
_LONG_PATH = 86


@frozen
class Plan:
    """All methods of a description, by resource.

    Attributes:
        resources: The methods of each resource, in the order of their names.
        own: The methods of the client itself.
        annotations: The types.
        names: The name file.
        filters: The grammars of `q`.
    """

    resources: Mapping[str, Sequence[Method]]
    own: Sequence[Method]
    annotations: Annotations
    names: NameFile
    assigned: Mapping[str, Name]
    filters: Mapping[str, Any] = field(factory=dict[str, Any])

    @property
    def methods(self) -> list[Method]:
        """Every method, those of the client first."""
        return [*self.own, *(method for found in self.resources.values() for method in found)]


def plan(description: Json, names: NameFile, reviewed: ModelNames, package: str) -> Plan:
    """Decide all names and types of a description."""
    complete = prepared(description)
    schemas = complete["components"]["schemas"]
    annotations = Annotations(schemas, model_names(schemas, reviewed), package)
    found = operations(complete)
    assigned = assign(found, names)
    filters: dict[str, Any] = complete.get("x-filters", {})
    builder = Builder(annotations, names, filters)
    resources: dict[str, list[Method]] = {}
    own: list[Method] = []
    for resource, members in _grouped(found, assigned).items():
        taken = {assigned[item.id].method for item in members}
        list_type = "builtins.list" if "list" in taken else "list"
        for item in members:
            made = builder.methods(item, assigned[item.id], list_type=list_type)
            (own if resource is None else resources.setdefault(resource, [])).extend(made)
    ordered = {key: _ordered(resources[key]) for key in sorted(resources)}
    return Plan(ordered, _ordered(own), annotations, names, assigned, filters)


def _grouped(
    found: Iterable[Operation], assigned: Mapping[str, Name]
) -> dict[str | None, list[Operation]]:
    groups: dict[str | None, list[Operation]] = {}
    for item in found:
        groups.setdefault(assigned[item.id].resource, []).append(item)
    return groups


# What most people look for first.
_FIRST = ("list", "get", "get_by_name", "create", "update", "delete")


def _ordered(methods: Sequence[Method]) -> list[Method]:
    def key(method: Method) -> tuple[int, str]:
        name = method.name.method
        return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)

    return sorted(methods, key=key)


def render_resources(found: Plan, spoken: Words, package: str) -> dict[str, str]:
    """Write the modules of all resources as text, by file name."""
    writer = _Writer(found, spoken, package)
    rendered = {f"{name}.py": writer.resource(name) for name in found.resources}
    rendered["_client.py"] = writer.client()
    rendered["__init__.py"] = writer.init()
    for name, text in rendered.items():
        ast.parse(text, name)
    return rendered


class _Writer:
    """Fills the frames."""

    def __init__(self, found: Plan, spoken: Words, package: str) -> None:
        self._plan = found
        self._spoken = spoken
        self._package = package
        self._models = frozenset(found.annotations.names.values())
        self._frames = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=False,  # noqa: S701 - it writes Python; outside strings go through repr
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    def resource(self, name: str) -> str:
        """One module."""
        methods = self._plan.resources[name]
        imports = self._imports(methods)
        imports.endpoint.update(_ALWAYS_USED)
        about = self._about(name)
        grammars = {
            str(method.operation.extensions["x-filter"])
            for method in methods
            if method.at("filter")
        }
        constants = [grammar(key, self._plan) for key in sorted(grammars)]
        return self._frames.get_template("resource.py.j2").render(
            header=HEADER,
            doc=about,
            lints=_lints(methods),
            imports=imports.render(self._package, constants),
            name=self._class(name),
            title=about,
            methods=[self._method(method) for method in methods],
        )

    def client(self) -> str:
        """The module with everything that a client offers."""
        methods = self._plan.own
        imports = self._imports(methods)
        imports.endpoint.update(_ALWAYS_USED)
        resources = [self._place(name) for name in self._plan.resources]
        imports.checked["coder_sdk._async_client"] = {"AsyncClient"}
        imports.checked["coder_sdk._base_client"] = {"BaseClient"}
        imports.checked["coder_sdk._client"] = {"Client"}
        for item in resources:
            imports.checked.setdefault(item["module"], set()).update(
                (item["sync"], item["asynchronous"])
            )
        return self._frames.get_template("client.py.j2").render(
            header=HEADER,
            lints=_lints(methods, "PLC0415"),
            imports=imports.render(self._package, []),
            methods=[self._method(method) for method in methods],
            resources=resources,
        )

    def _place(self, name: str) -> dict[str, str]:
        """Where the classes of a resource lie; workflow classes take the place of its noun's."""
        module, _, sync = self._plan.names.workflows.get(name, "").partition(":")
        sync = sync or self._class(name)
        return {
            "attribute": name,
            "module": module or f"{self._package}.resources.{name}",
            "sync": sync,
            "asynchronous": f"Async{sync}",
            "title": self._about(name),
        }

    def _about(self, name: str) -> str:
        return self._plan.names.resources.get(name) or f"{words(name).capitalize()}."

    def _class(self, name: str) -> str:
        """The name of a resource's class; a model of that name keeps it."""
        plain = title(name)
        return f"{plain}Resource" if plain in self._models else plain

    def init(self) -> str:
        """The package: a table of names, each module imported when it is used."""
        places = {
            pattern.format(self._class(name)): name
            for name in self._plan.resources
            for pattern in ("{}", "Async{}", "{}View")
        }
        return self._frames.get_template("resources_init.py.j2").render(
            header=HEADER,
            package=self._package,
            modules=list(self._plan.resources),
            classes=[
                (name, sort_names(cls for cls, home in places.items() if home == name))
                for name in self._plan.resources
            ],
            exported=sort_names(places),
        )

    def _imports(self, methods: Iterable[Method]) -> Imports:
        imports = Imports(self._models)
        for method in methods:
            imports.endpoint.add(method.kind)
            imports.request.add(_REQUESTS[method.kind])
            imports.use(", ".join(method.returns), returned=True)
            for line in parameters(method):
                imports.use(line)
            for line in parts(method):
                imports.call(line)
            if method.operation.deprecated:
                imports.extensions.add("deprecated")
        return imports

    def _method(self, method: Method) -> str:
        text = docstring(method, self._spoken)
        if '"""' in text or "\\" in text:
            message = f"{method.operation.id}: its facts cannot be part of a docstring"
            raise ValueError(message)
        warning = deprecation(method, self._spoken)
        return (
            self._frames.get_template("method.py.j2")
            .render(
                kind=method.kind,
                deprecated=repr(warning) if warning else None,
                name=method.name.method,
                parameters=[*parameters(method), *options(method)],
                returns=f"{_REQUESTS[method.kind]}[{', '.join(method.returns)}]",
                doc=textwrap.indent(text, " " * 8).strip(),
                request=_REQUESTS[method.kind],
                parts=parts(method),
            )
            .rstrip()
        )


def _lints(methods: Iterable[Method], *more: str) -> str:
    """The rules of the linter that a module of methods cannot follow."""
    arguments = {item.python for method in methods for item in method.arguments}
    shadows = {"A002"} if any(hasattr(builtins, name) for name in arguments) else set[str]()
    long = (
        {"E501"} if any(len(method.operation.id) > _LONG_PATH for method in methods) else set[str]()
    )
    usual = set(_LINTS) if arguments else set[str]()
    return f"# ruff: noqa: {', '.join(sorted({*usual, *shadows, *long, *more}))}"
