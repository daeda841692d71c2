"""What workflows need of a client beside its resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable

    from coder_sdk._base_client import BaseClient
    from coder_sdk._clock import Clock


def clock_of(client: BaseClient) -> Clock:
    """The clock on which everything waits."""
    return client._core.clock  # noqa: SLF001 - the package's own


def remembered(client: BaseClient) -> dict[Hashable, Any]:
    """Things that cannot change on this deployment, shared by all copies of the client.

    The key is a tuple whose first item names the workflow.
    """
    return client._core.memory  # noqa: SLF001 - the package's own
