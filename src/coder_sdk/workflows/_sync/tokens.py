# Derived from `src/coder_sdk/workflows/_async/tokens.py`
# by `python -m codegen colours`; edit that file.
"""API tokens: made, rotated, checked, and watched as they expire."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from coder_sdk._errors.status import APIStatusError, NotFoundError, UnauthorizedError
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import tokens as generated
from coder_sdk.workflows._clients import clock_of
from coder_sdk.workflows._given import texts
from coder_sdk.workflows._spans import span
from coder_sdk.workflows._sync.tokens_making import (
    Wanted,
    acting_with,
    make_token,
    own_identifier,
    own_name,
)
from coder_sdk.workflows._sync.tokens_rotation import TokenRotation
from coder_sdk.workflows.tokens import (
    CreatedToken,
    ExpiryReport,
    TokenCheck,
    allow_entries,
    check_token_name,
    checks_for,
    failed_checks,
    instant,
    is_whole,
    report_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from coder_sdk._client import Client
    from coder_sdk._refs import UserRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import APIKey, Template, Workspace
    from coder_sdk.wire import Secret


class Tokens(TokenRotation, generated.Tokens):
    """API tokens and session keys of a user: make, look at, rotate and delete them."""

    def create(
        self,
        name: str | Omit = OMIT,
        *,
        user: UserRef = "me",
        lifetime: Seconds | Omit | None = OMIT,
        scopes: Iterable[str] | Omit = OMIT,
        allow_list: Iterable[str | Workspace | Template] | Omit = OMIT,
    ) -> CreatedToken:
        """Create an API token.

        A lifetime is compared with the longest one that this server allows before anything is
        created. If the answer to the creation is lost, the token that nobody knows is deleted and
        made again.

        Args:
            name: Its name, unique among those of the user; else the server picks one.
            user: Whose it shall be: a model, a UUID, a user name, `me`, or an e-mail address.
            lifetime: How long it lives; `None` for as long as the server allows, else its default.
            scopes: What it is good for, as `coder:workspaces.create` or `workspace:read`; else
                everything.
            allow_list: Which objects it may be used for: workspaces, templates, or texts such as
                `workspace:<UUID>`; else all.

        Returns:
            The token with its secret, which is shown only here, when it expires, and its scopes.

        Raises:
            ConflictError: The user has a token of that name.
            RequestValidationError: The lifetime is too long; the message says what is allowed.
            BadRequestError: The server does not know a scope.
            FeatureUnavailableError: The server is from before there were scopes, and made a token
                for everything. That token is deleted.

        Example:
            >>> from datetime import timedelta
            >>> token = coder.tokens.create("ci", lifetime=timedelta(days=7))  # doctest: +SKIP
            >>> token.secret  # doctest: +SKIP
            Secret('**********')

        See:
            https://coder.com/docs/reference/api/users#create-token-api-key
        """
        wanted = Wanted(
            name if isinstance(name, Omit) else check_token_name(name),
            span("lifetime", lifetime),
            scopes if isinstance(scopes, Omit) else texts("scopes", scopes),
            allow_list if isinstance(allow_list, Omit) else allow_entries(allow_list),
        )
        return make_token(self._client, user, wanted)

    def current(self) -> APIKey:
        """Get the token with which this client acts.

        Returns:
            The key: its name, scopes, allow list, and when it expires.

        Raises:
            ConfigError: The client has no token.
            NotFoundError: Its scopes do not let it see itself.

        Example:
            >>> coder.tokens.current().token_name  # doctest: +SKIP
        """
        try:
            return self.get("me", own_identifier(self._client))
        except NotFoundError as error:
            error.hint = "The token needs the scope `api_key:read` to see itself."
            raise

    def expires_at(self) -> datetime | None:
        """Get when the token in use expires.

        Returns:
            The instant; `None` if it never does.

        Raises:
            ConfigError: The client has no token.
            NotFoundError: Its scopes do not let it see itself.

        Example:
            >>> coder.tokens.expires_at()  # doctest: +SKIP
        """
        return (self.current()).expires_at

    def check(self, token: str | Secret | None = None, *, needs: Iterable[str] = ()) -> TokenCheck:
        """Check what a token is worth, above all whether it silently sees nothing.

        A token whose scopes do not include a noun gets empty lists of it instead of an error.

        Args:
            token: The token; the one of this client by default.
            needs: Permissions that it has to have, as `workspace:create`.

        Returns:
            Whether it is valid, whose it is, what it hides, and which permissions are missing.

        Raises:
            ConfigError: Neither was given.

        Example:
            >>> check = coder.tokens.check(needs=["workspace:create"])  # doctest: +SKIP
            >>> check.ok, check.warnings  # doctest: +SKIP
        """
        checks = checks_for(texts("needs", needs))
        client = self._client if token is None else acting_with(self._client, token)
        identifier = own_name(client)
        try:
            answers = client.auth.check(checks=checks)
        except UnauthorizedError as error:
            return TokenCheck(valid=False, reason=error.reason)
        username: str | None = None
        key: APIKey | None = None
        try:
            username = (client.users.get("me")).username
        except APIStatusError as error:
            _only_hidden(error)
        try:
            if identifier is not None:
                key = client.tokens.get("me", identifier)
        except APIStatusError as error:
            _only_hidden(error)
        return TokenCheck(
            valid=True,
            username=username,
            name=None if key is None else key.token_name,
            expires_at=None if key is None else key.expires_at,
            scopes=() if key is None else tuple(str(scope) for scope in key.scopes),
            allow_list=() if key is None else tuple(key.allow_list),
            hidden=_hidden(client, key, failed_checks(answers, "visible")),
            missing=failed_checks(answers, "needed"),
            lifetime=None if key is None else key.lifetime,
        )

    def expiry_report(
        self,
        *,
        within: Seconds = timedelta(days=30),
        user: UserRef = "me",
        everyone: bool = False,
    ) -> ExpiryReport:
        """Report which tokens have expired or soon will.

        Args:
            within: What counts as soon.
            user: Whose tokens: a model, a UUID, a user name, `me`, or an e-mail address.
            everyone: Also those of all other users that the caller may see.

        Returns:
            The tokens, those that expire first in front; servers before 2.32 leave out those that
            have expired.

        Example:
            >>> report = coder.tokens.expiry_report(everyone=True)  # doctest: +SKIP
            >>> for token in report.expiring:  # doctest: +SKIP
            ...     print(token.username, token.name, token.left)
        """
        keys = self.list(user, include_expired=True, include_all=everyone or OMIT)
        return report_of(keys, instant(clock_of(self._client).time()), span("within", within))


def _hidden(client: Client, key: APIKey | None, denied: tuple[str, ...]) -> tuple[str, ...]:
    """What a token hides, of what its permissions do not name."""
    if key is not None and is_whole(key):
        return ()
    # Templates are seen by way of their groups, which no check of permissions counts.
    if "templates" in denied and client.templates.list():
        return tuple(noun for noun in denied if noun != "templates")
    return denied


def _only_hidden(error: APIStatusError) -> None:
    """Pass over a refusal that only says that the scopes hide something."""
    if error.status not in {403, 404}:
        raise error
