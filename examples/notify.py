"""Forward the notifications of your inbox to a chat, through a webhook as Slack and others have it.

Begins with what is unread, then goes on as notifications arrive. Each is marked as read once it was
delivered, so that nothing is lost or told twice over a restart. A webhook that is away for a moment
is tried again. It is sent the title, the text and the links, and never the token.

Needs: `CODER_URL`, a `CODER_SESSION_TOKEN` of the user whose inbox it is, and `WEBHOOK_URL`, which
is a secret as well. Coder 2.21 or newer, any edition.

Usage:
    WEBHOOK_URL=https://hooks.example.com/… python examples/notify.py
    WEBHOOK_URL=https://hooks.example.com/… python examples/notify.py --count 1
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import httpx

from coder_sdk import Client, CoderError, ConfigError
from coder_sdk.models import InboxNotification

TRIES: Final = 5
TOO_MANY_REQUESTS: Final = 429


def message(notification: InboxNotification) -> dict[str, Any]:
    """Make the body that the webhook takes."""
    links = [f"<{action.url}|{action.label}>" for action in notification.actions]
    parts = [f"*{notification.title}*", notification.content, " ".join(links)]
    return {"text": "\n".join(part for part in parts if part)}


def deliver(webhook: httpx.Client, url: str, body: dict[str, Any]) -> None:
    """Send a message; try again where that may help.

    Raises:
        httpx.HTTPError: The webhook refused it, or was away for too long.
    """
    problem: object = None
    for number in range(1, TRIES + 1):
        pause = 2.0**number
        try:
            answer = webhook.post(url, json=body)
        except httpx.TransportError as error:
            problem = error
        else:
            if answer.status_code != TOO_MANY_REQUESTS and not answer.is_server_error:
                answer.raise_for_status()
                return
            problem = f"status {answer.status_code}"
            if answer.headers.get("Retry-After", "").isdigit():
                pause = float(answer.headers["Retry-After"])
        if number < TRIES:
            print(f"notify: {problem}; again in {pause:.0f} s", file=sys.stderr)
            time.sleep(pause)
    raise httpx.RequestError(f"the webhook failed {TRIES} times: {problem}")


def forward(coder: Client, url: str, count: int | None) -> None:
    """Forward so many notifications, or as long as they come."""
    if count == 0:
        return
    # A client of its own: the one of `coder` sends the token with every request.
    with httpx.Client(timeout=10, follow_redirects=False) as webhook:
        for number, notification in enumerate(coder.inbox.follow(unread=True), 1):
            deliver(webhook, url, message(notification))
            coder.inbox.update_read_status(notification, is_read=True)
            print(f"forwarded: {notification.title}")
            if number == count:
                return


def main(argv: Sequence[str] | None = None) -> int:
    """Forward until it is interrupted; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--count", type=int, help="stop after so many")
    options = parser.parse_args(argv)
    url = os.environ.get("WEBHOOK_URL", "")
    if not url.startswith(("https://", "http://")):
        print("notify: Set `WEBHOOK_URL` to the address of the webhook.", file=sys.stderr)
        return 2
    try:
        with Client(app_name="notify") as coder:
            forward(coder, url, options.count)
    except httpx.HTTPStatusError as error:
        # Its own text has the address, which is a secret.
        status = error.response.status_code
        print(f"notify: the webhook refused the message with status {status}", file=sys.stderr)
        return 1
    except httpx.HTTPError as error:
        print(f"notify: {error}", file=sys.stderr)
        return 1
    except CoderError as error:
        print("notify:", *str(error).splitlines(), file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
