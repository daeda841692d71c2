"""Reads as much of an uploaded template as a fake build needs."""

from __future__ import annotations

import io
import re
import tarfile
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from coder_sdk.testing._state.spec import AgentSpec, Parameter, Preset, TemplateSpec, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = re.compile(r'^\s*(data|resource|variable)\s+"([^"]+)"(?:\s+"([^"]+)")?\s*\{', re.MULTILINE)
_ATTRIBUTE: Final = r"^\s*{name}\s*=\s*(.+?)\s*$"
_BROKEN: Final = ("template import provision for start: terraform plan: exit status 1", "")


def read_spec(content: bytes, base: TemplateSpec) -> TemplateSpec:
    """What an archive of Terraform files builds.

    Parameters, variables, agents, presets, AI tasks and external authentication are found; values
    other than literals are taken for empty. A file that does not close its blocks fails the
    import.

    Args:
        content: A tar archive.
        base: Gives what the archive does not say.
    """
    source = "\n".join(_sources(content))
    if not source:
        return base
    if source.count("{") != source.count("}"):
        return evolve(base, import_error=_BROKEN)
    blocks = list(_blocks(source))
    agents = [_agent(name, body) for kind, label, name, body in blocks
              if (kind, label) == ("resource", "coder_agent")]  # fmt: skip
    labels = {label for _, label, _, _ in blocks}
    return evolve(
        base,
        parameters=tuple(_parameter(name, body) for _, label, name, body in blocks
                         if label == "coder_parameter") or base.parameters,
        variables=tuple(_variable(label, body) for kind, label, _, body in blocks
                        if kind == "variable") or base.variables,
        presets=tuple(_preset(name, body) for _, label, name, body in blocks
                      if label == "coder_workspace_preset") or base.presets,
        agents=tuple(agents) or base.agents,
        ai_task=base.ai_task or "coder_ai_task" in labels,
        external_agent=base.external_agent or "coder_external_agent" in labels,
        external_auth=tuple(_text(body, "id") or name for _, label, name, body in blocks
                            if label == "coder_external_auth") or base.external_auth,
    )  # fmt: skip


def readme_of(content: bytes) -> str:
    """The text of the archive's README; empty if it has none."""
    for name, text in _members(content):
        if name.lower().removeprefix("./") == "readme.md":
            return text
    return ""


def _members(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive.getmembers():
                found = archive.extractfile(member) if member.isfile() else None
                if found is not None:
                    yield member.name, found.read().decode("utf-8", "replace")
    except tarfile.TarError:
        return


def _sources(content: bytes) -> list[str]:
    return [
        re.sub(r"^\s*(#|//).*$", "", text, flags=re.MULTILINE)
        for name, text in _members(content)
        if name.endswith(".tf")
    ]


def _blocks(source: str) -> Iterator[tuple[str, str, str, str]]:
    for found in _BLOCK.finditer(source):
        depth, end = 1, found.end()
        while depth and end < len(source):
            depth += {"{": 1, "}": -1}.get(source[end], 0)
            end += 1
        kind, label, name = found.groups()
        yield kind, label, name or "", source[found.end() : end - 1]


def _raw(body: str, name: str) -> str:
    found = re.search(_ATTRIBUTE.format(name=name), body, re.MULTILINE)
    return found[1] if found else ""


def _text(body: str, name: str) -> str:
    raw = _raw(body, name)
    return raw[1:-1] if raw[:1] == '"' and raw[-1:] == '"' else ""


def _literal(body: str, name: str) -> str | None:
    raw = _raw(body, name)
    if not raw or raw == "null":
        return None
    if raw[0] == '"':
        return raw.strip('"')
    return raw if re.fullmatch(r"-?[\d.]+|true|false", raw) else ""


def _int(body: str, name: str) -> int | None:
    raw = _raw(body, name)
    return int(raw) if re.fullmatch(r"-?\d+", raw) else None


def _parameter(name: str, body: str) -> Parameter:
    default = _literal(body, "default")
    options: dict[str, str] = {}
    for block in re.findall(r"option\s*\{(.*?)\}", body, re.DOTALL):
        options[_text(block, "value")] = _text(block, "name")
    outer = re.sub(r"(option|validation)\s*\{.*?\}", "", body, flags=re.DOTALL)
    checks = re.search(r"validation\s*\{(.*?)\}", body, re.DOTALL)
    validation = checks[1] if checks else ""
    return Parameter(
        name=_text(outer, "name") or name,
        default="" if default is None else default,
        kind=_text(outer, "type") or "string",
        display_name=_text(outer, "display_name"),
        description=_text(outer, "description"),
        minimum=_int(validation, "min"),
        maximum=_int(validation, "max"),
        monotonic=_text(validation, "monotonic"),
        regex=_text(validation, "regex"),
        regex_error=_text(validation, "error"),
        options=options,
        # Terraform's provider says that parameters cannot be changed unless told otherwise.
        mutable=_raw(outer, "mutable") == "true",
        ephemeral=_raw(outer, "ephemeral") == "true",
        required=default is None,
    )


def _variable(name: str, body: str) -> Variable:
    default = _literal(body, "default")
    return Variable(
        name=name,
        default=default or "",
        required=default is None and not re.search(r"^\s*default\s*=", body, re.MULTILINE),
        sensitive=_raw(body, "sensitive") == "true",
        description=_text(body, "description"),
        kind=_raw(body, "type").strip('"') or "string",
    )


def _preset(name: str, body: str) -> Preset:
    table = re.search(r"parameters\s*=\s*\{(.*?)\}", body, re.DOTALL)
    pairs: list[tuple[str, Any]] = re.findall(
        r'"?([\w.\[\]-]+)"?\s*[=:]\s*"?([^"\n,]*)"?', table[1] if table else ""
    )
    return Preset(
        name=_text(body, "name") or name,
        parameters={key: value.strip() for key, value in pairs},
        default=_raw(body, "default") == "true",
    )


def _agent(name: str, body: str) -> AgentSpec:
    return AgentSpec(
        name=name,
        operating_system=_text(body, "os") or "linux",
        architecture=_text(body, "arch") or "amd64",
        directory=_text(body, "dir") or "/home/coder",
        blocking=_text(body, "startup_script_behavior") == "blocking",
    )
