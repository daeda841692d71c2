"""Which deployment the tests use, and what they may ask of it."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import (
    Client,
    CoderError,
    FeatureUnavailableError,
    NotFoundError,
    PermissionDeniedError,
)

URL = os.environ.get("CODER_URL")
WANTED = bool(URL and os.environ.get("CODER_LIVE"))
# A template whose workspaces have an agent, for what runs in one.
TEMPLATE = os.environ.get("CODER_LIVE_TEMPLATE")
# A template whose tasks may be talked to, for tasks that get an answer.
TASK_TEMPLATE = os.environ.get("CODER_LIVE_TASK_TEMPLATE")
# Chats ask a model, which costs something, and end in the archive: they cannot be deleted.
CHATS = bool(os.environ.get("CODER_LIVE_CHATS"))
PREFIX = f"sdklive{secrets.token_hex(3)}"
SOURCES = Path(__file__).parent / "template"
TASK_SOURCES = Path(__file__).parent / "task_template"
MINUTES = 60.0
# How a test waits for whatever takes long. A deployment that is quick may be looked at more often
# than the second that is the default.
WAIT: dict[str, Any] = {"timeout": 10 * MINUTES}
if "CODER_LIVE_POLL" in os.environ:
    WAIT["poll_interval"] = float(os.environ["CODER_LIVE_POLL"])


@contextlib.contextmanager
def permitted(*others: type[CoderError]) -> Generator[None]:
    """Skip what the edition, the licence, an experiment or the role of the token does not allow.

    Args:
        *others: Errors that mean that too. A server often answers 404 to those who may not.
    """
    try:
        yield
    except (FeatureUnavailableError, PermissionDeniedError, *others) as error:
        pytest.skip(f"not on this deployment: {error}")


def left_behind(coder: Client) -> list[str]:
    """Names of what these tests have made and not removed."""
    found: list[str] = [ws.name for ws in coder.workspaces.list(owner="me")]
    found += [each.name for each in coder.templates.list()]
    found += [token.token_name for token in coder.tokens.list("me")]
    found += [each.name for each in coder.organizations.list()]
    # Who may not see these has made none.
    with contextlib.suppress(NotFoundError, PermissionDeniedError):
        found += [user.username for user in coder.users.list(q=PREFIX)]
    with contextlib.suppress(NotFoundError, PermissionDeniedError):
        found += [group.name for group in coder.groups.list()]
    return [each for each in found if each.startswith(PREFIX)]
