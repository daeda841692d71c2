"""What both colours of the client share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coder_sdk._config import Config
    from coder_sdk._core import Core
    from coder_sdk._options import Options


class BaseClient:
    """What both colours share.

    Attributes:
        config: Where the settings came from; `print(client.config.explain())`.
    """

    config: Config
    _core: Core
    _options: Options
    # The client that a copy was made of; it owns the connections.
    _original: BaseClient | None = None

    def _consist_of(self, config: Config, options: Options, core: Core) -> None:
        # Here, as editors list what a class declares itself before all that it inherits.
        self.config, self._options, self._core = config, options, core

    @property
    def url(self) -> str:
        """Address of the deployment."""
        return str(self._core.base)

    @property
    def server_version(self) -> str | None:
        """Version of the server, from its last answer; `None` before the first."""
        return self._core.server_version

    def __repr__(self) -> str:
        # There is no core where the constructor refused its arguments.
        core: Core | None = getattr(self, "_core", None)
        return f"<{type(self).__name__} {'without a URL' if core is None else core.base}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("A client holds connections and credentials and cannot be pickled.")
