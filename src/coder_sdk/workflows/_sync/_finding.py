# Derived from `src/coder_sdk/workflows/_async/_finding.py`
# by `python -m codegen colours`; edit that file.
"""Reads workspaces, templates and parameters, with as few requests as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from coder_sdk._errors.base import CoderError, RequestValidationError
from coder_sdk._errors.status import APIStatusError, FeatureUnavailableError, NotFoundError
from coder_sdk._request import OMIT, Omit, is_uuid
from coder_sdk._suggestions import absence_expected
from coder_sdk.workflows._clients import remembered
from coder_sdk.workflows._near import near
from coder_sdk.workflows._targets import (
    Target,
    is_other_template,
    one_template,
    target_of,
)
from coder_sdk.workflows.parameters import (
    ParameterDefinition,
    check_answered,
    checked,
    from_dynamic,
    from_static,
    unanswered,
    unanswered_error,
    unknown_names,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk._client import Client
    from coder_sdk._errors.status import BadRequestError
    from coder_sdk._refs import TemplateRef, TemplateVersionRef, UserRef, WorkspaceRef
    from coder_sdk.models import Preset, Template, TemplateVersion, Workspace
    from coder_sdk.workflows.parameters import ParameterValue


def read_workspace(
    client: Client, workspace: WorkspaceRef | Target, *, deleted: bool = False
) -> Workspace:
    """Read a workspace by one request.

    Args:
        client: The client.
        workspace: Model, UUID, `name`, `owner/name`, or any of these taken apart.
        deleted: Also find it when it was deleted.

    Raises:
        NotFoundError: There is none; `GoneError` if it was deleted.
    """
    target = workspace if isinstance(workspace, Target) else target_of(workspace)
    include = True if deleted else OMIT
    if target.identifier is not None:
        return client.workspaces.get(target.identifier, include_deleted=include)
    return client.workspaces.get_by_name(target.owner, target.name, include_deleted=include)


def find_workspace(client: Client, workspace: WorkspaceRef | Target) -> Workspace | None:
    """Read a workspace by one request; `None` if there is none."""
    try:
        with absence_expected():
            return read_workspace(client, workspace)
    except NotFoundError:
        return None


def read_template(client: Client, template: TemplateRef) -> Template:
    """Read a template; a model is taken as it is.

    Raises:
        NotFoundError: There is none; the hint has names that are like it.
        AmbiguousError: Several organizations have one of that name.
    """
    if isinstance(template, UUID):
        return client.templates.get(template)
    if not isinstance(template, str):
        known: Any = template
        return known if hasattr(known, "deprecated") else client.templates.get(template)
    if is_uuid(template):
        return client.templates.get(template)
    organization, slash, name = template.partition("/")
    if slash:
        return client.templates.get_by_name(organization, name)
    found = client.templates.list(exact_name=template)
    if not found:
        # Only for the hint: names that are like the one that was asked for.
        found = client.templates.list()
    return one_template(template, found)


def read_version(
    client: Client, version: TemplateVersionRef, template: TemplateRef | Omit
) -> TemplateVersion:
    """Read a template version; its name alone is enough beside the template."""
    if isinstance(version, str) and not is_uuid(version) and "/" not in version:
        if isinstance(template, Omit):
            raise RequestValidationError(
                f"The template version {version!r} needs a `template`, or the form "
                "`template/version`.",
                parameter="template_version",
            )
        return client.template_versions.get_by_name(template, version)
    return client.template_versions.get(version)


def differs_in_template(client: Client, workspace: Workspace, template: TemplateRef) -> bool:
    """Whether a workspace is made from another template; asks only if it has to."""
    differs = is_other_template(workspace, template)
    if differs is not None:
        return differs
    memory = remembered(client)
    key = ("organization", "default")
    if key not in memory:
        memory[key] = (client.organizations.get("default")).id
    return bool(memory[key] != workspace.organization_id)


def read_definitions(client: Client, version_id: UUID) -> tuple[ParameterDefinition, ...]:
    """The parameters of a version; they cannot change, so they are read once a client."""
    memory = remembered(client)
    key = ("parameters", version_id)
    if key not in memory:
        found = client.template_versions.rich_parameters(version_id)
        memory[key] = tuple(from_static(item) for item in found)
    known: tuple[ParameterDefinition, ...] = memory[key]
    return known


def definitions_for(
    client: Client,
    version_id: UUID,
    given: Mapping[str, ParameterValue],
    owner: UserRef | Omit = OMIT,
) -> tuple[ParameterDefinition, ...]:
    """The parameters that are in force with these values.

    What the import found is enough as long as every name is among it. A name that is not may be a
    parameter that appears only with certain values of others, which the server is asked for.
    """
    known = read_definitions(client, version_id)
    if not unknown_names(known, given):
        return known
    return _in_force(client, version_id, given, owner) or known


def _in_force(
    client: Client,
    version_id: UUID,
    given: Mapping[str, ParameterValue],
    owner: UserRef | Omit,
) -> tuple[ParameterDefinition, ...] | None:
    """The parameters that the server has with these values; `None` if it cannot tell."""
    inputs = {name: _plain(value) for name, value in given.items()}
    owner_id: Any = OMIT
    if not isinstance(owner, Omit) and owner != "me":
        owner_id = (client.users.get(owner)).id
    try:
        answer = client.template_versions.evaluate_parameters(
            version_id, id=0, inputs=inputs, owner_id=owner_id
        )
    except (NotFoundError, FeatureUnavailableError):
        return None  # a server from before such parameters
    except APIStatusError as error:
        if error.status < 500:  # noqa: PLR2004 - a template without such parameters
            return None
        raise
    return tuple(from_dynamic(item) for item in answer.parameters)


def _plain(value: ParameterValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def check_parameters(
    client: Client,
    version_id: UUID,
    given: Mapping[str, ParameterValue] | None,
    *,
    owner: UserRef | Omit = OMIT,
    previous: Mapping[str, str] | None = None,
) -> list[dict[str, str]] | Omit:
    """The given values as they are sent; nothing is asked if none were given.

    Raises:
        RequestValidationError: A name is unknown, or a value does not fit.
    """
    if not given:
        return OMIT
    definitions = definitions_for(client, version_id, given, owner)
    values = checked(definitions, given, previous)
    return [{"name": name, "value": value} for name, value in values.items()]


def check_new(
    client: Client,
    version_id: UUID,
    given: Mapping[str, ParameterValue] | None,
    preset: Preset | None,
    owner: str,
) -> list[dict[str, str]] | Omit:
    """The given values of a new workspace as they are sent; nothing is asked if none were given.

    Then the server refuses what is missing, which `explain_refusal` puts into the same words.

    Raises:
        RequestValidationError: A name is unknown, a value does not fit, or one is missing.
    """
    if not given:
        return OMIT
    definitions = definitions_for(client, version_id, given, owner)
    values = checked(definitions, given)
    answers: dict[str, str] = {**values}
    if preset is not None:
        answers.update({item.name: item.value for item in preset.parameters})
    if unanswered(definitions, answers):
        # With these values the template may not ask for what its import found.
        definitions = _in_force(client, version_id, answers, owner) or definitions
        check_answered(definitions, answers)
    return [{"name": name, "value": value} for name, value in values.items()]


def explain_refusal(
    client: Client,
    error: BadRequestError,
    version_id: UUID,
    *,
    given: Mapping[str, ParameterValue],
    preset: Preset | None,
    owner: UserRef,
) -> None:
    """Name the parameters that are missing, if the server refused a build for want of them.

    Raises:
        RequestValidationError: A parameter is missing.
    """
    answers: dict[str, ParameterValue] = dict(given)
    if preset is not None:
        answers.update({item.name: item.value for item in preset.parameters})
    try:
        definitions = read_definitions(client, version_id)
        if unanswered(definitions, answers):
            definitions = _in_force(client, version_id, answers, owner) or definitions
    except CoderError:
        return  # what the server said has to do
    missing = unanswered_error(definitions, answers)
    if missing is not None:
        raise missing from error


def read_preset(client: Client, version_id: UUID, preset: UUID | str) -> Preset:
    """A preset of a version, by its name or UUID.

    Raises:
        RequestValidationError: The version has no such preset.
    """
    memory = remembered(client)
    key = ("presets", version_id)
    if key not in memory:
        memory[key] = client.template_versions.presets(version_id)
    presets: list[Preset] = memory[key]
    text = str(preset)
    for item in presets:
        if text == str(item.id) or text.lower() == item.name.lower():
            return item
    raise RequestValidationError(
        f"The template has no preset {text!r}.",
        parameter="preset",
        hint=near(text, [item.name for item in presets]) or "It has no presets at all.",
    )


def build_values(client: Client, build_id: UUID) -> dict[str, str]:
    """The parameters that a build used; they cannot change, but only its last one matters."""
    return {item.name: item.value for item in client.builds.parameters(build_id)}
