"""Templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._lookup import organization_of, sees_template, template_of
from coder_sdk.testing._query import Body, Page, flag, valid_name
from coder_sdk.testing._router import Routes
from coder_sdk.testing._search import search
from coder_sdk.testing._state.templates import Template
from coder_sdk.testing._views import template_wire
from coder_sdk.testing._web import Call, Reply, answer, message, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._search import Search
    from coder_sdk.testing._state.deployment import Deployment
    from coder_sdk.testing._state.templates import Version
    from coder_sdk.testing._state.users import User

routes = Routes()
_KEYS: Final = {
    "deleted", "organization", "exact_name", "exact_display_name", "name", "display_name", "ids",
    "deprecated", "has-ai-task", "author_id", "author", "has_external_agent",
}  # fmt: skip
_DAYS: Final = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# Name in the request that creates -> name of the setting.
_RENAMED: Final = {
    "dormant_ttl_ms": "time_til_dormant_ms",
    "delete_ttl_ms": "time_til_dormant_autodelete_ms",
    "template_use_classic_parameter_flow": "use_classic_parameter_flow",
}
# A deployment without licence drops these silently.
_LICENSED: Final[dict[str, str]] = {
    "require_active_version": "access_control",
    "deprecation_message": "access_control",
    "failure_ttl_ms": "advanced_template_scheduling",
    "time_til_dormant_ms": "advanced_template_scheduling",
    "time_til_dormant_autodelete_ms": "advanced_template_scheduling",
    "autostop_requirement": "advanced_template_scheduling",
    "autostart_requirement": "advanced_template_scheduling",
    "allow_user_autostart": "advanced_template_scheduling",
    "allow_user_autostop": "advanced_template_scheduling",
    "max_port_share_level": "control_shared_ports",
}


def default_settings() -> dict[str, Any]:
    """Settings of a new template."""
    return {
        "description": "",
        "display_name": "",
        "icon": "",
        "default_ttl_ms": 0,
        "activity_bump_ms": 3600000,
        "time_til_autostop_notify_ms": 0,
        "autostop_requirement": {"days_of_week": [], "weeks": 1},
        "autostart_requirement": {"days_of_week": list(_DAYS)},
        "allow_user_autostart": True,
        "allow_user_autostop": True,
        "allow_user_cancel_workspace_jobs": False,
        "failure_ttl_ms": 0,
        "time_til_dormant_ms": 0,
        "time_til_dormant_autodelete_ms": 0,
        "require_active_version": False,
        "deprecation_message": "",
        "max_port_share_level": "public",
        "cors_behavior": "simple",
        "use_classic_parameter_flow": False,
        "disable_module_cache": False,
    }


@routes("GET", "/api/v2/templates")
def list_templates(call: Call) -> Reply:
    """List the templates that the caller sees."""
    return answer(_found(call, None))


@routes("GET", "/api/v2/templates/examples")
@routes("GET", "/api/v2/organizations/{organization}/templates/examples")
def examples(call: Call) -> Reply:
    """List the templates that come with the server; this one has one."""
    del call
    example = {
        "id": "docker",
        "url": "",
        "name": "Docker Containers",
        "description": "Docker containers",
        "icon": "/icon/docker.png",
        "tags": ["docker", "container"],
        "markdown": "",
    }
    return answer([example])


@routes("GET", "/api/v2/organizations/{organization}/templates")
def organization_templates(call: Call) -> Reply:
    """List the templates of an organization."""
    return answer(_found(call, organization_of(call).id))


def _found(call: Call, organization_id: str | None) -> list[dict[str, Any]]:
    wanted = search("template", call.get("q"), _KEYS, "display_name")
    found = [
        template
        for template in call.state.templates.values()
        if sees_template(call, template)
        and organization_id in {None, template.organization_id}
        and _fits(call.state, call.actor.user, template, wanted)
    ]
    found.sort(key=lambda template: template.name)
    return [template_wire(call.state, template) for template in found]


def _fits(state: Deployment, user: User, template: Template, wanted: Search) -> bool:
    spec = state.versions[template.active_version_id].spec
    flags: tuple[tuple[str, bool], ...] = (
        ("has-ai-task", spec.ai_task),
        ("has_external_agent", spec.external_agent),
    )
    # Unless they are asked for, these are left out.
    hidden: tuple[tuple[str, bool], ...] = (
        ("deleted", template.deleted),
        ("deprecated", bool(template.settings["deprecation_message"])),
    )
    return (
        all(value == bool(wanted.truth(key)) for key, value in hidden)
        and all(not wanted.has(key) or wanted.truth(key) == value for key, value in flags)
        and _is_named(template, wanted)
        and _belongs(state, user, template, wanted)
    )


def _is_named(template: Template, wanted: Search) -> bool:
    title = str(template.settings["display_name"]).lower()
    name = template.name.lower()
    for key, text in (("exact_name", name), ("exact_display_name", title)):
        if wanted.has(key) and wanted.one(key) != text:
            return False
    return wanted.one("name") in name and wanted.one("display_name") in (title or name)


def _belongs(state: Deployment, user: User, template: Template, wanted: Search) -> bool:
    if wanted.has("ids") and template.id not in wanted.identifiers("ids"):
        return False
    if wanted.has("author_id") and template.creator.id not in wanted.identifiers("author_id"):
        return False
    author = wanted.one("author")
    if author and template.creator.username.lower() != (
        user.username.lower() if author == "me" else author
    ):
        return False
    if wanted.has("organization"):
        organization = state.find_organization(wanted.one("organization"))
        return organization is not None and organization.id == template.organization_id
    return True


@routes("POST", "/api/v2/organizations/{organization}/templates")
def create_template(call: Call) -> Reply:
    """Make a template out of a version, even of one whose import failed."""
    organization = organization_of(call)
    if not call.actor.can("template", "create", organization=organization.id):
        raise missing()
    body = Body(call)
    name = body.text("name")
    if not valid_name(name):
        body.fail("name", "template_name" if name else "required", name)
    if not body.text("template_version_id"):
        body.fail("template_version_id", "required", "")
    body.finish()
    _check_name(call, organization.id, name, None)
    version = call.state.versions.get(body.text("template_version_id"))
    if version is None or version.organization_id != organization.id:
        detail = "Template version does not exist"
        raise refuse(
            404,
            f'Template version "{body.text("template_version_id")}" does not exist.',
            validations=[{"field": "template_version_id", "detail": detail}],
        )
    template = add_template(call.state, call.actor.user, version, name)
    given = _typed(body)
    given.setdefault("allow_user_cancel_workspace_jobs", False)
    _apply(call.state, template, given)
    call.state.log_audit(
        call.actor.user, "create", "template", template.id, name, organization=organization,
        status=201,
    )  # fmt: skip
    return answer(template_wire(call.state, template), 201)


def _check_name(call: Call, organization_id: str, name: str, own: Template | None) -> None:
    for other in call.state.live_templates():
        taken = other.name.lower() == name.lower() and other.organization_id == organization_id
        if taken and other is not own:
            detail = "This value is already in use and should be unique."
            raise refuse(
                409,
                f'Template with name "{name}" already exists.',
                validations=[{"field": "name", "detail": detail}],
            )


def add_template(state: Deployment, user: User, version: Version, name: str) -> Template:
    """Make a template whose active version is given."""
    template = Template(
        id=state.new_id(),
        organization_id=version.organization_id,
        name=name,
        created_at=state.now,
        creator=user,
        active_version_id=version.id,
        settings=default_settings(),
        provisioner=version.provisioner,
    )
    template.group_acl[version.organization_id] = "use"
    version.template_id = template.id
    state.templates[template.id] = template
    return template


def _typed(body: Body) -> dict[str, Any]:
    """The settings in a body, by the names that templates show them under."""
    known = default_settings()
    typed = {
        _RENAMED.get(key, key): body.like(key, known.get(_RENAMED.get(key, key), ""))
        for key, value in body.values.items()
        if value is not None and _RENAMED.get(key, key) in known
    }
    for name in {"autostop_requirement", "autostart_requirement"} & typed.keys():
        given = Body.of(typed[name])
        days = set(given.strings("days_of_week"))
        typed[name] = {"days_of_week": [day for day in _DAYS if day in days]}
        if name == "autostop_requirement":
            typed[name]["weeks"] = max(given.number("weeks"), 1)
    return typed


def _apply(state: Deployment, template: Template, given: dict[str, Any]) -> None:
    for key, value in given.items():
        feature = _LICENSED.get(key)
        licensed = feature is None or state.has_feature(feature)
        if key in template.settings and value is not None and licensed:
            template.settings[key] = value


@routes("GET", "/api/v2/templates/{template}")
def get_template(call: Call) -> Reply:
    """Show a template."""
    return answer(template_wire(call.state, template_of(call)))


def named_template(call: Call) -> Template:
    """The template that the path names within its organization."""
    organization = organization_of(call)
    name = call.params["templatename"].lower()
    for template in call.state.live_templates():
        fits = template.organization_id == organization.id and template.name.lower() == name
        if fits and sees_template(call, template):
            return template
    raise missing()


@routes("GET", "/api/v2/organizations/{organization}/templates/{templatename}")
def get_named_template(call: Call) -> Reply:
    """Show a template by its name."""
    return answer(template_wire(call.state, named_template(call)))


@routes("PATCH", "/api/v2/templates/{template}")
def patch_template(call: Call) -> Reply:
    """Change settings; what needs a licence that is missing is dropped without a word."""
    template = template_of(call, "update")
    body = Body(call)
    name = body.text("name")
    if name and not valid_name(name):
        body.fail("name", "template_name", name)
    body.finish()
    problems = [
        {"field": key, "detail": "Must be a positive integer."}
        for key in ("default_ttl_ms", "activity_bump_ms", "failure_ttl_ms", "time_til_dormant_ms")
        if body.number(key) < 0
    ]
    if problems:
        raise refuse(400, "Invalid request to update template metadata!", validations=problems)
    if name:
        _check_name(call, template.organization_id, name, template)
        template.name = name
    _apply(call.state, template, _typed(body))
    template.updated_at = call.state.now
    call.state.log_audit(call.actor.user, "write", "template", template.id, template.name)
    return answer(template_wire(call.state, template))


@routes("DELETE", "/api/v2/templates/{template}")
def delete_template(call: Call) -> Reply:
    """Delete a template that no workspace uses."""
    template = template_of(call, "delete")
    if any(item.template_id == template.id for item in call.state.live_workspaces()):
        raise refuse(400, "All workspaces must be deleted before a template can be removed.")
    template.deleted = True
    template.updated_at = call.state.now
    call.state.log_audit(call.actor.user, "delete", "template", template.id, template.name)
    return message(200, "Template has been deleted!")


@routes("PATCH", "/api/v2/templates/{template}/versions")
def promote(call: Call) -> Reply:
    """Make a version the active one."""
    template = template_of(call, "update")
    body = Body(call)
    version = call.state.versions.get(body.text("id"))
    if version is None:
        raise refuse(404, "Template version not found.")
    if version.template_id != template.id:
        raise refuse(400, "The provided template version doesn't belong to the specified template.")
    if version.job.status != "succeeded":
        raise refuse(400, "Only versions that have been built successfully can be promoted.")
    if version.archived:
        raise refuse(400, "The provided template version is archived.")
    template.active_version_id = version.id
    template.updated_at = call.state.now
    call.state.log_audit(call.actor.user, "write", "template", template.id, template.name)
    return message(200, "Updated the active template version!")


@routes("GET", "/api/v2/templates/{template}/versions")
def list_versions(call: Call) -> Reply:
    """List the versions, the oldest first."""
    template = template_of(call)
    page = Page(call)
    versions = [v for v in call.state.versions.values() if v.template_id == template.id]
    behind = page.after(versions, lambda version: version.id)
    if behind is None:
        raise refuse(400, f'Record at "after_id" ("{page.after_id}") does not exists.')
    archived = flag(call, "include_archived")
    shown = [version for version in behind if archived or not version.archived]
    return answer([version.wire() for version in page.cut(shown)])


def version_named(call: Call, template: Template, name: str) -> Version:
    """A version of a template by name."""
    for version in call.state.versions.values():
        if version.template_id == template.id and version.name.lower() == name.lower():
            return version
    raise refuse(404, f'No template version found by name "{name}".')


@routes("GET", "/api/v2/templates/{template}/versions/{templateversionname}")
def get_version_by_name(call: Call) -> Reply:
    """Show a version by its name."""
    name = call.params["templateversionname"]
    return answer(version_named(call, template_of(call), name).wire())


_NAMED: Final = "/api/v2/organizations/{organization}/templates/{templatename}/versions"


@routes("GET", _NAMED + "/{templateversionname}")
def get_named_version(call: Call) -> Reply:
    """Show a version by the names of its template and its own."""
    name = call.params["templateversionname"]
    return answer(version_named(call, named_template(call), name).wire())


@routes("GET", _NAMED + "/{templateversionname}/previous")
def previous_version(call: Call) -> Reply:
    """Show the version before a version; none is answered by 204."""
    template = named_template(call)
    current = version_named(call, template, call.params["templateversionname"])
    versions = [v for v in call.state.versions.values() if v.template_id == template.id]
    index = versions.index(current)
    return answer(versions[index - 1].wire()) if index else Reply(204)


@routes("POST", "/api/v2/templates/{template}/versions/archive")
def archive_unused(call: Call) -> Reply:
    """Archive versions that nothing uses: the failed ones, or all."""
    template = template_of(call, "update")
    everything = Body(call).truth("all")
    archived: list[str] = []
    for version in call.state.versions.values():
        unused = version.template_id == template.id and not is_used(call.state, version)
        if unused and (everything or version.job.status == "failed"):
            if not version.archived or everything:
                archived.append(version.id)
            version.archived = True
    return answer({"template_id": template.id, "archived_ids": archived or None})


def is_used(state: Deployment, version: Version) -> bool:
    """Whether a version is active or some workspace's latest build has it."""
    if any(t.active_version_id == version.id for t in state.live_templates()):
        return True
    return any(w.latest.version_id == version.id for w in state.live_workspaces())
