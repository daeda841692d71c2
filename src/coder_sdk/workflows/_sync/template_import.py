# Derived from `src/coder_sdk/workflows/_async/template_import.py`
# by `python -m codegen colours`; edit that file.
"""The import of a version that is pushed: its upload, its beginning, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from attrs import frozen

from coder_sdk.workflows._sync.template_versions_imports import cancel_quietly, finish_import
from coder_sdk.workflows.tokens import instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from coder_sdk._client import Client
    from coder_sdk.models import TemplateVersion
    from coder_sdk.workflows._jobs import Progress
    from coder_sdk.workflows._waits import Wait
    from coder_sdk.workflows.log_line import LogLine
    from coder_sdk.workflows.templates import Source

S = TypeVar("S")
_SLACK: Final = 2.0
"""Seconds by which the `Date` of an answer, which has no fractions, may be off."""


@frozen
class Import:
    """How the import of a version is begun and waited for."""

    client: Client
    source: Source
    wait: Wait
    waits: bool
    on_log: Callable[[LogLine], object] | None
    on_progress: Callable[[Progress], object] | None

    def upload(self) -> UUID:
        """Upload the archive; the server keeps the same bytes once."""
        made = self.client.files.upload(self.source.archive, content_type="application/x-tar")
        return made.hash

    def begun(self, begin: Callable[[], S], organization: UUID | str, file_id: UUID) -> S:
        """Begin the import; one whose beginning nobody heard of is canceled on an interruption."""
        since = self.wait.clock.monotonic()
        try:
            return begin()
        except Exception:
            raise
        except BaseException:
            cancel_quietly(lambda: self._cancel_unheard(organization, file_id, since))
            raise

    def _cancel_unheard(self, organization: UUID | str, file_id: UUID, since: float) -> None:
        """Cancel the import of this content that this user has begun since then."""
        client = self.client
        me = client.users.get("me")
        jobs = client.provisioner_jobs.list(organization, status=["pending", "running"])
        for job in jobs:
            version = job.input.template_version_id
            if version is None or job.type != "template_version_import" or job.file_id != file_id:
                continue
            answer = client.template_versions.with_raw_response.get(version)
            found, now = answer.parse(), answer.rate_limit.server_time
            age = (now or instant(self.wait.clock.time())) - found.created_at
            recent = age.total_seconds() <= self.wait.clock.monotonic() - since + _SLACK
            if recent and (found.name, found.created_by.id) == (self.source.name, me.id):
                client.template_versions.request_cancel(version)

    def finish(self, version: TemplateVersion, *, ours: bool) -> TemplateVersion:
        """Wait for the import, if that is wanted; one of ours is canceled on an interruption."""
        if not self.waits:
            return version
        try:
            return finish_import(
                self.client,
                version,
                self.wait,
                given=self.source.variables,
                on_log=self.on_log,
                on_progress=self.on_progress,
            )
        except Exception:
            raise
        except BaseException:
            if ours:
                versions = self.client.template_versions
                cancel_quietly(lambda: versions.request_cancel(version.id))
            raise
