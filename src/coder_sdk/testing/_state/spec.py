"""What a template provides: parameters, variables, presets, resources and agents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve, field, frozen

from coder_sdk._json import as_list

# A boolean is an integer too.
_KINDS: Final[tuple[tuple[type, str], ...]] = (
    (bool, "bool"),
    (int, "number"),
    (float, "number"),
)


@frozen
class Parameter:
    """A parameter of a template.

    Attributes:
        name: Name.
        default: Value as the wire has it, or any Python value of the parameter's type.
        kind: `string`, `number`, `bool` or `list(string)`; by default that of `default`.
        minimum: Smallest number.
        maximum: Largest number.
        options: Permitted values; with labels as a mapping of value to label.
        mutable: Whether later builds may change it.
        ephemeral: Whether it counts for one build only.
        required: Whether it has no default.
    """

    name: str
    default: Any = ""
    kind: str = ""
    display_name: str = ""
    description: str = ""
    minimum: int | None = None
    maximum: int | None = None
    monotonic: str = ""
    regex: str = ""
    regex_error: str = ""
    options: dict[str, str] = field(factory=dict[str, str])
    mutable: bool = True
    ephemeral: bool = False
    required: bool = False

    @property
    def type(self) -> str:
        """The type on the wire."""
        if self.kind:
            return self.kind
        if isinstance(self.default, (list, tuple)):
            return "list(string)"
        return next((name for kind, name in _KINDS if isinstance(self.default, kind)), "string")

    @property
    def text(self) -> str:
        """The default as the wire has it."""
        return to_text(self.default)

    def complaint(self, value: str) -> str:
        """What is wrong with a value; empty if nothing is."""
        wrong = next((item for item in self._chosen(value) if item not in self.options), None)
        if self.options and wrong is not None:
            return f'Parameter value "{wrong}" is not one of the options'
        if self.type == "number":
            return self._number_complaint(value)
        if self.type == "bool" and value not in {"true", "false"}:
            return f'Value "{value}" is not a valid boolean'
        if self.regex and re.search(self.regex, value) is None:
            reason = self.regex_error or f'value "{value}" does not match "{self.regex}"'
            return f"Invalid parameter value according to 'validation' block; {reason}"
        return ""

    def _chosen(self, value: str) -> list[str]:
        """The options that a value stands for: several in a list."""
        if self.type != "list(string)":
            return [value]
        import json  # noqa: PLC0415 - lists are rare

        try:
            items: Any = json.loads(value)
        except ValueError:
            return [value]
        return [str(item) for item in as_list(items)] if isinstance(items, list) else [value]

    def _number_complaint(self, value: str) -> str:
        try:
            number = float(value)
        except ValueError:
            return f'Value "{value}" is not a valid number'
        prefix = "Invalid parameter value according to 'validation' block; value"
        if self.maximum is not None and number > self.maximum:
            return f"{prefix} {value} is more than the maximum {self.maximum}"
        if self.minimum is not None and number < self.minimum:
            return f"{prefix} {value} is less than the minimum {self.minimum}"
        return ""

    def wire(self) -> dict[str, Any]:
        """The parameter as the classic list shows it."""
        value: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "description_plaintext": self.description,
            "type": self.type,
            "form_type": self.form,
            "mutable": self.mutable,
            "default_value": "" if self.required else self.text,
            "icon": "",
            "options": [
                {"name": label, "description": "", "value": option, "icon": ""}
                for option, label in self.options.items()
            ],
            "required": self.required,
            "ephemeral": self.ephemeral,
        }
        named = {
            "display_name": self.display_name,
            "validation_error": self.regex_error,
            "validation_regex": self.regex,
            "validation_monotonic": self.monotonic,
        }
        value.update({key: given for key, given in named.items() if given})
        if self.minimum is not None:
            value["validation_min"] = self.minimum
        if self.maximum is not None:
            value["validation_max"] = self.maximum
        return value

    @property
    def form(self) -> str:
        """Kind of input that the dashboard shows."""
        if self.options:
            return "multi-select" if self.type == "list(string)" else "radio"
        return {"bool": "checkbox", "list(string)": "tag-select"}.get(self.type, "input")

    def dynamic(self, given: str | None) -> dict[str, Any]:
        """The parameter as dynamic parameters show it, with the value in force."""
        default = {"value": "" if self.required else self.text, "valid": not self.required}
        value = default if given is None else {"value": given, "valid": True}
        complaint = self.complaint(str(value["value"])) if value["valid"] else ""
        return {
            "name": self.name,
            "display_name": self.display_name,
            "description": self.description,
            "type": self.type,
            "form_type": self.form,
            "styling": {},
            "mutable": self.mutable,
            "default_value": default,
            "icon": "",
            "options": [
                {
                    "name": label,
                    "description": "",
                    "value": {"value": option, "valid": True},
                    "icon": "",
                }
                for option, label in self.options.items()
            ],
            "validations": self._validations(),
            "required": self.required,
            "order": 0,
            "ephemeral": self.ephemeral,
            "value": value,
            "diagnostics": [_diagnostic(complaint)] if complaint else [],
        }

    def _validations(self) -> list[dict[str, Any]]:
        bounds = (self.minimum, self.maximum)
        if bounds == (None, None) and not self.regex and not self.monotonic:
            return []
        return [
            {
                "validation_error": self.regex_error,
                "validation_regex": self.regex or None,
                "validation_min": self.minimum,
                "validation_max": self.maximum,
                "validation_monotonic": self.monotonic or None,
            }
        ]


def _diagnostic(complaint: str) -> dict[str, Any]:
    return {"severity": "error", "summary": complaint, "detail": "", "extra": {"code": ""}}


def to_text(value: Any) -> str:
    """A Python value as parameters have it on the wire."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        import json  # noqa: PLC0415 - lists are rare

        return json.dumps(value, separators=(",", ":"))
    return str(value)


@frozen
class Variable:
    """A Terraform variable of a template."""

    name: str
    default: str = ""
    required: bool = False
    sensitive: bool = False
    description: str = ""
    kind: str = "string"

    def wire(self, given: str | None) -> dict[str, Any]:
        """The variable as the API shows it; sensitive values are redacted."""
        value = self.default if given is None else given
        hidden = self.sensitive and value
        return {
            "name": self.name,
            "description": self.description,
            "type": self.kind,
            "value": "*redacted*" if hidden else value,
            "default_value": "*redacted*" if self.sensitive and self.default else self.default,
            "required": self.required,
            "sensitive": self.sensitive,
        }


@frozen
class Preset:
    """A named set of parameter values."""

    name: str
    parameters: dict[str, Any] = field(factory=dict[str, Any])
    default: bool = False
    id: str = ""

    def wire(self) -> dict[str, Any]:
        """The preset as the API shows it: with Go's names."""
        return {
            "ID": self.id,
            "Name": self.name,
            "Parameters": [
                {"Name": name, "Value": to_text(value)} for name, value in self.parameters.items()
            ]
            or None,
            "Default": self.default,
            "DesiredPrebuildInstances": None,
            "Description": "",
            "Icon": "",
        }


@frozen
class App:
    """An application of an agent."""

    slug: str
    display_name: str = ""
    url: str = "http://localhost:8080"
    external: bool = False
    subdomain: bool = False
    sharing_level: str = "owner"


@frozen
class Metadata:
    """An item of metadata that an agent collects."""

    key: str
    value: str
    display_name: str = ""
    script: str = ""
    interval: int = 1
    error: str = ""


@frozen
class AgentSpec:
    """An agent of a workspace.

    Attributes:
        name: Name.
        startup_logs: Lines that the startup script prints.
        startup: How the startup script ends: `ready`, `start_error` or `start_timeout`.
        connects: Whether the agent ever connects.
        delay: Seconds that it takes longer than others to connect.
        blocking: Whether logins wait for the startup script.
        latency: Milliseconds to each region by its name, the preferred one first.
    """

    name: str = "main"
    startup_logs: tuple[str, ...] = ("Preparing the workspace", "Done")
    startup: str = "ready"
    connects: bool = True
    delay: float = 0.0
    blocking: bool = True
    apps: tuple[App, ...] = ()
    metadata: tuple[Metadata, ...] = ()
    environment: dict[str, str] = field(factory=dict[str, str])
    directory: str = "/home/coder"
    operating_system: str = "linux"
    architecture: str = "amd64"
    ports: tuple[tuple[int, str], ...] = ()
    latency: Mapping[str, float] = field(factory=lambda: {"Coder Embedded Relay": 0.4})


@frozen
class TemplateSpec:
    """What builds from a template version do.

    Attributes:
        import_error: Error and code with which the import fails.
        build_error: Error and code with which builds that start fail.
        hangs: Whether builds run until they are canceled.
    """

    parameters: tuple[Parameter, ...] = ()
    variables: tuple[Variable, ...] = ()
    presets: tuple[Preset, ...] = ()
    agents: tuple[AgentSpec, ...] = (AgentSpec(),)
    daily_cost: int = 0
    ai_task: bool = False
    external_agent: bool = False
    external_auth: tuple[str, ...] = ()
    import_error: tuple[str, str] | None = None
    build_error: tuple[str, str] | None = None
    hangs: bool = False
    import_hangs: bool = False
    resource_type: str = "docker_container"

    def with_ids(self, new_id: Any) -> TemplateSpec:
        """The same with ids for what the server stores."""
        return evolve(self, presets=tuple(evolve(preset, id=new_id()) for preset in self.presets))

    def parameter(self, name: str) -> Parameter | None:
        """A parameter by name."""
        return next((item for item in self.parameters if item.name == name), None)
