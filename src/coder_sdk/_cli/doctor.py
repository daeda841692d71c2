"""`doctor`: from the settings to the scopes, each with what to do about it."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, NamedTuple

from coder_sdk._cli.output import Level, marked, say, span, validity, words_of
from coder_sdk._errors.base import CoderError, ConfigError
from coder_sdk._errors.transport import TransportError
from coder_sdk._tls import TlsSettings
from coder_sdk._version import __version__
from coder_sdk._versions import NEWEST, OLDEST, complaint
from coder_sdk.workflows._clients import clock_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coder_sdk._client import Client
    from coder_sdk._response import RawResponse
    from coder_sdk.models import BuildInfoResponse
    from coder_sdk.workflows.tokens import TokenCheck

# A clock may be this far off before expiry dates and signatures are judged wrongly.
_TOLERANCE: Final = timedelta(seconds=30)
_CORRECT: Final = "Correct that setting; the page on configuration says what each takes."
# A token expires soon in the last fifth of its lifetime, but not before the last week.
_LAST_PART: Final = 5
_SOON: Final = timedelta(days=7)


class Check(NamedTuple):
    """What one look found.

    Attributes:
        level: Whether it is fine.
        subject: What was looked at.
        text: What was seen.
        remedy: What to do about it; empty if there is nothing to do.
    """

    level: Level
    subject: str
    text: str
    remedy: str = ""


def doctor(url: str | None, connect: Callable[..., Client]) -> int:
    """Check URL, connection, versions, clock and token."""
    levels: set[Level] = set()
    for check in _every(url, connect):
        say(f"{marked(check.level)} {check.subject:<8} {check.text}")
        if check.remedy:
            say(f"{'':16} {check.remedy}")
        levels.add(check.level)
    return 1 if "failed" in levels else 0


def _every(url: str | None, connect: Callable[..., Client]) -> Iterator[Check]:
    """Check what can be checked, also where there is no token or no URL."""
    yield _versions()
    try:
        coder = connect(url)
    except ConfigError as error:
        missing = Check("failed", "settings", words_of(error), error.hint or _CORRECT)
    else:
        with coder:
            yield from checks(coder)
        return
    try:
        coder = connect(url, token=None)
    except ConfigError:
        yield missing
        return
    with coder:
        yield from connection(coder)
    yield missing


def checks(coder: Client) -> Iterator[Check]:
    """Look at one thing after the other; a server that does not answer ends it."""
    fine = True
    for check in connection(coder):
        yield check
        fine = fine and check.level != "failed"
    if fine:
        yield from _token(coder.with_options(timeout=10, retry=None))


def connection(coder: Client) -> Iterator[Check]:
    """Look at the settings, and at the server, which answers this without a token."""
    yield from _settings(coder)
    try:
        raw = coder.with_options(timeout=10, retry=None).with_raw_response.buildinfo()
        build = raw.parse()
    except CoderError as error:
        yield Check("failed", "server", words_of(error), error.hint or _unreachable(error))
        return
    yield _server(build, raw)
    yield _clock(raw, datetime.fromtimestamp(clock_of(coder).time(), timezone.utc))


def _versions() -> Check:
    python = ".".join(map(str, sys.version_info[:3]))
    libraries = ", ".join(f"{name} {version(name)}" for name in ("httpx", "pydantic"))
    return Check("ok", "package", f"coder-sdk {__version__}, {libraries}, Python {python}")


def _settings(coder: Client) -> Iterator[Check]:
    """Show what the connection is made with."""
    config = coder.config
    url = next((found for found in config.settings if found.name == "url"), None)
    plain = config.url.scheme == "http" and not config.url.is_loopback
    yield Check(
        "warning" if plain else "ok",
        "url",
        f"{config.url} ({url.source})" if url else str(config.url),
        "It is not encrypted: the token can be read on its way. Use `https://`." if plain else "",
    )
    proxy = next((found for found in config.settings if found.name == "proxy"), None)
    yield Check("ok", "proxy", f"{proxy.shown} ({proxy.source})" if proxy else "none")
    if config.url.scheme == "https":
        yield _tls(config.tls)
    for note in config.notes:
        yield Check("note", "settings", f"not used: {note}")


def _tls(tls: object) -> Check:
    if not isinstance(tls, TlsSettings):
        return Check("ok", "TLS", "a context of the program's own")
    if not tls.verify:
        return Check(
            "warning",
            "TLS",
            "the server's certificate is not checked",
            "Name the file of your authority in `CODER_CLIENT_TLS_CA_FILE` or `verify=` instead.",
        )
    trusted = tls.ca_file or "the usual authorities"
    shown = f"; shows the certificate {tls.cert_file}" if tls.cert_file else ""
    return Check("ok", "TLS", f"trusts {trusted}{shown}")


def _unreachable(error: CoderError) -> str:
    if isinstance(error, TransportError):
        return "Look at the URL, the proxy and the network between."
    return "Look whether the URL is the address of a Coder deployment."


def _server(build: BuildInfoResponse, raw: RawResponse[BuildInfoResponse]) -> Check:
    """Judge the release of the server."""
    told = complaint(build.version)
    text = f"Coder {build.version.partition('+')[0]}, answered in {raw.elapsed * 1000:.0f} ms"
    if told:
        return Check("warning", "server", f"{text}. {told}", _other_version(build.version))
    span_of_releases = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    return Check("ok", "server", f"{text}; this package supports {span_of_releases}")


def _other_version(server: str) -> str:
    told = complaint(server) or ""
    return "Update the deployment." if " older " in told else "Update coder-sdk."


def _clock(raw: RawResponse[BuildInfoResponse], now: datetime) -> Check:
    """Compare the clock of this machine with that of the server."""
    theirs = raw.rate_limit.server_time
    if theirs is None:
        return Check("note", "clock", "the answer has no date, so nothing is known")
    off = now - theirs
    if abs(off) <= _TOLERANCE:
        return Check("ok", "clock", "agrees with the server's")
    way = "ahead of" if off > timedelta(0) else "behind"
    return Check(
        "warning",
        "clock",
        f"{span(off)} {way} the server's",
        "Set the clock of this machine: expiry dates and windows of reports are judged by it.",
    )


def _token(coder: Client) -> Iterator[Check]:
    """Judge the token: its validity, its scopes."""
    if coder.config.token is None:
        yield Check("warning", "token", "none", "Set `CODER_SESSION_TOKEN`, or run `coder login`.")
        return
    try:
        check = coder.tokens.check()
    except CoderError as error:
        yield Check("failed", "token", words_of(error), error.hint or "")
        return
    if not check.valid:
        remedy = "Run `coder login`, or set `CODER_SESSION_TOKEN` to a new token."
        yield Check("failed", "token", check.warnings[0], remedy)
        return
    yield _expiry(check, datetime.fromtimestamp(clock_of(coder).time(), timezone.utc))
    yield _scopes(check)


def _expiry(check: TokenCheck, now: datetime) -> Check:
    whose = f"of {check.username}, " if check.username else ""
    if check.expires_at is None and check.name is None:
        return Check("note", "token", f"{whose}accepted; it may not see when it expires")
    named = f"{check.name} " if check.name else ""
    soon = check.expires_at is not None and check.expires_at - now < _last_part(check.lifetime)
    return Check(
        "warning" if soon else "ok",
        "token",
        f"{named}{whose}{validity(check.expires_at, now)}",
        "Make the next one in time: `coder.tokens.rotate`, or `coder login`." if soon else "",
    )


def _last_part(lifetime: timedelta | None) -> timedelta:
    """How long before its end the token of a job that runs daily should have its successor."""
    return _SOON if lifetime is None else min(_SOON, lifetime / _LAST_PART)


def _scopes(check: TokenCheck) -> Check:
    if check.hidden:
        return Check(
            "warning",
            "scopes",
            check.warnings[0],
            "Make a token with the scopes that the program needs: `coder.tokens.create(scopes=…)`.",
        )
    return Check("ok", "scopes", ", ".join(check.scopes) or "all that the user may do is seen")
