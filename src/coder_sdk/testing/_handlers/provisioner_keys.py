"""Keys by which provisioners of one's own sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._lookup import organization_of
from coder_sdk.testing._query import Body, valid_name
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Call, Reply, answer, empty, forbidden, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.organizations import Organization

routes = Routes()
_KEYS: Final = "/api/v2/organizations/{organization}/provisionerkeys"
_FEATURE: Final = "external_provisioner_daemons"
_LENGTH: Final = 43


def _organization(call: Call, action: str) -> Organization:
    found = organization_of(call)
    if not call.actor.can("provisioner_daemon", action, organization=found.id):
        raise forbidden()
    return found


@routes("GET", _KEYS, feature=_FEATURE, since=(2, 14))
def list_keys(call: Call) -> Reply:
    """List the keys, without their secrets."""
    return answer(list(_organization(call, "read").provisioner_keys.values()))


@routes("GET", _KEYS + "/daemons", feature=_FEATURE, since=(2, 16))
def list_daemons(call: Call) -> Reply:
    """List the keys with the provisioners that use them: none does here."""
    keys = _organization(call, "read").provisioner_keys.values()
    return answer([{"key": key, "daemons": []} for key in keys])


@routes("POST", _KEYS, feature=_FEATURE, since=(2, 14))
def create_key(call: Call) -> Reply:
    """Make a key; only this answer has its secret."""
    found = _organization(call, "create")
    body = Body(call)
    name = body.text("name")
    if not name:
        raise refuse(400, "Name is required")
    if not valid_name(name):
        body.fail("name", "username", name)
    body.finish()
    if name.lower() in found.provisioner_keys:
        text = f"Provisioner key with name '{name}' already exists in organization"
        raise refuse(409, text)
    key: dict[str, Any] = {
        "id": call.state.new_id(),
        "created_at": stamp(call.state.now),
        "organization": found.id,
        "name": name,
        "tags": body.texts("tags"),
    }
    found.provisioner_keys[name.lower()] = key
    return answer({"key": call.state.new_word(_LENGTH)}, 201)


@routes("DELETE", _KEYS + "/{provisionerkey}", feature=_FEATURE, since=(2, 14))
def delete_key(call: Call) -> Reply:
    """Delete a key by its name."""
    found = _organization(call, "delete")
    if found.provisioner_keys.pop(call.params["provisionerkey"].lower(), None) is None:
        raise missing()
    return empty()
