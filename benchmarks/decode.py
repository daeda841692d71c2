"""How much the leniency of the models costs: decoding 1,000 workspaces, with it and without.

Prints the ratio of the CPU times (minimum of 40 interleaved rounds). The bare models are the same
classes without markers: plain lists and maps, closed enums, no sentinels.
"""

from __future__ import annotations

import enum
import json
import time
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, create_model

from coder_sdk.models import Workspace
from coder_sdk.wire import OpenEnum, WireList

ROUNDS = 40
WORKSPACES = 1_000
SAMPLE = Path(__file__).parents[1] / "tests" / "data" / "recordings" / "v2.36.0.jsonl"


def bare(annotation: Any, made: dict[type, Any]) -> Any:
    """The same type without leniency."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return bare(get_args(annotation)[0], made)
    if origin in {Union, UnionType}:
        return Union[tuple(bare(part, made) for part in get_args(annotation))]  # noqa: UP007
    if origin in {list, dict}:
        return origin[tuple(bare(part, made) for part in get_args(annotation))]
    if isinstance(annotation, type) and issubclass(annotation, OpenEnum):
        members = {member.name: member.value for member in annotation}
        return made.setdefault(annotation, enum.Enum(annotation.__name__, members, type=str))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return made.get(annotation) or _bare_model(annotation, made)
    return annotation


def _bare_model(model: type[BaseModel], made: dict[type, Any]) -> Any:
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        default = ... if field.is_required() else field.get_default(call_default_factory=True)
        alias = {"alias": field.alias} if field.alias else {}
        fields[name] = (bare(field.annotation, made), Field(default, **alias))
    config = ConfigDict(extra="allow", frozen=True, populate_by_name=True, protected_namespaces=())
    made[model] = create_model(model.__name__, __config__=config, **fields)
    return made[model]


def workspaces() -> bytes:
    """A long list of real workspaces as JSON."""
    found: list[Any] = []
    with SAMPLE.open(encoding="utf-8") as lines:
        for exchange in map(json.loads, lines):
            answer = exchange.get("response", {}).get("json")
            if exchange["operation"] == "GET /api/v2/workspaces" and "workspaces" in answer:
                found += answer["workspaces"]
            elif isinstance(answer, dict) and "latest_build" in answer:
                found.append(answer)
    return json.dumps([found[index % len(found)] for index in range(WORKSPACES)]).encode()


def measure(rounds: int = ROUNDS) -> tuple[float, float]:
    """Seconds of CPU for the lenient and for the bare models."""
    body = workspaces()
    lenient = TypeAdapter(WireList[Workspace])
    plain = TypeAdapter(list[bare(Workspace, {})])
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for index, adapter in enumerate((lenient, plain)):
            start = time.process_time()
            adapter.validate_json(body)
            best[index] = min(best[index], time.process_time() - start)
    return best[0], best[1]


if __name__ == "__main__":
    with_leniency, without = measure()
    print(f"decode 1,000 workspaces: {with_leniency * 1e3:.1f} ms, bare {without * 1e3:.1f} ms")
    print(f"ratio {with_leniency / without:.3f} (goal 1.05)")
