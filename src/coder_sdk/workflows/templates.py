"""What is pushed, by which name, and what to do about an attempt that took the name before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from attrs import field, frozen

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import ConflictError
from coder_sdk._request import OMIT, Omit
from coder_sdk._warn import warn_caller
from coder_sdk.workflows._jobs import ended
from coder_sdk.workflows.archive import (
    CLI_LIMIT,
    SERVER_LIMIT,
    content_digest,
    pack,
    version_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Self

    from coder_sdk.models import Template, TemplateVersion
    from coder_sdk.workflows.archive import TemplateFile

Provisioner = Literal["terraform", "echo"]
Held = Literal["done", "join", "rename", "conflict"]

_MEBIBYTE: Final = 1024 * 1024
_STEM: Final = 50


@frozen
class Source:
    """What a template is made of.

    Attributes:
        files: Its files.
        archive: The same, packed.
        digest: What tells them apart.
        variables: Values of its Terraform variables, as they are sent.
        tags: What the provisioner has to have.
        provisioner: Which sort of provisioner imports it.
        message: What the version says of itself.
        name: Name of the version.
        named: Whether that name was asked for; else it is made from the content.
    """

    files: tuple[TemplateFile, ...] = field(repr=False)
    archive: bytes = field(repr=False)
    digest: str
    variables: Mapping[str, str] = field(repr=False)
    tags: Mapping[str, str]
    provisioner: Provisioner
    message: str | Omit
    name: str
    named: bool

    @classmethod
    def of(
        cls,
        files: Iterable[TemplateFile],
        *,
        name: str | Omit,
        message: str | Omit,
        variables: Mapping[str, str],
        tags: Mapping[str, str],
        provisioner: Provisioner,
    ) -> Self:
        """Pack files, and name the version.

        Raises:
            RequestValidationError: The archive is too large for the server.
        """
        found = tuple(files)
        archive, digest = pack(found), content_digest(found)
        check_size(archive)
        named = not isinstance(name, Omit)
        if isinstance(name, Omit):
            name = version_name(digest, variables, tags, provisioner)
        return cls(found, archive, digest, variables, tags, provisioner, message, name, named=named)

    def body(self) -> dict[str, Any]:
        """The part of the request for a new version that does not depend on the upload."""
        return {
            "name": self.name,
            "message": self.message,
            "provisioner": self.provisioner,
            "storage_method": "file",
            "tags": dict(self.tags) or OMIT,
            "user_variable_values": [
                {"name": name, "value": value} for name, value in self.variables.items()
            ]
            or OMIT,
        }


def check_size(archive: bytes) -> None:
    """Refuse an archive that the server refuses; warn of one that the command line does.

    Raises:
        RequestValidationError: It is larger than the server takes.
    """
    size = len(archive)
    if size > SERVER_LIMIT:
        raise RequestValidationError(
            f"The template is {size / _MEBIBYTE:.1f} MiB; the server takes "
            f"{SERVER_LIMIT // _MEBIBYTE} MiB at most.",
            parameter="directory",
            hint="Move large files out of the template; hidden files are left out.",
        )
    if size > CLI_LIMIT:
        warn_caller(
            f"The template is {size / _MEBIBYTE:.1f} MiB, more than the 1 MiB that "
            "`coder templates push` takes."
        )


def variable_texts(variables: Mapping[str, Any] | None) -> dict[str, str]:
    """Values of variables as Terraform reads them."""
    return {name: _text(value) for name, value in (variables or {}).items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    secret = getattr(value, "get_secret_value", None)
    if secret is not None:
        return str(secret())
    if isinstance(value, (dict, list, tuple)):
        from json import dumps  # noqa: PLC0415 - few variables are lists

        return dumps(value, separators=(",", ":"))
    return str(value)


def what_to_do(held: TemplateVersion, *, same: bool | None) -> Held:
    """What to do about a version that has the wanted name already.

    A failed attempt gives its name up and is renamed; an import of the same content that still
    runs is joined; one that succeeded is taken; other content is a conflict. A state that this
    release does not know has not ended.

    Args:
        held: The version.
        same: Whether it has the same content; `None` if its name says so.
    """
    if ended(held.job) and held.job.status != "succeeded":
        return "rename"
    if same is False:
        return "conflict"
    return "done" if ended(held.job) else "join"


def failed_name(held: TemplateVersion) -> str:
    """The name that a failed attempt gets, so that another one can have its own.

    Example:
        >>> from types import SimpleNamespace
        >>> failed_name(SimpleNamespace(name="v9", id="0f1e2d3c-0000"))
        'v9-failed-0f1e2d'
    """
    return f"{held.name[:_STEM].rstrip('_.-')}-failed-{str(held.id)[:6]}"


def name_taken(held: TemplateVersion) -> ConflictError:
    """The error for a version that has the wanted name, but other content."""
    return ConflictError(
        f"The template has a version `{held.name}` already, with other content.",
        status=409,
        hint="Leave `name` out for a name that is made from the content.",
    )


def unused_versions(
    versions: Iterable[TemplateVersion], used: set[Any], *, keep: int, failed_only: bool
) -> list[TemplateVersion]:
    """The versions to archive, the newest that are kept left out.

    Args:
        versions: All versions of a template that are not archived.
        used: Identifiers of those that are in use.
        keep: How many of the unused ones to keep, the newest.
        failed_only: Whether only those count whose import failed.
    """
    unused = [
        version
        for version in versions
        if version.id not in used
        and ended(version.job)
        and (not failed_only or version.job.status != "succeeded")
    ]
    unused.sort(key=lambda version: version.created_at, reverse=True)
    return unused[keep:]


def template_body(template: Template) -> dict[str, Any]:
    """All settings of a template as they are; servers may take what is missing for empty."""
    names = (
        "name", "display_name", "description", "icon", "default_ttl_ms", "activity_bump_ms",
        "autostop_requirement", "autostart_requirement", "allow_user_autostart",
        "allow_user_autostop", "allow_user_cancel_workspace_jobs", "failure_ttl_ms",
        "time_til_dormant_ms", "time_til_dormant_autodelete_ms", "time_til_autostop_notify_ms",
        "require_active_version", "deprecation_message", "max_port_share_level",
        "use_classic_parameter_flow", "disable_module_cache",
    )  # fmt: skip
    body: dict[str, Any] = {name: getattr(template, name) for name in names}
    if template.cors_behavior:
        body["cors_behavior"] = template.cors_behavior
    return body
