"""Where the token comes from, and which one is current."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from coder_sdk._errors.base import ConfigError
from coder_sdk._prepare import check_token
from coder_sdk._redact import Masked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from coder_sdk._redact import Redactor


@runtime_checkable
class TokenProvider(Protocol):
    """Gives tokens; the methods may be coroutine functions for the async client.

    An example is a provider that reads a secret store and, once the server refuses what it
    gave, asks the store for a new one.
    """

    def token(self) -> str | Awaitable[str]:
        """The token to begin with."""
        ...

    def refresh(self, rejected: str) -> str | Awaitable[str]:
        """A new token, after the server has refused `rejected`.

        Returning the same token again says that there is no other.
        """
        ...


@runtime_checkable
class HasSecretValue(Protocol):
    """A secret that is not shown by accident: `coder_sdk.wire.Secret`, `pydantic.SecretStr`."""

    def get_secret_value(self) -> str:
        """The secret itself."""
        ...


if TYPE_CHECKING:
    TokenSource = str | HasSecretValue | TokenProvider | Callable[[], str | Awaitable[str]]


class Credentials:
    """The current token of a client and of its copies.

    The transport holds a lock of its colour around `obtain` and `renew`; `generation` tells those
    who waited for it whether somebody else has asked already.
    """

    __slots__ = ("_failure", "_redactor", "_source", "_token", "generation")

    def __init__(self, source: TokenSource | None, redactor: Redactor) -> None:
        self._redactor = redactor
        self._token: Masked | None = None
        self._source: Any = None
        self._failure: BaseException | None = None
        self.generation: int = 0
        if isinstance(source, str):
            self.accept(source)
        else:
            self._source = source

    def __repr__(self) -> str:
        return f"<Credentials {'refreshable' if self.refreshable else 'static'}>"

    @property
    def current(self) -> Masked | None:
        """The token to send; `None` before the first was obtained, and without credentials."""
        return self._token

    @property
    def refreshable(self) -> bool:
        """Whether a refused token can be replaced."""
        return self._source is not None

    @property
    def wanted(self) -> bool:
        """Whether the source has to be asked before the first request."""
        return self._token is None and self._source is not None

    def ask(self, rejected: str | None) -> Any:
        """Ask the source for a token; what comes back may have to be awaited."""
        source = self._source
        if not isinstance(source, TokenProvider):
            return source()
        return source.token() if rejected is None else source.refresh(str.__str__(rejected))

    def accept(self, token: object) -> Masked:
        """Make a token the current one.

        Raises:
            ConfigError: It is no token.
        """
        if not isinstance(token, str):
            kind = type(token).__name__
            raise ConfigError(f"The token provider returned {kind} instead of a string.")
        self._token = Masked(check_token(token))
        self._redactor.add(self._token)
        self._failure = None
        self.generation += 1
        return self._token

    def fail(self, error: BaseException) -> None:
        """Remember that the source failed, for those who wait for its answer."""
        self._failure = error
        self.generation += 1

    @property
    def failure(self) -> BaseException | None:
        """What the last attempt to renew ended with."""
        return self._failure

    def forget(self) -> None:
        """Drop the token and its source, when signing out or in."""
        self._token = None
        self._source = None
        self.generation += 1


EXPLICIT: Final = "passed as `token`"
