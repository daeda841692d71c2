"""People: which of them is meant, who else holds a name, and what leaving came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from uuid import UUID

from coder_sdk._errors.base import AmbiguousError, RequestValidationError, without_hint
from coder_sdk._errors.status import ConflictError, FeatureUnavailableError
from coder_sdk._request import Omit, is_uuid
from coder_sdk._versions import release
from coder_sdk.workflows._given import check_texts, texts
from coder_sdk.workflows.names import check_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coder_sdk._request import Request
    from coder_sdk.models import Group, Organization, User

__all__ = ["OffboardReport"]

_SERVICE_ACCOUNTS: Final = (2, 32)


class OffboardReport(NamedTuple):
    """What was left when a user could not be offboarded; in `report` of the `BulkError`.

    Attributes:
        user: The user, who was kept.
        deleted: The workspaces that were deleted, as `owner/name`.
        failed: Those that were not, each with its error.
    """

    user: User
    deleted: tuple[str, ...] = ()
    failed: tuple[tuple[str, Exception], ...] = ()

    def summary(self) -> str:
        """One line: how many of each."""
        return f"deleted={len(self.deleted)} failed={len(self.failed)}"


def is_same(one: str, other: str) -> bool:
    """Whether two names or addresses are the same to the server, which ignores case."""
    return one.casefold() == other.casefold()


def check_identity(username: str | Omit, email: str | Omit) -> None:
    """Refuse what identifies nobody.

    Raises:
        RequestValidationError: Both are missing, or one of them cannot be.
    """
    check_texts(username=username, email=email)
    if isinstance(username, Omit) and isinstance(email, Omit):
        raise RequestValidationError("A user needs an `email` or a `username`.", parameter="email")
    if not isinstance(username, Omit):
        if username == "me":
            raise RequestValidationError("`me` is no user name.", parameter="username")
        check_name(username, "user")
    if not isinstance(email, Omit) and "@" not in email:
        raise RequestValidationError(f"{email!r} is no e-mail address.", parameter="email")


def held_name(found: User, email: str) -> ConflictError:
    """The error for a user name that somebody with another address has."""
    return ConflictError(
        f"The user name `{found.username}` belongs to {found.email or 'an account without address'}"
        f", not to {email}.",
        status=409,
        hint="Choose another user name, or pass the address of that user.",
    )


def held_address(found: User, username: str) -> ConflictError:
    """The error for an address that somebody with another user name has."""
    return ConflictError(
        f"The address {found.email} belongs to the user `{found.username}`, not to `{username}`.",
        status=409,
        hint="Leave `username` out to take that user, or rename it with `update_profile`.",
    )


def is_for_service_account(request: Request[Any]) -> bool:
    """Whether a request asks for an account of no person."""
    value: Any = getattr(request.body, "value", None)
    return isinstance(value, dict) and cast("Any", value).get("service_account") is True


def check_release(version: str | None, *, service_account: bool | Omit) -> None:
    """Refuse a service account where the server would make a person's account instead.

    Raises:
        FeatureUnavailableError: The server is from before there were any.
    """
    server = release(version)
    if service_account is True and server is not None and server < _SERVICE_ACCOUNTS:
        since, shown = (".".join(map(str, item)) for item in (_SERVICE_ACCOUNTS, server))
        error = FeatureUnavailableError(
            "The server has no service accounts: it would make an ordinary one.",
            status=200,
            hint=f"Added in Coder {since}; this server is {shown}.",
        )
        error.since = since
        raise error


def check_fixed(user: User, login_type: str | Omit, *, service_account: bool | Omit) -> None:
    """Refuse what cannot be changed about a user who exists.

    Raises:
        ConflictError: The user signs in another way, or is another kind of account.
    """
    if not isinstance(login_type, Omit) and user.login_type != login_type:
        raise ConflictError(
            f"`{user.username}` signs in by `{user.login_type}`, not by `{login_type}`.",
            status=409,
            hint="Only the user can change that, with `auth.convert_login`.",
        )
    is_service = bool(user.is_service_account)
    if not isinstance(service_account, Omit) and is_service != service_account:
        kind = "a service account" if is_service else "a person's account"
        raise ConflictError(f"`{user.username}` is {kind}, which cannot be changed.", status=409)


def wanted_roles(current: Iterable[str], wanted: Iterable[str], *, exact: bool) -> list[str] | None:
    """The roles to set so that the wanted ones are among them; `None` if they are already."""
    have, want = set(current), set(wanted)
    target = want if exact else have | want
    return None if target == have else sorted(target)


def role_names(roles: str | Iterable[str]) -> list[str]:
    """One role or several, as a list.

    Raises:
        RequestValidationError: It is neither.
    """
    return [roles] if isinstance(roles, str) else list(texts("roles", roles))


def is_organization(organization: Organization, wanted: Any) -> bool:
    """Whether an organization is the one that a model, a UUID or a name stands for."""
    if not isinstance(wanted, (str, UUID)):
        wanted = wanted.id
    text = str(wanted)
    if is_uuid(text):
        return str(organization.id) == text.lower()
    if text == "default":
        return organization.is_default
    return is_same(organization.name, text)


def is_in_default(wanted: Any) -> bool:
    """Whether a name is in the organization that goes by the word `default`."""
    return isinstance(wanted, str) and wanted.startswith("default/")


def is_group(group: Group, wanted: Any, default: UUID | None) -> bool:
    """Whether a group is the one that a model, a UUID or a name stands for.

    Args:
        group: The group.
        wanted: What stands for one.
        default: The organization that goes by the word `default`, where that word is used.
    """
    if not isinstance(wanted, (str, UUID)):
        wanted = wanted.id
    text = str(wanted)
    if is_uuid(text):
        return str(group.id) == text.lower()
    organization, _, name = text.rpartition("/")
    if group.name != name:
        return False
    if is_in_default(text) and group.organization_id == default:
        return True
    return not organization or is_same(group.organization_name, organization)


def only_organization(found: Sequence[Organization], what: str) -> Organization:
    """The one organization that there is.

    Raises:
        AmbiguousError: There are several, and none was named.
    """
    if len(found) == 1:
        return found[0]
    names = tuple(sorted(item.name for item in found))
    raise AmbiguousError(
        f"{what} may be in {len(found)} organizations: {', '.join(names) or 'none is visible'}.",
        candidates=names,
        hint="Write it as `organization/name`.",
    )


def kept_message(report: OffboardReport) -> str:
    """Why a user was kept."""
    count = len(report.failed) + len(report.deleted)
    reasons = "; ".join(f"{name}: {without_hint(error)}" for name, error in report.failed)
    return (
        f"The user `{report.user.username}` was kept: {len(report.failed)} of {count} workspaces "
        f"could not be deleted ({reasons})."
    )
