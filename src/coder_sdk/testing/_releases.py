"""What older releases left out of their answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from coder_sdk.testing._web import JSON, Reply, dump

if TYPE_CHECKING:
    from collections.abc import Sequence

NEWEST: Final = (2, 36)
# A key that tells what an object is -> fields that came later, with their release.
_LATER: Final[dict[str, dict[str, tuple[int, int]]]] = {
    "lifetime_seconds": {"allow_list": (2, 28), "scopes": (2, 27)},
    "organization_ids": {"has_ai_seat": (2, 32), "is_service_account": (2, 32)},
    "build_time_stats": {
        "cors_behavior": (2, 26),
        "deleted": (2, 32),
        "disable_module_cache": (2, 32),
        "time_til_autostop_notify_ms": (2, 35),
        "use_classic_parameter_flow": (2, 23),
    },
    "readme": {"has_external_agent": (2, 26)},
    "queue_size": {
        "initiator_id": (2, 28),
        "logs_overflowed": (2, 26),
        "worker_name": (2, 23),
    },
    "global_roles": {
        "has_ai_seat": (2, 32),
        "is_service_account": (2, 32),
        "last_seen_at": (2, 32),
        "login_type": (2, 32),
        "status": (2, 32),
        "user_created_at": (2, 32),
        "user_updated_at": (2, 32),
    },
    "latest_build": {
        "is_prebuild": (2, 25),
        "latest_app_status": (2, 21),
        "shared_with": (2, 30),
        "task_id": (2, 28),
        "template_use_classic_parameter_flow": (2, 23),
    },
    "build_number": {
        "has_ai_task": (2, 24),
        "has_external_agent": (2, 26),
        "template_version_preset_id": (2, 22),
    },
    "lifecycle_state": {"parent_id": (2, 22)},
    "sharing_level": {
        "group": (2, 23),
        "statuses": (2, 21),
        "tooltip": (2, 27),
    },
    "audit_logs": {"count_cap": (2, 32)},
    "terminal_font": {
        "terminal_font": (2, 22),
        "theme_dark": (2, 34),
        "theme_light": (2, 34),
        "theme_mode": (2, 34),
    },
    "is_default": {"default_org_member_roles": (2, 35)},
    "provisioner_api_version": {"webpush_public_key": (2, 21)},
    "description_plaintext": {"form_type": (2, 24)},
    "DesiredPrebuildInstances": {
        "Default": (2, 24),
        "Description": (2, 25),
        "DesiredPrebuildInstances": (2, 25),
        "Icon": (2, 25),
    },
    "hostname_prefix": {"hostname_suffix": (2, 22)},
    "log_source_id": {"exit_code": (2, 34), "status": (2, 34)},
    "display_icon": {"code_challenge_methods_supported": (2, 30), "supports_revocation": (2, 27)},
    "app_installable": {"supports_revocation": (2, 27)},
    "site_permissions": {"organization_member_permissions": (2, 28)},
}


def aged(value: Any, release: tuple[int, int]) -> Any:
    """A value without the fields that a release did not have."""
    if isinstance(value, list):
        return [aged(item, release) for item in cast("Sequence[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    later = {
        name
        for mark, names in _LATER.items()
        if mark in fields
        for name, since in names.items()
        if since > release
    }
    return {name: aged(item, release) for name, item in fields.items() if name not in later}


def aged_reply(reply: Reply, release: tuple[int, int]) -> Reply:
    """Likewise, an answer."""
    if reply.headers.get("content-type") != JSON:
        return reply
    try:
        value = reply.value
    except ValueError:
        # Two documents, as one broken handler writes them.
        return reply
    return Reply(reply.status, dump(aged(value, release)), reply.headers, reply.session)


def aged_frame(frame: str | bytes, release: tuple[int, int]) -> str | bytes:
    """Likewise, a frame of a stream."""
    if isinstance(frame, bytes):
        return frame
    head, mark, text = frame.partition("data: ")
    if not mark:
        head, text = "", frame
    try:
        value = json.loads(text)
    except ValueError:
        return frame
    shown = json.dumps(aged(value, release), ensure_ascii=False, separators=(",", ":"))
    return f"{head}{mark}{shown}" + ("\n\n" if mark else "")
