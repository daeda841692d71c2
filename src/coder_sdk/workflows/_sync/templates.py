# Derived from `src/coder_sdk/workflows/_async/templates.py`
# by `python -m codegen colours`; edit that file.
"""Templates: pushed, promoted, pulled, set up, and cleared of old versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import BadRequestError, ServerError
from coder_sdk._io._sync.primitives import settled
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import templates as generated
from coder_sdk.workflows._days import check_number
from coder_sdk.workflows._given import check_paths
from coder_sdk.workflows._sync._concurrency import mapped
from coder_sdk.workflows._sync._conditions import refusal
from coder_sdk.workflows._sync._finding import read_template, read_version
from coder_sdk.workflows._sync.archive_threads import offloaded
from coder_sdk.workflows._sync.templates_push import TemplatePush
from coder_sdk.workflows._sync.templates_settings import TemplateSettings
from coder_sdk.workflows.archive import unpack
from coder_sdk.workflows.archive_folders import write_folder
from coder_sdk.workflows.outcome import Outcome, Skip
from coder_sdk.workflows.templates import unused_versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from uuid import UUID

    from coder_sdk._refs import TemplateRef, TemplateVersionRef
    from coder_sdk.models import Template, TemplateVersion


class Templates(TemplatePush, TemplateSettings, generated.Templates):
    """Templates, which workspaces are made from: settings, versions and access."""

    def promote(
        self,
        version: TemplateVersionRef,
        *,
        only_if: Callable[[Template], object] | None = None,
    ) -> Outcome[Template]:
        """Make a version the one that new workspaces of its template get.

        Args:
            version: The version: a model, a UUID, `template/version`, or
                `organization/template/version`.
            only_if: Called with the template as just read; skipped unless that returns true.

        Returns:
            The template, and `updated`, `unchanged` or `skipped`.

        Raises:
            RequestValidationError: The version belongs to no template.
            BadRequestError: Its import did not succeed, or it is archived.

        Example:
            >>> coder.templates.promote("default/docker/v9")  # doctest: +SKIP
        """
        known: Any = version
        template_id: UUID | None = getattr(known, "template_id", None)
        identifier: Any = getattr(known, "id", version)
        if template_id is None:
            found = self._client.template_versions.get(identifier)
            template_id, identifier = found.template_id, found.id
        if template_id is None:
            raise RequestValidationError(
                "The version belongs to no template.",
                parameter="version",
                hint="`push` creates a template from the first version of it.",
            )
        template = self.get(template_id)
        if template.active_version_id == identifier:
            return Outcome(template, "unchanged")
        skip = refusal(only_if, template)
        if skip is not None:
            return Outcome(template, skip)
        self.update_active_version(template.id, version=identifier)
        return Outcome(self.get(template.id), "updated")

    def pull(
        self,
        template: TemplateRef,
        directory: str | PathLike[str],
        *,
        version: TemplateVersionRef | Omit = OMIT,
        overwrite: bool = False,
    ) -> Outcome[TemplateVersion]:
        """Write the files of a template into a directory; other files in it are left alone.

        Args:
            template: The template: a model, a UUID, `name`, or `organization/name`.
            directory: Where to; it is made if need be.
            version: The version, also by its name alone; the active one by default.
            overwrite: Replace files that have other contents.

        Returns:
            The version, and `created` (the directory was new or empty), `updated` or `unchanged`.

        Raises:
            RequestValidationError: Files are there with other contents; nothing was written.

        Example:
            >>> coder.templates.pull("docker", "templates/docker")  # doctest: +SKIP

        See:
            https://coder.com/docs/reference/api/files#get-file-by-id
        """
        check_paths(directory=directory)
        if isinstance(version, Omit):
            found = read_template(self._client, template)
            chosen = self._client.template_versions.get(found.active_version_id)
        else:
            chosen = read_version(self._client, version, template)
        files = unpack(self._client.files.download(chosen.job.file_id))
        action = offloaded(lambda: write_folder(directory, files, overwrite=overwrite))
        return Outcome(chosen, action)

    def archive_unused(
        self,
        template: TemplateRef,
        *,
        keep: int = 0,
        failed_only: bool = False,
        only_if: Callable[[TemplateVersion], object] | None = None,
        dry_run: bool = False,
        concurrency: int = 5,
    ) -> Outcome[list[TemplateVersion]]:
        """Archive the versions of a template that neither it nor a workspace uses.

        A version that the server says is in use, by a workspace that the caller may not see, is
        passed over.

        Args:
            template: The template: a model, a UUID, `name`, or `organization/name`.
            keep: How many of the unused ones to keep, the newest.
            failed_only: Archive only those whose import did not succeed.
            only_if: Called with each version; it is left alone unless that returns true.
            dry_run: Only find out which ones.
            concurrency: How many are archived at once.

        Returns:
            The archived versions, the newest in front, and `archived`, `unchanged` or, of a dry
            run, `skipped`.

        Raises:
            RequestValidationError: `keep` is negative.

        Example:
            >>> coder.templates.archive_unused("docker", keep=3)  # doctest: +SKIP

        See:
            https://coder.com/docs/reference/api/templates#archive-template-version
        """
        check_number("keep", keep)
        if keep < 0:
            raise RequestValidationError(
                f"`keep` is {keep}: it cannot be negative.", parameter="keep"
            )
        found = self.get((read_template(self._client, template)).id)
        versions = list(self.versions(found.id))
        used = self._in_use(found)
        leaving = unused_versions(versions, used, keep=keep, failed_only=failed_only)
        if only_if is not None:
            leaving = [item for item in leaving if settled(only_if(item))]
        if dry_run:
            return Outcome(leaving, Skip("it is a dry run"))

        def archive(version: TemplateVersion) -> TemplateVersion | None:
            try:
                self._client.template_versions.archive(version.id)
            except ServerError as error:
                # The server has no better answer to a version that is in use, be it by a
                # workspace that the caller does not see.
                fresh = self._in_use(self.get(found.id))
                if version.id not in fresh and "in use" not in error.detail:
                    raise
                return None
            except BadRequestError:
                # Somebody else was faster.
                if not (self._client.template_versions.get(version.id)).archived:
                    raise
            return version

        gone = [item for item in mapped(archive, leaving, concurrency=concurrency) if item]
        return Outcome(gone, "archived" if gone else "unchanged")

    def _in_use(self, template: Template) -> set[UUID]:
        """The active version, and those of the workspaces that the caller sees."""
        used: set[UUID] = {template.active_version_id}
        for workspace in self._client.workspaces.list(q=f"template:{template.name}"):
            used.add(workspace.latest_build.template_version_id)
        return used
