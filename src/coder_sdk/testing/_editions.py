"""Which routes a release and an edition have, and what a missing licence answers."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from coder_sdk.resources._operations import OPERATIONS
from coder_sdk.testing._web import Reply, message

if TYPE_CHECKING:
    from coder_sdk.testing._router import Route
    from coder_sdk.testing._state.deployment import Deployment

BUILD_ONLY: Final = "enterprise-build"
_TITLES: Final[dict[str, str]] = {
    "template_rbac": "Template RBAC",
    "scim": "SCIM",
    "oauth2": "OAuth2 provider",
    "aibridge": "AI Gateway",
    "ai_governance_user_limit": "AI Governance User Limit",
}
# The documentation moved on, the server kept the old paths.
_KEPT: Final = "/api/experimental/tasks"
_SPECIAL: Final[dict[str, str]] = {
    "advanced_template_scheduling": (
        "Advanced template scheduling (and user quiet hours schedule) is an Enterprise feature. "
        "Contact sales!"
    ),
}


def shape(operation: str) -> str:
    """An operation without the names of its parameters, which may be spelled in other ways."""
    return re.sub(r"\{[^}]*\}", "{}", operation.rstrip("/"))


@cache
def _known() -> dict[str, tuple[str, str | None, str | None, str | None, str | None]]:
    return {shape(name): facts for name, facts in OPERATIONS.items()}


def _release(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def feature_of(route: Route) -> str | None:
    """The licensed feature of a route; `BUILD_ONLY` if the full build is enough."""
    facts = _known().get(shape(route.operation))
    if route.feature is not None:
        return route.feature
    if route.path.startswith("/api/v2/groups"):
        # What lies below groups is refused for the sake of the groups first.
        return "template_rbac"
    if facts is not None and facts[2] is not None:
        return facts[2]
    return BUILD_ONLY if route.enterprise else None


def is_late(route: Route) -> bool:
    """Whether the licence of a route is looked at after the credentials."""
    return feature_of(route) == "connection_log"


def has_route(state: Deployment, route: Route) -> bool:
    """Whether this release in this edition has a route."""
    release = state.version[:2]
    if release < route.since:
        return False
    facts = _known().get(shape(route.operation))
    if facts is not None:
        since, until = _release(facts[0]), facts[1]
        if route.path.startswith(_KEPT):
            until = None
        if release < since or (until is not None and release > _release(until)):
            return False
    return state.edition != "agpl" or feature_of(route) is None


def gate(state: Deployment, route: Route) -> Reply | None:
    """What a route answers whose licence or experiment is missing; `None` if it is not."""
    facts = _known().get(shape(route.operation))
    experiment = facts[3] if facts is not None else None
    if experiment is not None and experiment not in state.experiments:
        words = (
            f"{_title(experiment)} functionality requires enabling the '{experiment}' experiment."
        )
        return message(403, words)
    feature = feature_of(route)
    if feature is None or feature == BUILD_ONLY or state.has_feature(feature):
        return None
    words = _SPECIAL.get(feature) or f"{_title(feature)} is a Premium feature. Contact sales!"
    return message(403, words)


def _title(feature: str) -> str:
    return _TITLES.get(feature) or feature.replace("_", " ").title()
