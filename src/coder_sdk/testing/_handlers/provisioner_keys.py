"""Keys with which provisioners of an organization log in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._lookup import organization_of
from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Call, Reply, answer, empty, invalid, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.organizations import Organization

routes = Routes()
_ALL: Final = "/api/v2/organizations/{organization}/provisionerkeys"
_SECRET_LENGTH: Final = 43


def _organization(call: Call, action: str) -> Organization:
    found = organization_of(call)
    if not call.actor.can("provisioner_daemon", action, organization=found.id):
        raise missing()
    return found


def _of(call: Call, organization: Organization) -> list[dict[str, Any]]:
    keys = call.state.provisioner_keys.values()
    return [key for key in keys if key["organization"] == organization.id]


@routes("GET", _ALL)
def list_keys(call: Call) -> Reply:
    """List the keys, without their secrets."""
    return answer(_of(call, _organization(call, "read")))


@routes("GET", _ALL + "/daemons")
def list_daemons(call: Call) -> Reply:
    """List the keys with the provisioners that use them: none does here."""
    found = _organization(call, "read")
    return answer([{"key": key, "daemons": []} for key in _of(call, found)])


@routes("POST", _ALL)
def create_key(call: Call) -> Reply:
    """Make a key; its secret is shown only now."""
    found, body = _organization(call, "create"), Body(call)
    name = body.text("name").lower()
    if not name:
        raise invalid("name", "Name is required", text_="Name is required")
    if any(key["name"] == name for key in _of(call, found)):
        raise refuse(409, f"The organization has a provisioner key {name!r} already.")
    key: dict[str, Any] = {
        "id": call.state.new_id(),
        "created_at": stamp(call.state.now),
        "organization": found.id,
        "name": name,
        "tags": body.texts("tags"),
    }
    call.state.provisioner_keys[key["id"]] = key
    return answer({"key": call.state.new_word(_SECRET_LENGTH)}, 201)


@routes("DELETE", _ALL + "/{provisionerkey}")
def delete_key(call: Call) -> Reply:
    """Remove a key."""
    found, name = _organization(call, "delete"), call.params["provisionerkey"].lower()
    for key in _of(call, found):
        if key["name"] == name:
            del call.state.provisioner_keys[key["id"]]
            return empty()
    raise missing()
