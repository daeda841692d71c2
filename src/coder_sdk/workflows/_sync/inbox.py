# Derived from `src/coder_sdk/workflows/_async/inbox.py`
# by `python -m codegen colours`; edit that file.
"""The inbox, as notifications arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import inbox as generated
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._leaves import Ended
from coder_sdk.workflows._sync._feeds import Feed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Literal
    from uuid import UUID

    from coder_sdk._io._sync.pages import Pager
    from coder_sdk.models import GetInboxNotificationResponse, InboxNotification

# A notification that came while a lost connection was restored is found by the next look.
_REFRESH: Final = 60.0


class Inbox(generated.Inbox):
    """The notifications in the caller's inbox: list, follow and mark them as read."""

    def follow(
        self,
        *,
        unread: bool = False,
        targets: Sequence[UUID | str] | Omit = OMIT,
        templates: Sequence[UUID | str] | Omit = OMIT,
        format: Literal["markdown", "plaintext"] | Omit = OMIT,  # noqa: A002 - as the wire has it
    ) -> Iterator[InboxNotification]:
        """Yield notifications as they arrive, the oldest first; leave the loop to end it.

        None is lost or repeated, across lost connections too.

        Args:
            unread: Begin with those that are there and unread; by default with the next one.
            targets: Only notifications about these objects, by UUID.
            templates: Only notifications of these templates, by UUID.
            format: Whether the texts are plain or Markdown.

        Yields:
            Notification after notification.

        Raises:
            StreamError: The stream was lost for good.

        Example:
            >>> for notification in coder.inbox.follow(unread=True):  # doctest: +SKIP
            ...     print(notification.title)

        See:
            https://coder.com/docs/reference/api/notifications#watch-for-new-inbox-notifications
        """
        here = self.list(targets=targets, templates=templates)
        known = {item.id for item in (here.first_page()).items}
        if unread:
            waiting = self.list(targets=targets, templates=templates, read_status="unread")
            for item in reversed(waiting.to_list()):
                known.add(item.id)
                yield item
        with self.watch(targets=targets, templates=templates, format=format) as watched:
            feed: Feed[GetInboxNotificationResponse] = Feed(watched, clock_of(self._client))
            with feed:
                event: Any = None
                while event is not Ended:
                    # The text as it was asked for comes with the event alone. What came before the
                    # stream was open is found by the first look.
                    told = getattr(event, "notification", None)
                    for item in self._news(here, known):
                        yield told if told is not None and told.id == item.id else item
                    event = feed.next(_REFRESH)

    def _news(self, here: Pager[InboxNotification], known: set[UUID]) -> list[InboxNotification]:
        """What is not known, the oldest first; it is known then."""
        found: list[InboxNotification] = []
        for item in here:
            if item.id in known:
                break
            found.insert(0, item)
        known.update(item.id for item in found)
        return found
