"""Skills that users give to agents: text with its name and description at the top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk.testing._lookup import named_user
from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Call, Reply, answer, empty, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.users import User

routes = Routes()
_ALL: Final = "/api/experimental/users/{user}/skills"
_ONE: Final = _ALL + "/{skillName}"
_FENCE: Final = "---"


def _owner(call: Call, action: str) -> User:
    user = named_user(call)
    if not call.actor.can("user_skill", action, owner=user.id):
        raise missing()
    return user


def _fields(content: str) -> dict[str, str]:
    """The name and the description that the text begins with.

    Raises:
        Refusal: It does not begin so.
    """
    lines = content.splitlines()
    if not lines or lines[0].strip() != _FENCE:
        detail = "parse skill frontmatter: missing opening frontmatter delimiter"
        raise refuse(400, "Invalid skill content.", detail)
    found: dict[str, str] = {}
    for line in lines[1:]:
        if line.strip() == _FENCE:
            break
        name, _, value = line.partition(":")
        found[name.strip()] = value.strip()
    return found


def _shown(skill: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in skill.items() if name != "content"}


def _found(call: Call, action: str) -> tuple[User, dict[str, Any]]:
    user = _owner(call, action)
    skill = user.skills.get(call.params["skillName"])
    if skill is None:
        raise missing()
    return user, skill


@routes("GET", _ALL)
def list_skills(call: Call) -> Reply:
    """List the skills, without their content."""
    user = _owner(call, "read")
    return answer([_shown(user.skills[name]) for name in sorted(user.skills)])


@routes("POST", _ALL)
def create_skill(call: Call) -> Reply:
    """Add a skill; what it is called stands in its content."""
    user = _owner(call, "create")
    content = Body(call).text("content")
    fields, now = _fields(content), stamp(call.state.now)
    skill: dict[str, Any] = {
        "id": call.state.new_id(),
        "name": fields.get("name", ""),
        "description": fields.get("description", ""),
        "created_at": now,
        "updated_at": now,
        "content": content,
    }
    user.skills[skill["name"]] = skill
    return answer(skill, 201)


@routes("GET", _ONE)
def get_skill(call: Call) -> Reply:
    """Show a skill."""
    return answer(_found(call, "read")[1])


@routes("PATCH", _ONE)
def patch_skill(call: Call) -> Reply:
    """Replace the content of a skill."""
    _, skill = _found(call, "update")
    content = Body(call).text("content")
    skill["description"] = _fields(content).get("description", "")
    skill["content"] = content
    skill["updated_at"] = stamp(call.state.now)
    return answer(skill)


@routes("DELETE", _ONE)
def delete_skill(call: Call) -> Reply:
    """Remove a skill."""
    user, skill = _found(call, "delete")
    del user.skills[skill["name"]]
    return empty()
