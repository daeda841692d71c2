"""Which deployment the tests use, and what they may ask of it."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Generator
from pathlib import Path

import pytest

from coder_sdk import FeatureUnavailableError, PermissionDeniedError

URL = os.environ.get("CODER_URL")
WANTED = bool(URL and os.environ.get("CODER_LIVE"))
# A template whose workspaces have an agent, for what runs in one.
TEMPLATE = os.environ.get("CODER_LIVE_TEMPLATE")
PREFIX = f"sdklive{secrets.token_hex(3)}"
SOURCES = Path(__file__).parent / "template"
MINUTES = 60.0


@contextlib.contextmanager
def permitted() -> Generator[None]:
    """Skip what the edition, the licence, an experiment or the role of the token does not allow."""
    try:
        yield
    except (FeatureUnavailableError, PermissionDeniedError) as error:
        pytest.skip(f"not on this deployment: {error}")
