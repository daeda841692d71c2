"""The server's rate limits: windows of a minute, for each user and path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coder_sdk.testing._web import Call, Refusal, Reply, message, segments_of, text

if TYPE_CHECKING:
    from coder_sdk.testing._actor import Actor

_WINDOW: Final = 60
_LOGIN: Final = 60
_FILES: Final = 12
_LOGIN_WORDS: Final = frozenset({"login", "otp", "validate-password", "password", "oauth2"})


class RateLimits:
    """Counts requests.

    Args:
        per_minute: Requests of a user to a path in a minute; `None` for no limit.
    """

    def __init__(self, per_minute: int | None) -> None:
        self.per_minute = per_minute
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}

    def count(self, call: Call, actor: Actor | None) -> dict[str, str]:
        """Count a request; gives the headers of its answer.

        Raises:
            Refusal: There were too many.
        """
        if self.per_minute is None:
            return {}
        if call.headers.get("x-coder-bypass-ratelimit"):
            if actor is not None and actor.is_owner:
                return {}
            words = '"X-Coder-Bypass-Ratelimit" provided but user is not owner'
            raise Refusal(text(words, 428))
        limit = self._limit(call)
        window = int(call.state.clock.time()) // _WINDOW
        who = call.client if actor is None else actor.user.id
        key = (who, "/".join(segments_of(call.path)))
        seen, count = self._counts.get(key, (window, 0))
        count = count + 1 if seen == window else 1
        self._counts[key] = (window, count)
        headers = {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(0, limit - count)),
            "x-ratelimit-reset": str((window + 1) * _WINDOW),
        }
        if count > limit:
            raise Refusal(_too_many(limit, headers))
        return headers

    def _limit(self, call: Call) -> int:
        own = self.per_minute or 0
        parts = segments_of(call.path)
        if parts[2:3] == ["files"] and call.method == "POST":
            return min(own, _FILES)
        return min(own, _LOGIN) if _LOGIN_WORDS & set(parts[3:]) else own


def _too_many(limit: int, headers: dict[str, str]) -> Reply:
    words = f"You've been rate limited for sending more than {limit} requests in 1m0s."
    reply = message(429, words)
    reply.headers.update(headers)
    reply.headers["retry-after"] = str(_WINDOW)
    return reply
