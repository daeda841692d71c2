# Derived from `src/coder_sdk/workflows/_async/audit.py`
# by `python -m codegen colours`; edit that file.
"""The audit log: whole periods, and what is added."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import audit as generated
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._sync._log_reading import exported, tailed
from coder_sdk.workflows._waits import Wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from coder_sdk._io._sync.pages import Pager
    from coder_sdk._refs import ObjectRef, OrganizationRef, UserRef
    from coder_sdk.models import AuditAction, AuditLog, BuildReason, ResourceType
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.window import Window

_EVERY: Final = 5.0
# The server's filter includes its end; instants have microseconds.
_TICK: Final = timedelta(microseconds=1)


class Audit(generated.Audit):
    """The audit log: who did what to which object, when, and from which address."""

    def export(
        self,
        window: Window,
        *,
        action: AuditAction | str | Omit = OMIT,
        build_reason: BuildReason | str | Omit = OMIT,
        email: str | Omit = OMIT,
        organization: OrganizationRef | Omit = OMIT,
        resource_id: ObjectRef | Omit = OMIT,
        resource_target: str | Omit = OMIT,
        resource_type: ResourceType | str | Omit = OMIT,
        username: UserRef | Omit = OMIT,
        q: str | Omit = OMIT,
        days: int = 7,
    ) -> Iterator[AuditLog]:
        """Yield every entry of a period, the newest first.

        It is read a few days at a time, so that a long period does not become slow, and complete
        although entries are added meanwhile. Days that the server does not answer in time are
        halved.

        Args:
            window: The period; its days are those of its time zone.
            action: Only entries of this action.
            build_reason: Only builds made for this reason.
            email: Only those of the user with this address.
            organization: Only those of this organization.
            resource_id: Only entries about the object with this ID.
            resource_target: Only entries about the object of this name.
            resource_type: Only entries about objects of this kind.
            username: Only those of the user with this name.
            q: Search text in the server's own grammar.
            days: How many days are read at a time.

        Returns:
            An iterator over the entries, without gaps or repetitions.

        Raises:
            PermissionDeniedError: The caller may not read the log.

        Example:
            >>> from coder_sdk import Window
            >>> july = Window.month(2026, 7, tz="Europe/Berlin")
            >>> for entry in coder.audit.export(july):  # doctest: +SKIP
            ...     print(entry.time, entry.description)

        See:
            https://coder.com/docs/reference/api/audit#get-audit-logs
        """

        def read(part: Window) -> Pager[AuditLog]:
            return self.list(
                date_from=part.start,
                date_to=part.end - _TICK,
                action=action,
                build_reason=build_reason,
                email=email,
                organization=organization,
                resource_id=resource_id,
                resource_target=resource_target,
                resource_type=resource_type,
                username=username,
                q=q,
            )

        return exported(window, days, read, _moment)

    def tail(
        self,
        *,
        since: datetime | None = None,
        action: AuditAction | str | Omit = OMIT,
        organization: OrganizationRef | Omit = OMIT,
        resource_type: ResourceType | str | Omit = OMIT,
        username: UserRef | Omit = OMIT,
        q: str | Omit = OMIT,
        poll_interval: PollInterval = _EVERY,
    ) -> Iterator[AuditLog]:
        """Yield entries as they are added, the oldest first; leave the loop to end it.

        Args:
            since: Begin with the entries from this instant on; by default with the next one.
            action: Only entries of this action.
            organization: Only those of this organization.
            resource_type: Only entries about objects of this kind.
            username: Only those of the user with this name.
            q: Search text in the server's own grammar.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Returns:
            An iterator over the entries.

        Raises:
            PermissionDeniedError: The caller may not read the log.
            TransportError: The server was away several times in a row.

        Example:
            >>> for entry in coder.audit.tail(resource_type="template"):  # doctest: +SKIP
            ...     print(entry.time, entry.description)
        """

        def read() -> Pager[AuditLog]:
            return self.list(
                action=action,
                organization=organization,
                resource_type=resource_type,
                username=username,
                q=q,
            )

        wait = Wait(clock_of(self._client), "the log", timeout=None, poll_interval=poll_interval)
        return tailed(wait, since, read, _moment)


def _moment(entry: AuditLog) -> datetime:
    return entry.time
