# Derived from `src/coder_sdk/workflows/_async/connection_log.py`
# by `python -m codegen colours`; edit that file.
"""The connection log: whole periods, and what is added."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import connection_log as generated
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._sync._log_reading import exported, tailed
from coder_sdk.workflows._waits import Wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from coder_sdk._io._sync.pages import Pager
    from coder_sdk._refs import ObjectRef, OrganizationRef, UserRef
    from coder_sdk.models import ConnectionLog
    from coder_sdk.workflows._waits import PollInterval
    from coder_sdk.workflows.window import Window

_EVERY: Final = 5.0
# Bounds of the search are widened, and entries outside are dropped: whether the server includes
# the instants themselves does not matter then.
_MARGIN: Final = timedelta(seconds=1)


class ConnectionLogResource(generated.ConnectionLogResource):
    """The log of connections to workspaces: who connected, how, and for how long."""

    def export(
        self,
        window: Window,
        *,
        organization: OrganizationRef | Omit = OMIT,
        user_email: str | Omit = OMIT,
        username: UserRef | Omit = OMIT,
        workspace_id: ObjectRef | Omit = OMIT,
        workspace_owner: UserRef | Omit = OMIT,
        q: str | Omit = OMIT,
        days: int = 7,
    ) -> Iterator[ConnectionLog]:
        """Yield every connection that began in a period, the newest first.

        It is read a few days at a time, so that a long period does not become slow, and complete
        although connections are added meanwhile. Days that the server does not answer in time are
        halved.

        Args:
            window: The period; its days are those of its time zone.
            organization: Only those of this organization.
            user_email: Only connections of the user with this address.
            username: Only those of the user with this name.
            workspace_id: Only those of this workspace.
            workspace_owner: Only connections to workspaces of this user.
            q: Search text in the server's own grammar.
            days: How many days are read at a time.

        Returns:
            An iterator over the connections, without gaps or repetitions.

        Raises:
            FeatureUnavailableError: The deployment has no license for the log.

        Example:
            >>> from coder_sdk import Window
            >>> week = Window.last(weeks=1)
            >>> for entry in coder.connection_log.export(week):  # doctest: +SKIP
            ...     print(entry.connect_time, entry.workspace_name, entry.type)

        See:
            https://coder.com/docs/reference/api/enterprise#get-connection-logs
        """

        def read(part: Window) -> Pager[ConnectionLog]:
            return self.list(
                connected_after=part.start - _MARGIN,
                connected_before=part.end + _MARGIN,
                organization=organization,
                user_email=user_email,
                username=username,
                workspace_id=workspace_id,
                workspace_owner=workspace_owner,
                q=q,
            )

        return exported(window, days, read, _moment)

    def tail(
        self,
        *,
        since: datetime | None = None,
        organization: OrganizationRef | Omit = OMIT,
        username: UserRef | Omit = OMIT,
        workspace_owner: UserRef | Omit = OMIT,
        q: str | Omit = OMIT,
        poll_interval: PollInterval = _EVERY,
    ) -> Iterator[ConnectionLog]:
        """Yield connections as they begin, the oldest first; leave the loop to end it.

        Args:
            since: Begin with the connections from this instant on; by default with the next one.
            organization: Only those of this organization.
            username: Only those of the user with this name.
            workspace_owner: Only connections to workspaces of this user.
            q: Search text in the server's own grammar.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Returns:
            An iterator over the connections.

        Raises:
            FeatureUnavailableError: The deployment has no license for the log.
            TransportError: The server was away several times in a row.

        Example:
            >>> for entry in coder.connection_log.tail():  # doctest: +SKIP
            ...     print(entry.connect_time, entry.workspace_name, entry.ip)
        """

        def read() -> Pager[ConnectionLog]:
            return self.list(
                organization=organization,
                username=username,
                workspace_owner=workspace_owner,
                q=q,
            )

        wait = Wait(clock_of(self._client), "the log", timeout=None, poll_interval=poll_interval)
        return tailed(wait, since, read, _moment)


def _moment(entry: ConnectionLog) -> datetime:
    return entry.connect_time
