"""Pushes the files of a template as a new version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk._endpoint import AsyncResource
from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
)
from coder_sdk._request import OMIT, Omit, is_uuid
from coder_sdk._suggestions import absence_expected
from coder_sdk.workflows._async._ensuring import created_or_found
from coder_sdk.workflows._async.archive_threads import offloaded
from coder_sdk.workflows._async.organizations_finding import placed
from coder_sdk.workflows._async.template_import import AsyncImport
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._given import check_functions, check_mappings
from coder_sdk.workflows._jobs import ended
from coder_sdk.workflows._targets import one_template
from coder_sdk.workflows._waits import Wait
from coder_sdk.workflows.archive import content_digest, unpack
from coder_sdk.workflows.archive_folders import read_source
from coder_sdk.workflows.names import check_name
from coder_sdk.workflows.outcome import Outcome
from coder_sdk.workflows.templates import (
    Provisioner,
    Source,
    failed_name,
    name_taken,
    variable_texts,
    what_to_do,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike

    from coder_sdk._refs import TemplateRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Template, TemplateVersion
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.log_line import LogLine

_ROUNDS: Final = 4
_OWN_NAME: Final = "sha-"


class AsyncTemplatePush(AsyncResource):
    """Pushing templates."""

    async def push(
        self,
        template: TemplateRef,
        directory: str | PathLike[str] | None = None,
        *,
        files: Mapping[str, str | bytes] | None = None,
        name: str | Omit = OMIT,
        message: str | Omit = OMIT,
        activate: bool = True,
        variables: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
        provisioner: Provisioner = "terraform",
        wait: bool = True,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
        on_log: Callable[[LogLine], object] | None = None,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Outcome[TemplateVersion]:
        """Bring a template to the content of a directory.

        The files are those that `coder templates push` takes. The name of the version is made from
        files, variables and tags, so that the same content is found again and nothing is uploaded.
        A version of that name whose import failed gives the name up: it is renamed to
        `<name>-failed-<id>`. One whose import still runs is joined. With a `name` of your own, a
        version of that name with other content is an error.

        A template that does not exist is created, with this version as the active one.

        Args:
            template: The template: a model, a UUID, `organization/name`, or the name where it is
                clear which organization is meant.
            directory: The directory with its Terraform files.
            files: The files by their paths, in place of a directory.
            name: Name of the version.
            message: What the version says of itself.
            activate: Make it the version that new workspaces get.
            variables: Values of Terraform variables; lists and maps are written as JSON.
            tags: What a provisioner has to have to import it.
            provisioner: `terraform`; `echo` is for tests of Coder itself.
            wait: False to return before the import is done; then only a new template gets the
                version as its active one.
            timeout: Seconds that it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.
            on_log: Called with each line of the import's log.
            on_progress: Called with a `Progress` whenever there is a new one.

        Returns:
            The version, and `created` (the template is new), `updated` (the version is new,
            active now, or no longer archived), or `unchanged`.

        Raises:
            RequestValidationError: It is no template, or larger than the server takes.
            TemplateImportError: The import failed; the error has the end of the log.
            MissingVariablesError: It needs variables that were not given; `variables` names them.
            ConflictError: There is a version of this `name` with other content.
            WaitTimeoutError: Not in time; the import goes on, and the next push joins it.

        Example:
            >>> version, action = coder.templates.push(
            ...     "default/docker", "templates/docker", variables={"image": "v9"}, on_log=print
            ... )  # doctest: +SKIP

        See:
            https://coder.com/docs/reference/api/templates#create-template-version-by-organization
        """
        if not isinstance(name, Omit):
            check_name(name, "template_version")
        check_mappings(variables=variables, tags=tags)
        check_functions(on_log=on_log, on_progress=on_progress)

        def read() -> Source:
            found = read_source(directory, files, terraform=provisioner == "terraform")
            return Source.of(
                found,
                name=name,
                message=message,
                variables=variable_texts(variables),
                tags=dict(tags or {}),
                provisioner=provisioner,
            )

        source = await offloaded(read)
        limit = Wait(
            clock_of(self._client), "the import of the template", timeout=timeout,
            poll_interval=poll_interval,
        )  # fmt: skip
        task = AsyncImport(self._client, source, limit, wait, on_log, on_progress)
        for _ in range(_ROUNDS):
            known = await self._existing(template)
            if isinstance(known, tuple):
                outcome = await self._push_first(task, *known)
            else:
                outcome = await self._push_next(task, known, activate=activate)
            if outcome is not None:
                return outcome
        raise ConflictError(
            "Others push to the same template all the time, so this push gave up.", status=409
        )

    async def _existing(self, template: TemplateRef) -> Template | tuple[str, str]:
        """The template; organization and name if it does not exist.

        Raises:
            AmbiguousError: There are several organizations, and none was named.
        """
        client = self._client
        if not isinstance(template, str) or is_uuid(template):
            return await client.templates.get(template)
        organization, slash, name = template.rpartition("/")
        check_name(name, "template")
        if not slash:
            found = await client.templates.list(exact_name=name)
            # An older server ignores the filter and sends every template.
            if any(item.name.casefold() == name.casefold() for item in found):
                return one_template(name, found)
            return await placed(client, template, "template")
        try:
            with absence_expected():
                return await client.templates.get_by_name(organization, name)
        except NotFoundError:
            return organization, name

    # -- the first version

    async def _push_first(
        self, task: AsyncImport, organization: str, name: str
    ) -> Outcome[TemplateVersion] | None:
        """Make the template; `None` if somebody else has made it meanwhile."""
        client = self._client
        file_id = await task.upload()

        async def begin() -> TemplateVersion:
            return await client.template_versions.create(
                organization, file_id=file_id, **task.source.body()
            )

        version = await task.begun(begin, organization, file_id)
        version = await task.finish(version, ours=True)

        async def make() -> Template:
            return await client.templates.create(
                organization, name=name, template_version_id=version.id
            )

        async def find() -> Template | None:
            try:
                with absence_expected():
                    return await client.templates.get_by_name(organization, name)
            except NotFoundError:
                return None

        made, _ = await created_or_found(make, find)
        if made.active_version_id != version.id:
            return None
        return Outcome(await client.template_versions.get(version.id), "created")

    # -- another version

    async def _push_next(
        self, task: AsyncImport, template: Template, *, activate: bool
    ) -> Outcome[TemplateVersion] | None:
        """Make or find the version; `None` if somebody else took its name meanwhile."""
        client, source = self._client, task.source
        held = await self._held(template, source.name)
        if held is None and not source.named:
            active = await self._same_as_active(template, source)
            if active is not None:
                return Outcome(active, "unchanged")
        if held is not None:
            adopted = await self._adopted(task, held)
            if adopted is not None:
                action = "updated" if held.archived else "unchanged"
                return await self._activated(
                    template, adopted, activate=activate and task.waits, action=action
                )
        file_id = await task.upload()

        async def make() -> TemplateVersion:
            return await client.template_versions.create(
                template.organization_id,
                file_id=file_id,
                template_id=template.id,
                **source.body(),
            )

        async def find() -> TemplateVersion | None:
            return await self._held(template, source.name)

        async def begin() -> tuple[TemplateVersion, bool]:
            return await created_or_found(make, find)

        version, ours = await task.begun(begin, template.organization_id, file_id)
        if not ours:
            return None
        version = await task.finish(version, ours=True)
        return await self._activated(
            template, version, activate=activate and task.waits, action="updated"
        )

    async def _held(self, template: Template, name: str) -> TemplateVersion | None:
        try:
            return await self._client.template_versions.get_by_name(template.id, name)
        except NotFoundError:
            return None

    async def _adopted(self, task: AsyncImport, held: TemplateVersion) -> TemplateVersion | None:
        """A version that has the name already, brought into use; `None` if it gave the name up.

        Raises:
            ConflictError: It has other content.
        """
        source, same = task.source, None
        failed = what_to_do(held, same=None) == "rename"
        if not failed and source.named:
            same = await self._is_same(held, source)
        step = what_to_do(held, same=same)
        if step == "conflict":
            raise name_taken(held)
        if step == "rename":
            await self._client.template_versions.update(held.id, name=failed_name(held))
            return None
        if step == "join":
            held = await task.finish(held, ours=False)
            # Its variables can be read only now.
            if source.named and task.waits and not await self._is_same(held, source):
                raise name_taken(held)
        if held.archived:
            await self._client.template_versions.unarchive(held.id)
            held = await self._client.template_versions.get(held.id)
        return held

    async def _same_as_active(self, template: Template, source: Source) -> TemplateVersion | None:
        """The active version if it has the same content under another name."""
        active = await self._client.template_versions.get(template.active_version_id)
        if active.name.startswith(_OWN_NAME) or active.job.status != "succeeded":
            return None
        return active if await self._is_same(active, source) else None

    async def _is_same(self, version: TemplateVersion, source: Source) -> bool:
        """Whether a version has the same files and variables; secret values count as the same."""
        try:
            archive = await self._client.files.download(version.job.file_id)
            if content_digest(unpack(archive)) != source.digest:
                return False
            if not ended(version.job):
                return True
            variables = await self._client.template_versions.variables(version.id)
        except (NotFoundError, PermissionDeniedError, RequestValidationError):
            # Somebody else's upload, or no archive of ours: nothing says that it is the same.
            return False
        known = {item.name: item for item in variables}
        return all(
            name in known and (known[name].sensitive or known[name].value == value)
            for name, value in source.variables.items()
        )

    async def _activated(
        self, template: Template, version: TemplateVersion, *, activate: bool, action: str
    ) -> Outcome[TemplateVersion]:
        if not activate or template.active_version_id == version.id:
            return Outcome(version, action)
        await self._client.templates.update_active_version(template.id, version=version.id)
        return Outcome(version, "updated")
