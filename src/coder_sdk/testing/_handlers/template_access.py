"""Who uses a template, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from coder_sdk.testing._lookup import template_of
from coder_sdk.testing._query import Body, is_uuid
from coder_sdk.testing._router import Routes
from coder_sdk.testing._views import group_wire
from coder_sdk.testing._web import Call, Reply, answer, forbidden, message, refuse

routes = Routes()


@routes("GET", "/api/v2/templates/{template}/daus")
def template_daus(call: Call) -> Reply:
    """Count the users of each of the last sixty days."""
    template = template_of(call)
    today = call.state.now.date()
    users: dict[Any, set[str]] = {}
    for usage in call.state.usage:
        if usage.template_id == template.id:
            users.setdefault(usage.moment.date(), set()).add(usage.user_id)
    days = [today - timedelta(days=60 - number) for number in range(61)]
    entries = [{"date": str(day), "amount": len(users.get(day, ()))} for day in days]
    return answer({"entries": entries, "tz_hour_offset": 0})


@routes("GET", "/api/v2/templates/{template}/acl", feature="template_rbac")
def get_acl(call: Call) -> Reply:
    """Show who may use a template."""
    template = template_of(call)
    state = call.state
    users = [{**state.users[key].wire(), "role": role} for key, role in template.user_acl.items()]
    groups = [
        {**group_wire(state, state.groups[key], members=False), "role": role}
        for key, role in template.group_acl.items()
    ]
    return answer({"users": users, "group": groups})


@routes("PATCH", "/api/v2/templates/{template}/acl", feature="template_rbac")
def patch_acl(call: Call) -> Reply:
    """Change who may use a template."""
    template = template_of(call, "update")
    if not call.actor.can("template", "update", organization=template.organization_id):
        raise forbidden()
    body = Body(call)
    targets = (("user_perms", template.user_acl), ("group_perms", template.group_acl))
    for field, acl in targets:
        for key, role in body.texts(field).items():
            if not is_uuid(key):
                problem = {"field": field, "detail": f"{key} is not a valid UUID."}
                raise refuse(400, "Invalid request to update template metadata!",
                             validations=[problem])  # fmt: skip
            if role:
                acl[key] = role
            else:
                acl.pop(key, None)
    return message(200, "Successfully updated template ACL list.")
