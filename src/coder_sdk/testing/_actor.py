"""Who asks, and what roles and scopes allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from coder_sdk.testing._state.tokens import ApiKey
    from coder_sdk.testing._state.users import User

OWNER: Final = "owner"
_ALL: Final = "*"

SITE_ROLES: Final[dict[str, str]] = {
    "owner": "Owner",
    "auditor": "Auditor",
    "template-admin": "Template Admin",
    "user-admin": "User Admin",
    "agents-access": "Coder Agents User",
}
ORGANIZATION_ROLES: Final[dict[str, str]] = {
    "organization-admin": "Organization Admin",
    "organization-auditor": "Organization Auditor",
    "organization-template-admin": "Organization Template Admin",
    "organization-user-admin": "Organization User Admin",
    "organization-workspace-access": "Organization Workspace Access",
    "organization-workspace-creation-ban": "Organization Workspace Creation Ban",
}

# What a role may do anywhere (site roles) or in its organization: resource -> actions.
_TEMPLATES = {
    "template": {_ALL},
    "file": {_ALL},
    "workspace": {"read"},
    "user": {"read"},
    "organization": {"read"},
    "organization_member": {"read"},
    "group": {"read"},
    "provisioner_daemon": {_ALL},
    "provisioner_jobs": {"read", "update", "create"},
}
_PEOPLE = {
    "user": {_ALL},
    "organization": {"read"},
    "organization_member": {_ALL},
    "assign_role": {_ALL},
    "assign_org_role": {_ALL},
    "group": {_ALL},
    "idpsync_settings": {_ALL},
}
_AUDIT = {
    "audit_log": {"read"},
    "connection_log": {"read"},
    "template": {"read", "view_insights"},
    "user": {"read"},
    "group": {"read"},
    "organization": {"read"},
    "organization_member": {"read"},
    "deployment_stats": {"read"},
    "deployment_config": {"read"},
}
_GRANTS: Final[dict[str, dict[str, set[str]]]] = {
    "owner": {_ALL: {_ALL}},
    "auditor": _AUDIT,
    "template-admin": _TEMPLATES,
    "user-admin": _PEOPLE,
    "organization-admin": {_ALL: {_ALL}},
    "organization-auditor": {**_AUDIT, "deployment_config": set(), "deployment_stats": set()},
    "organization-template-admin": _TEMPLATES,
    "organization-user-admin": _PEOPLE,
}
# What every member of an organization may do in it, and what everybody may do with their own.
_MEMBER = {
    "organization": {"read"},
    "template": {"read", "use"},
    "file": {"create"},
    "provisioner_daemon": {"read"},
}
_OWN = {
    "user": {"read", "update_personal", "read_personal"},
    "workspace": {_ALL},
    "api_key": {_ALL},
    "task": {_ALL},
    "user_secret": {_ALL},
    "user_skill": {_ALL},
    "file": {"create", "read"},
    "organization_member": {"read"},
    "inbox_notification": {_ALL},
    "notification_preference": {_ALL},
    "chat": {_ALL},
}

_ORGANIZATION_MEMBER = {"organization_member": {"read"}}
_COMPOSITE: Final[dict[str, dict[str, set[str]]]] = {
    "coder:workspaces.create": {
        "template": {"read", "use"},
        "workspace": {"create", "update", "read"},
        **_ORGANIZATION_MEMBER,
    },
    "coder:workspaces.operate": {
        "template": {"read"},
        "workspace": {"read", "update", "start", "stop"},
        **_ORGANIZATION_MEMBER,
    },
    "coder:workspaces.delete": {
        "template": {"read", "use"},
        "workspace": {"read", "delete"},
        **_ORGANIZATION_MEMBER,
    },
    "coder:workspaces.access": {
        "template": {"read"},
        "workspace": {"read", "ssh", "application_connect"},
        **_ORGANIZATION_MEMBER,
    },
    "coder:templates.build": {
        "template": {"read"},
        "file": {"create", "read"},
        "provisioner_jobs": {"read"},
    },
    "coder:templates.author": {
        "template": {"read", "create", "update", "delete", "view_insights"},
        "file": {"create", "read"},
    },
    "coder:apikeys.manage_self": {"api_key": {"read", "create", "update", "delete"}},
    "coder:application_connect": {"workspace": {"application_connect"}},
    "coder:all": {_ALL: {_ALL}},
}
_FAMILIES: Final[dict[str, str]] = {
    "api_key": "create delete read update",
    "file": "create read",
    "organization": "delete read update",
    "task": "create delete read update",
    "template": "create delete read update use view_insights",
    "user": "read read_personal update_personal",
    "user_secret": "create delete read update",
    "user_skill": "create delete read update",
    "workspace": "application_connect create delete read ssh start stop update",
}


def public_scopes() -> list[str]:
    """Names of the scopes that a token may be given."""
    names = {*_COMPOSITE}
    for resource, actions in _FAMILIES.items():
        names.add(f"{resource}:*")
        names.update(f"{resource}:{action}" for action in actions.split())
    return sorted(names)


def _granted(grants: dict[str, set[str]], resource: str, action: str) -> bool:
    for name in (resource, _ALL):
        actions = grants.get(name, set[str]())
        if action in actions or _ALL in actions:
            return True
    return False


def _in_scope(scope: str, resource: str, action: str) -> bool:
    composite = _COMPOSITE.get(scope)
    if composite is not None:
        return _granted(composite, resource, action)
    name, _, allowed = scope.partition(":")
    return name == resource and allowed in {action, _ALL}


@frozen
class Actor:
    """A user with the key that the request came with."""

    user: User
    key: ApiKey

    @property
    def is_owner(self) -> bool:
        """Whether the user owns the deployment and the key is not narrowed."""
        return OWNER in self.user.roles and self.in_scope("*", "*")

    def in_scope(self, resource: str, action: str) -> bool:
        """Whether the scopes of the key include an action."""
        return any(_in_scope(scope, resource, action) for scope in self.key.scopes)

    def on_allow_list(self, resource: str, identifier: str | None) -> bool:
        """Whether the key may be used for an object."""
        for entry in self.key.allow_list:
            kind, _, target = entry.partition(":")
            if kind in {_ALL, resource} and (target in {_ALL, identifier}):
                return True
        return False

    def can(
        self,
        resource: str,
        action: str,
        *,
        owner: str | None = None,
        organization: str | None = None,
        identifier: str | None = None,
    ) -> bool:
        """Whether the user may act, and the key lets them.

        Args:
            resource: Kind of the object.
            action: What is to be done with it.
            owner: Id of the user that the object belongs to.
            organization: Id of the organization that the object is in.
            identifier: Id of the object, for keys with an allow list.
        """
        if not self.in_scope(resource, action):
            return False
        if identifier is not None and not self.on_allow_list(resource, identifier):
            return False
        return self.may(resource, action, owner=owner, organization=organization)

    def may(
        self, resource: str, action: str, *, owner: str | None, organization: str | None
    ) -> bool:
        """Whether the roles of the user allow an action, whatever the key."""
        if any(_granted(_GRANTS.get(role, {}), resource, action) for role in self.user.roles):
            return True
        if owner == self.user.id and _granted(_OWN, resource, action):
            return True
        if organization is None or organization not in self.user.organizations:
            return False
        roles = self.user.organizations[organization]
        return _granted(_MEMBER, resource, action) or any(
            _granted(_GRANTS.get(role, {}), resource, action) for role in roles
        )
