"""Parameters of workspaces: what a build uses, and what a form shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from coder_sdk.testing._session import Session
from coder_sdk.testing._web import Call, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.spec import TemplateSpec

_LIFETIME = 30 * 60.0


def evaluate(spec: TemplateSpec, identifier: int, inputs: dict[str, Any]) -> dict[str, Any]:
    """The parameters with the values in force."""
    return {
        "id": identifier,
        "diagnostics": [],
        "parameters": [item.dynamic(inputs.get(item.name)) for item in spec.parameters],
    }


class ParameterSession(Session):
    """Evaluates parameters again with every message of the client."""

    two_way = True

    def __init__(self, call: Call, spec: TemplateSpec) -> None:
        super().__init__(call.state.clock)
        self._spec = spec
        self.send(evaluate(spec, -1, {}))
        # However busy it is, the server ends the connection after half an hour.
        self._timer = self.clock.schedule(_LIFETIME, lambda: self.end(1001), background=True)

    def receive(self, frame: str | bytes) -> None:
        """Take the inputs and answer with the parameters; bad JSON ends the connection."""
        try:
            value: Any = json.loads(frame)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            self.end(1001)
            return
        message = cast("dict[str, Any]", value)
        self.send(evaluate(self._spec, message.get("id", 0), message.get("inputs") or {}))


def build_parameters(
    spec: TemplateSpec,
    given: dict[str, str],
    before: dict[str, str],
    preset_id: str | None,
    *,
    first: bool,
) -> dict[str, str]:
    """The values that a build uses.

    Unknown names are taken without a word; what is not given keeps its value, except for what
    counts for one build only.

    Raises:
        Refusal: A value is wrong, missing, or cannot be changed.
    """
    values = dict(given)
    preset = next((item for item in spec.presets if item.id == preset_id), None)
    if preset is not None:
        values = {**values, **{name: str(value) for name, value in preset.parameters.items()}}
    problems: list[dict[str, str]] = []
    result: dict[str, str] = {}
    for parameter in spec.parameters:
        old = None if parameter.ephemeral else before.get(parameter.name)
        value = values.get(parameter.name, old)
        if value is None and parameter.required:
            detail = "Required parameter not provided; parameter value is null"
            problems.append({"field": parameter.name, "detail": detail})
            continue
        chosen = parameter.text if value is None else value
        complaint = parameter.complaint(chosen)
        if not complaint and not first and not parameter.mutable and old not in {None, chosen}:
            complaint = (
                f'Immutable parameter changed; Parameter "{parameter.name}" is not mutable, so it '
                "can't be updated after creating a workspace."
            )
        if complaint:
            problems.append({"field": parameter.name, "detail": complaint})
        result[parameter.name] = chosen
    if problems:
        raise refuse(400, "Unable to validate parameters", validations=problems)
    return result
