"""Notifications with a text of one's own."""

from __future__ import annotations

from coder_sdk._errors.base import RequestValidationError
from coder_sdk.resources import notifications as generated
from coder_sdk.workflows._given import check_texts


class AsyncNotifications(generated.AsyncNotifications):
    """Notification settings, templates, preferences and tests."""

    async def send(self, title: str, message: str) -> None:
        """Send a notification to yourself, by the ways that you have chosen.

        Args:
            title: Its title.
            message: Its text.

        Raises:
            RequestValidationError: One of them is empty.

        Example:
            >>> coder.notifications.send("Export done", "See the file.")  # doctest: +SKIP

        See:
            https://coder.com/docs/reference/api/notifications#send-a-custom-notification
        """
        check_texts(title=title, message=message)
        for name, text in (("title", title), ("message", message)):
            if not text.strip():
                raise RequestValidationError(f"`{name}` is empty.", parameter=name)
        await self.send_custom(content={"title": title, "message": message})
