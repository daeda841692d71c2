"""Template versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._builds import make_agent
from coder_sdk.testing._handlers.templates import is_used
from coder_sdk.testing._imports import add_version
from coder_sdk.testing._jobs import cancel_job
from coder_sdk.testing._logs import job_logs, upgrade_required
from coder_sdk.testing._lookup import organization_of, version_of
from coder_sdk.testing._parameters import ParameterSession, evaluate
from coder_sdk.testing._query import Body, valid_version_name
from coder_sdk.testing._router import Routes
from coder_sdk.testing._state.files import StoredFile
from coder_sdk.testing._state.workspaces import Resource
from coder_sdk.testing._times import ZERO_UUID, stamp
from coder_sdk.testing._views import resource_wire
from coder_sdk.testing._web import Call, Reply, answer, message, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.templates import Version

routes = Routes()
_VERSION: Final = "/api/v2/templateversions/{templateversion}"


@routes("POST", "/api/v2/organizations/{organization}/templateversions")
def create_version(call: Call) -> Reply:
    """Make a version out of an uploaded archive and import it."""
    organization = organization_of(call)
    body = Body(call)
    _check(body)
    if not call.actor.can("template", "create", organization=organization.id):
        raise missing()
    template_id = body.text("template_id") or None
    if template_id == ZERO_UUID:
        template_id = None
    if template_id is not None and template_id not in call.state.templates:
        raise refuse(404, "Template does not exist.")
    _check_name(call, template_id, body.text("name"))
    file_id = body.text("file_id")
    if file_id and file_id not in call.state.files:
        raise refuse(404, "File not found.")
    if not file_id:
        file_id = _example_file(call)
    version = add_version(
        call.state,
        call.actor.user,
        organization.id,
        file_id,
        name=body.text("name"),
        message=body.text("message"),
        template_id=template_id,
        variables=body.pairs("user_variable_values"),
        tags=body.texts("tags"),
        provisioner=body.text("provisioner"),
    )
    value = version.wire()
    count, available = version.matched
    value["matched_provisioners"] = {
        "count": count,
        "available": available,
        "most_recently_seen": stamp(call.state.now) if count else None,
    }
    return answer(value, 201)


def _check(body: Body) -> None:
    name = body.text("name")
    if name and not valid_version_name(name):
        body.fail("name", "template_version_name", name)
    body.choice("storage_method", {"file"})
    file_id, example = body.text("file_id"), body.text("example_id")
    if not file_id and not example:
        body.fail("file_id", "required_without", ZERO_UUID)
        body.fail("example_id", "required_without", "")
    body.choice("provisioner", {"terraform", "echo"})
    body.finish()


def _example_file(call: Call) -> str:
    """The archive of an example, which is empty here."""
    stored = StoredFile(
        call.state.new_id(), call.actor.user.id, "application/x-tar", b"\0" * 10240, "",
        call.state.now,
    )  # fmt: skip
    call.state.files[stored.id] = stored
    return stored.id


def _check_name(call: Call, template_id: str | None, name: str) -> None:
    if template_id is None or not name:
        return
    for other in call.state.versions.values():
        if other.template_id == template_id and other.name.lower() == name.lower():
            detail = "This value is already in use and should be unique."
            raise refuse(
                409,
                f'A template version with name "{name}" already exists for this template.',
                validations=[{"field": "name", "detail": detail}],
            )


@routes("GET", _VERSION)
def get_version(call: Call) -> Reply:
    """Show a version."""
    version = version_of(call)
    value = version.wire()
    if version.job.status == "pending":
        count, available = version.matched
        value["matched_provisioners"] = {
            "count": count,
            "available": available,
            "most_recently_seen": stamp(call.state.now) if count else None,
        }
    return answer(value)


@routes("PATCH", _VERSION)
def patch_version(call: Call) -> Reply:
    """Rename a version, or change its message."""
    version = version_of(call, "update")
    body = Body(call)
    name = body.text("name")
    if name and not valid_version_name(name):
        body.fail("name", "template_version_name", name)
    body.finish()
    if name and name != version.name:
        _check_name(call, version.template_id, name)
        version.name = name
    if body.has("message"):
        version.message = body.text("message")
    version.updated_at = call.state.now
    return answer(version.wire())


@routes("PATCH", _VERSION + "/cancel")
def cancel_version(call: Call) -> Reply:
    """Cancel an import."""
    version = version_of(call, "update")
    if version.job.finished:
        raise refuse(400, "Job has already completed!")
    if version.job.canceled_at is not None:
        raise refuse(400, "Job has already been marked as canceled!")
    cancel_job(call.state, version.job)
    return message(200, "Job has been marked as canceled...")


@routes("GET", _VERSION + "/logs")
def version_logs(call: Call) -> Reply:
    """Show or stream the logs of an import."""
    return job_logs(call, version_of(call).job)


def finished_version(call: Call) -> Version:
    """The version of the path, once its import is over."""
    version = version_of(call)
    if not version.job.finished:
        raise refuse(425, "Template version job has not finished")
    return version


@routes("GET", _VERSION + "/rich-parameters")
def rich_parameters(call: Call) -> Reply:
    """List the parameters."""
    version = finished_version(call)
    ready = version.job.status == "succeeded"
    return answer([item.wire() for item in version.spec.parameters] if ready else [])


@routes("GET", _VERSION + "/variables")
def variables(call: Call) -> Reply:
    """List the Terraform variables with their values."""
    version = finished_version(call)
    given = version.variables
    return answer([item.wire(given.get(item.name)) for item in version.spec.variables])


@routes("GET", _VERSION + "/presets")
def presets(call: Call) -> Reply:
    """List the presets; none is null."""
    version = version_of(call)
    if version.job.status != "succeeded":
        return answer(None)
    return answer([item.wire() for item in version.spec.presets] or None)


@routes("GET", _VERSION + "/external-auth")
def version_external_auth(call: Call) -> Reply:
    """List what a workspace of this version has to be linked with."""
    version = finished_version(call)
    state = call.state
    found: list[dict[str, Any]] = []
    for name in version.spec.external_auth:
        link = state.links.get((call.actor.user.id, name))
        found.append(
            {
                "id": name,
                "type": name,
                "display_name": name.title(),
                "display_icon": "",
                "authenticate_url": f"{state.access_url}/external-auth/{name}",
                "authenticated": link is not None,
            }
        )
    return answer(found)


@routes("GET", _VERSION + "/resources")
def version_resources(call: Call) -> Reply:
    """List what a workspace of this version will have."""
    version = version_of(call)
    if not version.job.finished:
        raise refuse(400, "Job hasn't completed!")
    return answer(planned_resources(call, version, version.job.id))


def planned_resources(call: Call, version: Version, job_id: str) -> list[dict[str, Any]]:
    """Resources that a start would make; their agents never connect."""
    if version.job.status != "succeeded":
        return []
    state, spec = call.state, version.spec
    resource = Resource(state.new_id(), "workspace", spec.resource_type, state.now, spec.daily_cost)
    resource.agents = [make_agent(state, "", resource, item) for item in spec.agents]
    for agent in resource.agents:
        # Nothing but this answer knows them.
        del state.agents[agent.id]
    return [resource_wire(state, resource, job_id, "start")]


@routes("GET", _VERSION + "/schema")
@routes("GET", _VERSION + "/parameters")
def dead_lists(call: Call) -> Reply:
    """Answer what is left of lists that were removed."""
    version_of(call)
    return answer([])


@routes("POST", _VERSION + "/archive")
def archive(call: Call) -> Reply:
    """Archive a version that nothing uses."""
    version = version_of(call, "update")
    if version.archived:
        raise refuse(400, "Template version already archived")
    if is_used(call.state, version):
        raise refuse(
            500,
            "Internal error fetching template version.",
            "Unable to archive specified version, the version is likely in use by a workspace or "
            "currently set to the active version",
        )
    version.archived = True
    return answer(f'template version "{version.id}" archived')


@routes("POST", _VERSION + "/unarchive")
def unarchive(call: Call) -> Reply:
    """Take a version out of the archive."""
    version = version_of(call, "update")
    if not version.archived:
        raise refuse(400, "Template version is not archived")
    version.archived = False
    return answer(f'template version "{version.id}" unarchived')


@routes("POST", _VERSION + "/dynamic-parameters/evaluate", since=(2, 24))
def evaluate_parameters(call: Call) -> Reply:
    """Evaluate parameters once; the answer's id is zero whatever was sent."""
    version = finished_version(call)
    inputs = Body(call).texts("inputs")
    return answer(evaluate(version.spec, 0, inputs))


@routes("GET", _VERSION + "/dynamic-parameters", since=(2, 21))
def dynamic_parameters(call: Call) -> Reply:
    """Evaluate parameters over and over."""
    version = finished_version(call)
    if not call.upgrade:
        return upgrade_required()
    return Reply(101, session=ParameterSession(call, version.spec))
