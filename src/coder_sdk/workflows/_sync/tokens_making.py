# Derived from `src/coder_sdk/workflows/_async/tokens_making.py`
# by `python -m codegen colours`; edit that file.
"""Makes tokens, and acts with one that is not the client's own."""

from __future__ import annotations

from datetime import timedelta
from logging import getLogger
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from coder_sdk._auth import Credentials
from coder_sdk._core import Core
from coder_sdk._errors.base import CoderError, ConfigError
from coder_sdk._errors.status import (
    APIStatusError,
    ConflictError,
    FeatureUnavailableError,
    NotFoundError,
    PermissionDeniedError,
    UnauthorizedError,
)
from coder_sdk._io._sync.primitives import loop_token
from coder_sdk._io._sync.shield import shielded
from coder_sdk._io._sync.transport import Transport
from coder_sdk._request import OMIT, Omit
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._given import refused
from coder_sdk.workflows._unclear import is_lost, is_unclear
from coder_sdk.workflows.tokens import CreatedToken, check_lifetime, instant, is_wider

if TYPE_CHECKING:
    from coder_sdk._client import Client
    from coder_sdk._refs import UserRef
    from coder_sdk.models import APIKey
    from coder_sdk.wire import Secret

logger: Final = getLogger("coder_sdk.workflows")
_TRIES: Final = 3
_UNDO_SECONDS: Final = 10.0
_SLACK: Final = 2.0
"""Seconds by which the `Date` of an answer, which has no fractions, may be off."""


@frozen
class Wanted:
    """What a new token shall be.

    Attributes:
        name: Its name; the server picks one if it is omitted.
        lifetime: How long it lives; `None` for as long as the server allows.
        scopes: Its scopes.
        allow_list: The objects that it is limited to.
        scope: The one scope that servers before there were several know.
        capped: Whether a lifetime that is too long is cut instead of refused.
    """

    name: str | Omit
    lifetime: timedelta | Omit | None = OMIT
    scopes: tuple[str, ...] | Omit = OMIT
    allow_list: tuple[str, ...] | Omit = OMIT
    scope: str | Omit = OMIT
    capped: bool = False


def make_token(client: Client, user: UserRef, wanted: Wanted) -> CreatedToken:
    """Make a token.

    A token whose answer was lost cannot be used by anybody: it is found by its name, deleted, and
    made again. It is deleted, too, where an interruption keeps the caller from knowing its secret.

    Raises:
        ConflictError: The user has a token of that name.
        RequestValidationError: It would live longer than this server allows.
        FeatureUnavailableError: The server gave it more rights than were asked for.
    """
    wanted = _with_lifetime(client, user, wanted)
    begun, secret = clock_of(client).monotonic(), None
    try:
        secret = _secret_of(client, user, wanted, begun)
        client._core.redactor.add(secret.get_secret_value())  # noqa: SLF001 - the package's own
        made = _described(client, user, wanted, secret)
    except Exception:
        raise
    except BaseException:
        with shielded(_UNDO_SECONDS):
            _unmake(client, user, wanted, secret, begun)
        raise
    if is_wider(made, wanted.scopes, wanted.allow_list):
        _unmake(client, user, wanted, secret, begun)
        raise FeatureUnavailableError(
            "The server made a token for everything: it knows neither scopes nor allow lists.",
            status=200,
            hint="That token was not kept. Leave them out on a server before 2.27.",
        )
    return made


def _secret_of(client: Client, user: UserRef, wanted: Wanted, begun: float) -> Secret:
    """Create a token, again if its answer was lost."""
    tries = 0
    while True:
        tries += 1
        try:
            made = client.tokens.create_for_user(
                user,
                token_name=wanted.name,
                lifetime=wanted.lifetime if wanted.lifetime is not None else OMIT,
                scopes=wanted.scopes,
                scope=wanted.scope,
                allow_list=wanted.allow_list,
            )
        except CoderError as error:
            if isinstance(wanted.name, Omit) or not is_unclear(error):
                raise
            lost = is_lost(error) or tries > 1
            held = _held(client, user, wanted.name)
            if held is None:
                if not lost or tries == _TRIES:
                    raise
            elif lost and _is_since(client, held[1], begun):
                remove_token(client, user, held[0].id)
            else:
                raise _taken(wanted.name, held[0]) from error
        else:
            return made.key


def _is_since(client: Client, age: float, begun: float) -> bool:
    """Whether a token of that age was made since we began."""
    return age <= clock_of(client).monotonic() - begun + _SLACK


def _unmake(
    client: Client, user: UserRef, wanted: Wanted, secret: Secret | None, begun: float
) -> None:
    """Delete a token that was made, or may have been, and that nobody can use."""
    try:
        if secret is not None:
            identifier = secret.get_secret_value().partition("-")[0]
            remove_token(client, user, identifier)
        elif not isinstance(wanted.name, Omit):
            held = _held(client, user, wanted.name)
            if held is not None and _is_since(client, held[1], begun):
                remove_token(client, user, held[0].id)
    except CoderError:
        logger.exception("A token that nobody can use may be left over: %s", wanted.name)


def _with_lifetime(client: Client, user: UserRef, wanted: Wanted) -> Wanted:
    if isinstance(wanted.lifetime, Omit):
        return wanted
    try:
        config = client.tokens.config(user)
    except (NotFoundError, PermissionDeniedError):
        # A token that may create but not read; the server checks it as well.
        return wanted
    longest = timedelta(microseconds=config.max_token_lifetime // 1000)
    if wanted.lifetime is None or (wanted.capped and wanted.lifetime > longest):
        return evolve(wanted, lifetime=longest)
    check_lifetime(wanted.lifetime, longest)
    return wanted


def _held(client: Client, user: UserRef, name: str) -> tuple[APIKey, float] | None:
    """The token of that name, and how many seconds ago it was made by the server's clock."""
    try:
        answer = client.tokens.with_raw_response.get_by_name(user, name)
    except NotFoundError:
        return None
    found, now = answer.parse(), answer.rate_limit.server_time
    if now is None:
        now = instant(clock_of(client).time())
    return found, (now - found.created_at).total_seconds()


def _taken(name: str, held: APIKey) -> ConflictError:
    return ConflictError(
        f"There is a token `{name}` already; it was made at {held.created_at:%Y-%m-%d %H:%M} UTC.",
        status=409,
        hint="`rotate` replaces it; its secret cannot be read again.",
    )


def _described(client: Client, user: UserRef, wanted: Wanted, secret: Secret) -> CreatedToken:
    """What the server says of a new token; what was asked for if the caller may not read it."""
    identifier = secret.get_secret_value().partition("-")[0]
    try:
        key = client.tokens.get(user, identifier)
    except CoderError:
        # The token is there and its secret is known: nothing may lose it now.
        expires_at = None
        if isinstance(wanted.lifetime, timedelta):
            expires_at = instant(clock_of(client).time()) + wanted.lifetime
        return CreatedToken(
            "" if isinstance(wanted.name, Omit) else wanted.name,
            identifier,
            secret,
            expires_at,
            () if isinstance(wanted.scopes, Omit) else wanted.scopes,
            () if isinstance(wanted.allow_list, Omit) else wanted.allow_list,
        )
    scopes = tuple(str(scope) for scope in key.scopes) or ((str(key.scope),) if key.scope else ())
    return CreatedToken(
        key.token_name, key.id, secret, key.expires_at, scopes, tuple(key.allow_list)
    )


def remove_token(client: Client, user: UserRef, identifier: str) -> None:
    """Delete a token; it is as well if it is gone."""
    try:
        client.tokens.delete(user, identifier)
    except FeatureUnavailableError:
        raise
    except NotFoundError:
        return


def acting_with(client: Client, token: str | Secret) -> Client:
    """A client on the same connections that sends another token.

    Raises:
        RequestValidationError: It is no token.
    """
    if not isinstance(token, str) and not hasattr(token, "get_secret_value"):
        raise refused("token", "a text or a `Secret`", token)
    secret = token if isinstance(token, str) else token.get_secret_value()
    client._core.http(loop_token())  # noqa: SLF001 - both use the same connections
    core: Core = object.__new__(Core)
    core.__dict__.update(client._core.__dict__)  # noqa: SLF001 - the package's own
    core._owned = False  # noqa: SLF001 - the connections belong to the other
    core.names, core.memory = {}, {}
    core.credentials = Credentials(secret, core.redactor)
    copy = client.with_options()
    copy._core = core  # noqa: SLF001 - the package's own
    copy._transport = Transport(core, copy._options)  # noqa: SLF001 - likewise
    return copy


def prove(client: Client, token: Secret) -> None:
    """Let the server see a token.

    What its scopes hide is answered as if it did not exist, but only once it was accepted.

    Raises:
        UnauthorizedError: The server does not accept it.
        CoderError: There was no answer that would tell.
    """
    try:
        acting_with(client, token).users.get("me")
    except (NotFoundError, PermissionDeniedError):
        return


def own_identifier(client: Client) -> str:
    """The part of the client's own token that names it.

    Raises:
        ConfigError: The client has no token, or one that is no key of an account.
    """
    name = own_name(client)
    if name is None:
        raise ConfigError("The client's token is no API token: it has no name before its secret.")
    return name


def own_name(client: Client) -> str | None:
    """Likewise; `None` for a token of another form, which no deployment has made.

    Raises:
        ConfigError: The client has no token.
    """
    credentials = client._core.credentials  # noqa: SLF001 - the package's own
    if credentials.wanted:
        # The source of tokens is asked with the first request.
        try:
            client.users.get("me")
        except UnauthorizedError:
            raise
        except APIStatusError:
            pass
    token: Any = credentials.current
    if not token:
        raise ConfigError("The client has no API token.")
    name, dash, _ = str.__str__(token).partition("-")
    return name if dash and len(name) == 10 else None  # noqa: PLR2004 - the length of a key's name
