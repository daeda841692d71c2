"""Insights: sums of the use that was noted."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from coder_sdk.testing._query import BAD_QUERY, is_uuid, only
from coder_sdk.testing._router import Routes
from coder_sdk.testing._times import parse, stamp
from coder_sdk.testing._web import Call, Reply, answer, dump, invalid, message, missing, refuse

if TYPE_CHECKING:
    from coder_sdk.testing._state.deployment import Usage

routes = Routes()
_LAYOUT: Final = "2006-01-02T15:04:05Z07:00"
_WRONG: Final = "Query parameter has invalid value."
_APPS: Final[dict[str, tuple[str, str]]] = {
    "vscode": ("Visual Studio Code", "/icon/code.svg"),
    "jetbrains": ("JetBrains", "/icon/intellij.svg"),
    "reconnecting-pty": ("Web Terminal", "/icon/terminal.svg"),
    "ssh": ("SSH", "/icon/terminal.svg"),
    "sftp": ("SFTP", "/icon/terminal.svg"),
}
_DAYS: Final = 60
_FURTHEST_ZONE: Final = 15
_DAY: Final = timedelta(days=1)


class _Window:
    """What a report covers."""

    def __init__(self, call: Call, *names: str) -> None:
        only(call, "start_time", "end_time", "template_ids", *names)
        problems = [
            {"field": name, "detail": f'Query param "{name}" is required and cannot be empty'}
            for name in ("start_time", "end_time")
            if not call.get(name)
        ]
        self.template_ids = call.values("template_ids")
        for value in self.template_ids:
            if not is_uuid(value):
                detail = (
                    f'Query param "template_ids" has invalid values: invalid UUID length: '
                    f"{len(value)}"
                )
                problems.append({"field": "template_ids", "detail": detail})
        if problems:
            raise refuse(400, BAD_QUERY, validations=problems)
        self.start = _moment(call, "start_time")
        self.end = _moment(call, "end_time")
        if self.end < self.start:
            detail = 'Query param "end_time" must be after than "start_time"'
            raise invalid("end_time", detail, _WRONG)

    def usage(self, call: Call) -> list[Usage]:
        """What was used in the window."""
        return [
            item
            for item in call.state.usage
            if self.start <= item.moment < self.end
            and (not self.template_ids or item.template_id in self.template_ids)
        ]

    def shown(self) -> dict[str, str]:
        """The bounds as they were asked for."""
        return {"start_time": stamp(self.start), "end_time": stamp(self.end)}


def _moment(call: Call, name: str) -> datetime:
    text = call.get(name)
    found = parse(text)
    if found is None:
        rest = text[10:]
        detail = (
            f'Query param "{name}" must be a valid date format ({_LAYOUT}): parsing time '
            f'"{text}" as "{_LAYOUT}": cannot parse "{rest}" as "T"'
        )
        raise invalid(name, detail, _WRONG)
    local = call.state.now.astimezone(found.tzinfo)
    next_hour = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if found > next_hour:
        raise invalid(name, f'Query param "{name}" must not be in the future', _WRONG)
    today = name == "end_time" and found.date() == local.date()
    if today and (found.minute or found.second):
        detail = f'Query param "{name}" must have the clock set to {found.hour:02d}:00:00'
        raise invalid(name, detail, _WRONG)
    if not today and (found.hour or found.minute or found.second):
        detail = f'Query param "{name}" must have the clock set to 00:00:00, got {text}'
        raise invalid(name, detail, _WRONG)
    return found


def _need(call: Call) -> None:
    if not call.actor.can("template", "view_insights"):
        raise missing()


@routes("GET", "/api/v2/insights/templates")
def templates(call: Call) -> Reply:
    """Report the use of applications and parameters."""
    _need(call)
    window = _Window(call, "interval", "sections")
    interval = call.get("interval")
    if interval not in {"", "day", "week"}:
        raise invalid("interval", "must be one of [day week]", _WRONG)
    step = _DAY * (7 if interval == "week" else 1)
    if interval == "week" and _last(window, step) < 6 * _DAY:
        raise refuse(400, _WRONG, "Last report interval should have at least 6 days.")
    sections = call.values("sections") or ["report", "interval_reports"]
    usage = window.usage(call)
    value: dict[str, Any] = {}
    if "report" in sections:
        value["report"] = {**window.shown(), **_report(call, usage, window)}
    if "interval_reports" in sections and interval:
        value["interval_reports"] = _intervals(window, usage, interval, step)
    return answer(value)


def _last(window: _Window, step: timedelta) -> timedelta:
    rest = (window.end - window.start) % step
    return rest or step


def _template_ids(usage: list[Usage]) -> list[str]:
    return sorted({item.template_id for item in usage})


def _report(call: Call, usage: list[Usage], window: _Window) -> dict[str, Any]:
    apps: list[dict[str, Any]] = []
    for slug, (title, icon) in _APPS.items():
        used = [item for item in usage if item.app == slug]
        apps.append(
            {
                "template_ids": _template_ids(used),
                "type": "builtin",
                "display_name": title,
                "slug": slug,
                "icon": icon,
                "seconds": sum(item.seconds for item in used),
                "times_used": 0,
            }
        )
    return {
        "template_ids": _template_ids(usage),
        "active_users": len({item.user_id for item in usage}),
        "apps_usage": apps,
        "parameters_usage": _parameters(call, window),
    }


def _parameters(call: Call, window: _Window) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for workspace in call.state.workspaces.values():
        latest = workspace.latest
        template = workspace.template_id
        wanted = not window.template_ids or template in window.template_ids
        if not wanted or not window.start <= latest.created_at < window.end:
            continue
        for name, value in latest.parameters.items():
            values = counts[(template, name)]
            values[value] = values.get(value, 0) + 1
    found: list[dict[str, Any]] = []
    for (template, name), values in counts.items():
        version = call.state.templates[template].active_version_id
        parameter = call.state.versions[version].spec.parameter(name)
        found.append(
            {
                "template_ids": [template],
                "display_name": parameter.display_name if parameter else "",
                "name": name,
                "type": parameter.type if parameter else "string",
                "description": parameter.description if parameter else "",
                "values": [{"value": value, "count": n} for value, n in values.items()],
            }
        )
    return found


def _intervals(
    window: _Window, usage: list[Usage], interval: str, step: timedelta
) -> list[dict[str, Any]]:
    reports: list[dict[str, Any]] = []
    start = window.start
    # Steps of whole days in the offset of the start: clock changes are not known here.
    while start < window.end:
        end = min(start + step, window.end)
        used = [item for item in usage if start <= item.moment < end]
        reports.append(
            {
                "start_time": stamp(start),
                "end_time": stamp(end.astimezone(start.tzinfo)),
                "template_ids": _template_ids(used),
                "interval": interval,
                "active_users": len({item.user_id for item in used}),
            }
        )
        start += step
    return reports


def _by_user(usage: list[Usage]) -> dict[str, list[Usage]]:
    found: dict[str, list[Usage]] = defaultdict(list)
    for item in usage:
        found[item.user_id].append(item)
    return found


def _who(call: Call, user_id: str, used: list[Usage]) -> dict[str, Any]:
    user = call.state.users[user_id]
    return {
        "template_ids": _template_ids(used),
        "user_id": user.id,
        "username": user.username,
        "avatar_url": user.avatar_url,
    }


@routes("GET", "/api/v2/insights/user-activity")
def user_activity(call: Call) -> Reply:
    """Report how long users were active."""
    _need(call)
    window = _Window(call)
    usage = window.usage(call)
    users = [
        {**_who(call, user, used), "seconds": sum(item.seconds for item in used)}
        for user, used in _by_user(usage).items()
    ]
    users.sort(key=lambda user: -int(user["seconds"]))
    report = {**window.shown(), "template_ids": _template_ids(usage), "users": users}
    return answer({"report": report})


@routes("GET", "/api/v2/insights/user-latency")
def user_latency(call: Call) -> Reply:
    """Report the latency of users' connections."""
    _need(call)
    window = _Window(call)
    usage = [item for item in window.usage(call) if item.latency_ms]
    users: list[dict[str, Any]] = []
    for user, used in _by_user(usage).items():
        values = sorted(item.latency_ms for item in used)
        middle, high = values[len(values) // 2], values[int(0.95 * (len(values) - 1))]
        users.append({**_who(call, user, used), "latency_ms": {"p50": middle, "p95": high}})
    report = {**window.shown(), "template_ids": _template_ids(usage), "users": users}
    return answer({"report": report})


@routes("GET", "/api/v2/insights/daus")
def daus(call: Call) -> Reply:
    """Count the users of each of the last sixty days."""
    _need(call)
    only(call, "tz_offset")
    offset = call.get("tz_offset") or "0"
    try:
        hours = int(offset)
    except ValueError:
        detail = f'Query param "tz_offset" must be a valid integer: {offset}'
        raise invalid("tz_offset", detail, BAD_QUERY) from None
    if abs(hours) > _FURTHEST_ZONE:
        # The handler goes on after its error, and answers twice.
        problem = message(500, "Internal error fetching DAUs.", "pq: time zone displacement out of "
                          "range")  # fmt: skip
        again = dump({"entries": [], "tz_hour_offset": hours})
        return Reply(500, problem.body + again, problem.headers)
    # The parameter counts hours behind UTC, as offsets of Go's fixed zones do the other way.
    shift = timedelta(hours=hours)
    today = (call.state.now + shift).date()
    users: dict[Any, set[str]] = defaultdict(set)
    for item in call.state.usage:
        users[(item.moment + shift).date()].add(item.user_id)
    days = [today - timedelta(days=_DAYS - number) for number in range(_DAYS + 1)]
    entries = [{"date": str(day), "amount": len(users[day])} for day in days]
    return answer({"entries": entries, "tz_hour_offset": hours})


@routes("GET", "/api/v2/insights/user-status-counts")
def user_status_counts(call: Call) -> Reply:
    """Count the users by status on each of the last sixty days."""
    if not call.actor.can("user", "read"):
        raise missing()
    only(call, "timezone", "tz_offset")
    if call.has("timezone") and call.has("tz_offset"):
        raise refuse(400, 'Provide either "timezone" or "tz_offset", not both.')
    offset = int(call.get("tz_offset") or 0)
    name = call.get("timezone") or (f"Etc/GMT{-offset:+d}" if offset else "UTC")
    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise refuse(400, "Invalid timezone.", f"unknown time zone {name}") from None
    local = call.state.now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - timedelta(days=_DAYS - number) for number in range(_DAYS + 1)]
    counts: dict[str, list[dict[str, Any]]] = {}
    for status in ("active", "dormant", "suspended"):
        users = [user for user in call.state.users.values() if user.status == status]
        counts[status] = [
            {
                "date": stamp(day.astimezone(ZoneInfo("UTC"))),
                "count": sum(user.created_at < day + _DAY for user in users),
            }
            for day in days
        ]
    return answer({"status_counts": counts})
