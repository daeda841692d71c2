"""Which module a model goes to, and in which order modules and classes follow each other.

A schema that only one tag needs lives in the module of that tag. Schemas that several tags need
are split into their connected components, a module each: the first use of a resource then loads
little more than what it needs, and there are no import cycles.
"""

from collections.abc import Collection, Mapping

from attrs import frozen

from codegen.description.openapi import Json, operations, references
from codegen.python.identifiers import snake
from codegen.python.schemas import bodies

SINGLE = "shared"
"""The module of the single types that several tags share."""

UNUSED = "unreferenced"
"""The module of types that no operation needs; no other module imports it."""


@frozen
class Layout:
    """The modules of the models.

    Attributes:
        modules: Full names of the schemas of each module, in the order of definition.
        late: Schemas that are needed before they are defined, for each that needs them so.
    """

    modules: dict[str, list[str]]
    late: dict[str, set[str]]

    def module_of(self) -> dict[str, str]:
        """The module of each schema."""
        return {name: module for module, names in self.modules.items() for name in names}


def dependencies(schemas: Mapping[str, Json]) -> dict[str, set[str]]:
    """The schemas that each schema refers to."""
    return {name: set(references(schema)) for name, schema in schemas.items()}


def closure(roots: Collection[str], needs: Mapping[str, set[str]]) -> set[str]:
    """All schemas that some schemas need, themselves included."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(needs[name])
    return found


def layout(
    description: Json, names: Mapping[str, str], titles: Mapping[str, str] | None = None
) -> Layout:
    """Distribute the schemas of a prepared description over modules.

    Args:
        description: The description.
        names: Python name of each schema.
        titles: Other names for modules of shared types than that of their outermost type.

    Returns:
        The modules.
    """
    needs = dependencies(description["components"]["schemas"])
    tags = _tags(description, needs)
    shared = {name for name in needs if len(tags[name]) > 1}
    groups: dict[str, set[str]] = {}
    for name in set(needs) - shared:
        groups.setdefault(snake(next(iter(tags[name]))), set()).add(name)
    for component in _components(shared, needs):
        # What was inline belongs to its model and makes no component.
        single = sum("#" not in name for name in component) == 1
        module = SINGLE if single else _title(component, needs, names)
        module = (titles or {}).get(module, module)
        if module != SINGLE and module in groups:
            module += "_types"
        groups.setdefault(module, set()).update(component)
    late: dict[str, set[str]] = {}
    ordered = {module: _order(groups[module], needs, late) for module in sorted(groups)}
    return Layout(ordered, late)


def _tags(description: Json, needs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The tags whose operations need each schema."""
    tags: dict[str, set[str]] = {name: set() for name in needs}
    for _, operation in operations(description):
        roots = [name for _, schema in bodies(operation) for name in references(schema)]
        roots += references(operation.get("parameters", []))
        for name in closure(roots, needs):
            tags[name].update(operation.get("tags", [SINGLE])[:1])
    orphans = {name for name in needs if not tags[name]}
    for component in _components(orphans, needs):
        # Beside what they are made of, if that is one module; nothing else depends on them.
        homes = {tag for name in closure(component, needs) for tag in tags[name]}
        for name in component:
            tags[name] = homes if len(homes) == 1 else {UNUSED}
    return tags


def _components(names: Collection[str], needs: Mapping[str, set[str]]) -> list[set[str]]:
    """Connected components, by name of their first member."""
    neighbours: dict[str, set[str]] = {name: set() for name in names}
    for name in names:
        for other in needs[name] & neighbours.keys():
            neighbours[name].add(other)
            neighbours[other].add(name)
    found: list[set[str]] = []
    seen: set[str] = set()
    for name in sorted(names):
        if name not in seen:
            found.append(closure([name], neighbours))
            seen |= found[-1]
    return found


def _title(
    component: Collection[str],
    needs: Mapping[str, set[str]],
    names: Mapping[str, str],
) -> str:
    """Name a module after its outermost type, which needs the most of the others."""
    outermost = min(component, key=lambda name: (-len(closure([name], needs)), name))
    return snake(names[outermost])


def _order(
    names: Collection[str], needs: Mapping[str, set[str]], late: dict[str, set[str]]
) -> list[str]:
    """Sort so that what is needed comes first; what recursion makes impossible goes to `late`."""
    ordered: list[str] = []
    state: dict[str, bool] = {}

    def visit(name: str) -> None:
        state[name] = False
        for other in sorted(needs[name] & set(names)):
            if other not in state:
                visit(other)
            elif not state[other]:
                late.setdefault(name, set()).add(other)
        state[name] = True
        ordered.append(name)

    for name in sorted(names):
        if name not in state:
            visit(name)
    return ordered
