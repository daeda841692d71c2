# Derived from `src/coder_sdk/workflows/_async/ai_gateway.py`
# by `python -m codegen colours`; edit that file.
"""What the AI Gateway recorded, over whole periods."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import ai_gateway as generated
from coder_sdk.workflows._sync._log_reading import exported

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from coder_sdk._io._sync.pages import Pager
    from coder_sdk._refs import UserRef
    from coder_sdk.models import AIBridgeSession
    from coder_sdk.workflows.window import Window

# Bounds of the search are widened, and sessions outside are dropped: whether the server includes
# the instants themselves does not matter then.
_MARGIN: Final = timedelta(seconds=1)


class AIGateway(generated.AIGateway):
    """The AI Gateway: recorded sessions, clients, models and keys."""

    def export_sessions(
        self,
        window: Window,
        *,
        client: str | Omit = OMIT,
        initiator: UserRef | Omit = OMIT,
        model: str | Omit = OMIT,
        provider: str | Omit = OMIT,
        provider_name: str | Omit = OMIT,
        q: str | Omit = OMIT,
        days: int = 7,
    ) -> Iterator[AIBridgeSession]:
        """Yield every recorded session that began in a period, the newest part of it first.

        It is read a few days at a time, so that a long period does not become slow, and complete
        although sessions are added meanwhile. Days that the server does not answer in time are
        halved.

        Args:
            window: The period; its days are those of its time zone.
            client: Only sessions of this client.
            initiator: Only sessions that this user began.
            model: Only sessions with this model.
            provider: Only sessions with this kind of provider.
            provider_name: Only sessions with the provider of this name.
            q: Search text in the server's own grammar.
            days: How many days are read at a time.

        Returns:
            An iterator over the sessions, without gaps or repetitions.

        Raises:
            FeatureUnavailableError: The deployment has no license for the AI Gateway.

        Example:
            >>> from coder_sdk import Window
            >>> week = Window.last(weeks=1)
            >>> for session in coder.ai_gateway.export_sessions(week):  # doctest: +SKIP
            ...     print(session.started_at, session.initiator.username, session.models)

        See:
            https://coder.com/docs/reference/api/aigateway#list-ai-gateway-sessions
        """

        def read(part: Window) -> Pager[AIBridgeSession]:
            return self.sessions(
                started_after=part.start - _MARGIN,
                started_before=part.end + _MARGIN,
                client=client,
                initiator=initiator,
                model=model,
                provider=provider,
                provider_name=provider_name,
                q=q,
            )

        return exported(window, days, read, _moment)


def _moment(session: AIBridgeSession) -> datetime:
    return session.started_at
