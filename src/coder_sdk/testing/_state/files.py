"""Uploaded files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime


@frozen
class StoredFile:
    """An archive that somebody uploaded."""

    id: str
    user_id: str
    media_type: str
    content: bytes
    sha256: str
    created_at: datetime
