"""Logging in and out, and what people set for themselves."""

from __future__ import annotations

from typing import Any, Final

from coder_sdk.testing._lookup import named_user, user_of
from coder_sdk.testing._passwords import WEAK, is_weak
from coder_sdk.testing._query import Body
from coder_sdk.testing._router import Routes
from coder_sdk.testing._schedule import next_start, schedule_complaint
from coder_sdk.testing._sessions import new_session
from coder_sdk.testing._times import stamp
from coder_sdk.testing._web import Call, Reply, answer, empty, invalid, message, refuse

routes = Routes()
_FONTS: Final = {"", "ibm-plex-mono", "fira-code", "source-code-pro", "jetbrains-mono"}
_APPEARANCE: Final[dict[str, Any]] = {
    "theme_preference": "",
    "theme_mode": "",
    "theme_light": "",
    "theme_dark": "",
    "terminal_font": "",
}
_PREFERENCES: Final[dict[str, Any]] = {
    "task_notification_alert_dismissed": False,
    "thinking_display_mode": "auto",
    "shell_tool_display_mode": "always_collapsed",
    "code_diff_display_mode": "",
    "agent_chat_send_shortcut": "enter",
}
_WRONG: Final = "Incorrect email or password."


@routes("GET", "/api/v2/users/authmethods", auth="none")
def authmethods(call: Call) -> Reply:
    """Tell how one can log in."""
    del call
    return answer(
        {
            "password": {"enabled": True},
            "github": {"enabled": False, "default_provider_configured": False},
            "oidc": {"enabled": False, "signInText": "", "iconUrl": ""},
        }
    )


@routes("POST", "/api/v2/users/login", auth="none")
def login(call: Call) -> Reply:
    """Log in with a password."""
    body = Body(call)
    body.require("email", "password")
    body.finish()
    email = body.text("email").lower()
    user = next(
        (u for u in call.state.users.values() if u.email.lower() == email and not u.deleted), None
    )
    if user is None:
        raise refuse(401, _WRONG)
    if user.login_type != "password":
        text = (
            'Incorrect login type, attempting to use "password" but user is of login type '
            f'"{user.login_type}"'
        )
        raise refuse(403, text)
    if body.text("password") != user.password:
        raise refuse(401, _WRONG)
    if user.status == "suspended":
        text = "Your account is suspended. Contact an admin to reactivate your account."
        raise refuse(401, text)
    user.status = "active"
    key = new_session(call.state, user, call.state.session_days)
    cookie = f"coder_session_token={key.token}; Path=/; HttpOnly; SameSite=Lax"
    return answer({"session_token": key.token}, 201, {"set-cookie": cookie})


@routes("POST", "/api/v2/users/logout")
def logout(call: Call) -> Reply:
    """Delete the key that the request came with."""
    call.state.keys.pop(call.actor.key.id, None)
    return message(200, "Logged out!")


@routes("POST", "/api/v2/users/otp/request", auth="none")
def request_passcode(call: Call) -> Reply:
    """Take the wish for a new password, for whatever address."""
    body = Body(call)
    body.require("email")
    body.finish()
    return empty()


@routes("POST", "/api/v2/users/validate-password", auth="none")
def validate_password(call: Call) -> Reply:
    """Judge a password."""
    weak = is_weak(Body(call).text("password"))
    return answer({"valid": not weak, "details": WEAK if weak else ""})


@routes("POST", "/api/v2/users/{user}/convert-login")
def convert_login(call: Call) -> Reply:
    """Refuse to convert a login: there is no other method."""
    user = named_user(call)
    body = Body(call)
    if user is not call.actor.user or body.text("password") != user.password:
        raise refuse(401, _WRONG)
    raise refuse(400, f'Converting to "{body.text("to_type")}" is not allowed.')


@routes("GET", "/api/v2/users/oidc-claims")
def oidc_claims(call: Call) -> Reply:
    """Say that nobody came through OpenID Connect."""
    del call
    raise refuse(400, "User is not an OIDC user.")


@routes("GET", "/api/v2/users/oauth2/github/device", auth="none")
def github_device(call: Call) -> Reply:
    """Say that GitHub is off."""
    del call
    raise refuse(400, "Github OAuth2 is not enabled.")


@routes("GET", "/api/v2/users/oauth2/github/callback", auth="none")
@routes("GET", "/api/v2/users/oidc/callback", auth="none")
def oauth2_callback(call: Call) -> Reply:
    """Say that no such login is set up."""
    del call
    raise refuse(400, "The oauth2 method requested is not configured!")


@routes("GET", "/api/v2/users/{user}/appearance")
def get_appearance(call: Call) -> Reply:
    """Show how the dashboard looks to a user."""
    user = user_of(call, "read_personal")
    return answer({**_APPEARANCE, **user.preferences.get("appearance", {})})


@routes("PUT", "/api/v2/users/{user}/appearance")
def put_appearance(call: Call) -> Reply:
    """Change how the dashboard looks."""
    user = user_of(call, "update_personal")
    body = Body(call)
    if body.text("terminal_font") not in _FONTS:
        raise refuse(400, "Unsupported font family.")
    chosen = {name: body.text(name) for name in _APPEARANCE if body.has(name)}
    user.preferences["appearance"] = {**_APPEARANCE, **chosen}
    return answer(user.preferences["appearance"])


@routes("GET", "/api/v2/users/{user}/preferences", since=(2, 26))
def get_preferences(call: Call) -> Reply:
    """Show what a user prefers."""
    user = user_of(call, "read_personal")
    return answer({**_PREFERENCES, **user.preferences.get("preferences", {})})


@routes("PUT", "/api/v2/users/{user}/preferences", since=(2, 26))
def put_preferences(call: Call) -> Reply:
    """Change what a user prefers; what is not sent stays."""
    user = user_of(call, "update_personal")
    body = Body(call)
    chosen = {name: body[name] for name in _PREFERENCES if body.has(name)}
    current = user.preferences.get("preferences", {})
    user.preferences["preferences"] = {**_PREFERENCES, **current, **chosen}
    return answer(user.preferences["preferences"])


def _git_key(call: Call) -> Reply:
    user = user_of(call, "read_personal")
    return answer(
        {
            "user_id": user.id,
            "created_at": stamp(user.created_at),
            "updated_at": stamp(user.git_key_updated_at),
            "public_key": f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{user.git_key or user.id[:8]}",
        }
    )


@routes("GET", "/api/v2/users/{user}/gitsshkey")
def get_git_key(call: Call) -> Reply:
    """Show the public key for Git."""
    return _git_key(call)


@routes("PUT", "/api/v2/users/{user}/gitsshkey")
def put_git_key(call: Call) -> Reply:
    """Make a new key for Git."""
    user = user_of(call, "update_personal")
    user.git_key = call.state.new_word(8)
    user.git_key_updated_at = call.state.now
    return _git_key(call)


@routes("GET", "/api/v2/users/{user}/quiet-hours", feature="advanced_template_scheduling")
def get_quiet_hours(call: Call) -> Reply:
    """Show when workspaces of a user may be stopped."""
    user = user_of(call, "read_personal")
    default = {"raw_schedule": "CRON_TZ=UTC 0 0 * * *", "user_set": False}
    return answer(_quiet_hours(call, {**default, **user.preferences.get("quiet_hours", {})}))


@routes("PUT", "/api/v2/users/{user}/quiet-hours", feature="advanced_template_scheduling")
def put_quiet_hours(call: Call) -> Reply:
    """Choose when workspaces may be stopped."""
    user = user_of(call, "update_personal")
    schedule = Body(call).text("schedule")
    complaint = schedule_complaint(schedule)
    if complaint:
        raise invalid("schedule", complaint, "Invalid schedule.")
    user.preferences["quiet_hours"] = {"raw_schedule": schedule, "user_set": True}
    return answer(_quiet_hours(call, user.preferences["quiet_hours"]))


def _quiet_hours(call: Call, chosen: dict[str, Any]) -> dict[str, Any]:
    fields = chosen["raw_schedule"].split()
    zone = fields[0].partition("=")[2] if fields[0].startswith("CRON_TZ=") else "UTC"
    minute, hour = fields[-5], fields[-4]
    return {
        **chosen,
        "user_can_set": True,
        "time": f"{int(hour):02d}:{int(minute):02d}",
        "timezone": zone,
        "next": stamp(next_start(chosen["raw_schedule"], call.state.now) or call.state.now),
    }
