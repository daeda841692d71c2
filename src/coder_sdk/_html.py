"""What notebooks show: compact tables without colours of their own, for light and dark pages.

Everything that comes from a server is escaped and cut; secrets are masked. Nothing is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import BaseModel

from coder_sdk._model_list import class_of
from coder_sdk.wire._columns import Column, in_utc, is_hidden, unit_of
from coder_sdk.wire._secret import Secret
from coder_sdk.wire._values import Unit

if TYPE_CHECKING:
    from coder_sdk._page import Page
    from coder_sdk.workflows.bulk import BulkEntry, BulkReport
    from coder_sdk.workflows.tables import Table

MASK: Final = "**********"
_LONGEST: Final = 80  # characters of a value
_ROWS: Final = 20
_COLUMNS: Final = 8
_NAMED: Final = 3  # items of a list, and keys of a map, that are named
_LABELS: Final = (
    "username", "name", "token_name", "display_name", "title", "slug", "email", "id",
)  # fmt: skip
_STATES: Final = ("status", "state", "lifecycle_state", "transition")
# Columns of a list, the most telling first; the others follow in the order of their fields.
_TELLING: Final = (
    "owner_name", "workspace_owner_username", "organization_name", "username", "workspace_name",
    "name", "slug", "title", "token_name", "email", "user", "action", "resource_type",
    "resource_target", "kind", "type", "template_name", "status", "state", "level", "transition",
    "latest_build", "current_state", "initial_prompt", "role", "created_at", "started_at",
    "connect_time", "time", "last_used_at", "last_used", "last_seen_at", "expires_at",
    "updated_at", "latest_app_status", "display_name",
)  # fmt: skip
_CELL: Final = '<td style="text-align: left">{}</td>'
_HEADED: Final = '<th style="text-align: left">{}</th>'
_UNTELLING: Final = ("_id", "_url", "icon", "_uri")


# -- tables


def model_html(model: BaseModel) -> str:
    """One model: a row for each field that has a value, and the names of those that have none."""
    rows: list[Sequence[str]] = []
    empty: list[str] = []
    for name in type(model).model_fields:
        text = field_text(model, name)
        if text:
            rows.append((escape(name), escape(text)))
        else:
            empty.append(name)
    notes = [f"Empty: {', '.join(empty)}"] if empty else []
    if model.model_extra:
        # Their values are not shown: what this release does not know may be a secret.
        notes.append(f"Unknown to this release: {', '.join(model.model_extra)}")
    return _table(_title(model), (), rows, notes, first=_HEADED)


def list_html(items: Sequence[object], model: type[BaseModel] | None, about: str = "") -> str:
    """A list: its first items, with the columns that tell most."""
    name = "Items" if model is None else model.__name__
    title = about or f"{name}: {len(items)}"
    shown = items[:_ROWS]
    notes = [f"… and {len(items) - _ROWS} more"] if len(items) > _ROWS else []
    if model is None or not all(isinstance(item, BaseModel) for item in shown):
        return _table(title, (), [(escape(value_text(item)),) for item in shown], notes)
    models = cast("Sequence[BaseModel]", shown)
    names = _telling(models, model)
    rows = [
        [escape(field_text(item, name)) for name in names] or [escape(model_text(item))]
        for item in models
    ]
    return _table(title, names, rows, notes)


def page_html(page: Page[Any]) -> str:
    """A page: its first items, and which part of the list it is."""
    more = (
        "" if page.total is None else f" of {'' if page.total_is_exact else 'about '}{page.total}"
    )
    about = f"Page {page.number}: {len(page)}{more} items{', more follow' if page.has_next else ''}"
    return list_html(page.items, class_of(page.items), about)


def table_html(table: Table, title: str, more: Iterable[str] = ()) -> str:
    """A table of a report: its first rows."""
    zone = str(table.tz)

    def cell(value: object, kind: str) -> str:
        from coder_sdk.workflows.tables import duration  # noqa: PLC0415 - imports attrs

        if isinstance(value, int) and kind in {"ns", "us", "ms", "s"}:
            value = duration(value, cast("Any", kind))
        if isinstance(value, datetime):
            return escape(f"{value.astimezone(table.tz):%Y-%m-%d %H:%M}")
        return escape(value_text(value))

    # Where templates have names, nobody reads their ids.
    named = "template_names" in table.columns
    shown = {k: v for k, v in table.columns.items() if not (named and k == "template_ids")}
    places = [list(table.columns).index(name) for name in shown]
    kinds = tuple(shown.values())
    rows = [
        [cell(row[place], kind) for place, kind in zip(places, kinds, strict=True)]
        for row in table.rows[:_ROWS]
    ]
    notes = [f"… and {len(table) - _ROWS} more rows"] if len(table) > _ROWS else []
    notes += [f"Times in {zone}"] if "instant" in kinds else []
    others = ", ".join(more)
    notes += [f"Further tables: {others}"] if others else []
    return _table(title, tuple(shown), rows, notes)


def bulk_html(report: BulkReport[Any, Any]) -> str:
    """What came of many calls: the summary, and the entries, those that need a look first."""
    order = {"failed": 0, "unfinished": 1, "not started": 2, "skipped": 3}
    entries: list[BulkEntry[Any, Any]] = sorted(
        report.entries, key=lambda entry: order.get(entry.state, len(order))
    )
    records = [entry.to_record() for entry in entries]
    names = [
        name
        for name in ("item", "state", "action", "reason", "request", "error")
        if any(record[name] for record in records)
    ]
    rows = [[escape(value_text(record[name])) for name in names] for record in records[:_ROWS]]
    notes = [f"… and {len(records) - _ROWS} more"] if len(records) > _ROWS else []
    title = f"BulkReport: {report.summary()}{' (dry run)' if report.dry_run else ''}"
    return _table(title, names, rows, notes)


def outcome_html(action: str, reason: str | None, result: object) -> str:
    """What was done, and the object as it is now."""
    told = f"{action}: {reason}" if reason else action
    show: Callable[[], str] | None = getattr(result, "_repr_html_", None)
    inner = escape(value_text(result)) if show is None else show()
    return f"<p><strong>{escape(_cut(told))}</strong></p>{inner}"


def _table(
    title: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    notes: Iterable[str],
    *,
    first: str = _CELL,
) -> str:
    """Put a table together; the cells are HTML already, `first` is the form of the first ones."""
    above = "".join(_HEADED.format(escape(name)) for name in head)
    body = "".join(
        f"<tr>{first.format(row[0])}{''.join(_CELL.format(cell) for cell in row[1:])}</tr>"
        for row in rows
    )
    thead = f"<thead><tr>{above}</tr></thead>" if above else ""
    below = "".join(f"<p><small>{escape(_cut(note, 4 * _LONGEST))}</small></p>" for note in notes)
    table = f"<table>{thead}<tbody>{body}</tbody></table>" if body else ""
    return f"<div><p><strong>{escape(title)}</strong></p>{table}{below}</div>"


def _title(model: BaseModel) -> str:
    label = label_of(model)
    return f"{type(model).__name__} {label}" if label else type(model).__name__


def _telling(items: Sequence[BaseModel], model: type[BaseModel]) -> list[str]:
    """The columns of a list: at most so many, and none that is empty."""
    filled = [
        name
        for name in model.model_fields
        if any(field_text(item, name) for item in items) or (not items and name in _TELLING)
    ]
    plain = [name for name in filled if name != "id" and not name.endswith(_UNTELLING)]
    places = {name: place for place, name in enumerate(_TELLING)}

    def rank(name: str) -> int:
        is_flag = any(isinstance(getattr(item, name, None), bool) for item in items)
        return places.get(name, len(places) + is_flag)

    ranked = sorted(plain or filled, key=rank)
    return ranked[:_COLUMNS]


# -- values


def field_text(model: BaseModel, name: str) -> str:
    """What a field of a model shows; the empty text if it has no value."""
    field, value = type(model).model_fields[name], getattr(model, name, None)
    if value is None:
        return ""
    if is_hidden(field):
        return MASK if value else ""
    unit = unit_of(field)
    if unit is Unit.EPOCH_SECONDS:
        return value_text(Column((name,), "instant", unit).value(model))
    if unit is not None and isinstance(value, (int, float)):
        return duration_text(value, unit)
    return value_text(value)


def value_text(value: object) -> str:
    """A value on one line, cut if it is long."""
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case Secret():
            text = str(value)
        case datetime():
            text = f"{in_utc(value):%Y-%m-%d %H:%M:%S} UTC"
        case date() | timedelta():
            text = str(value)
        case bytes():
            text = f"{len(value)} bytes" if value else ""
        case BaseModel():
            text = model_text(value)
        case _:
            text = _collection_text(value)
    return _cut(text)


def _collection_text(value: object) -> str:
    if isinstance(value, Mapping):
        keys = [str(key) for key in cast("Mapping[object, object]", value)]
        return _counted(keys, "key")
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [value_text(item) for item in cast("Iterable[object]", value)]
        return _counted(items, "item") if len(items) > _NAMED else ", ".join(items)
    return str(value)


def _counted(items: Sequence[str], what: str) -> str:
    if not items:
        return ""
    named = ", ".join(items[:_NAMED])
    more = ", …" if len(items) > _NAMED else ""
    return f"{len(items)} {what}{'s' if len(items) > 1 else ''}: {named}{more}"


def model_text(model: BaseModel) -> str:
    """A model within another one: what it is called, and its state."""
    parts = [label_of(model)]
    state = next((str(found) for name in _STATES if (found := getattr(model, name, None))), "")
    if state:
        parts.append(f"({state})")
    return " ".join(part for part in parts if part) or _scalars(model)


def _scalars(model: BaseModel) -> str:
    """The first values of a model that has neither a name nor a state."""
    found = [
        f"{name}: {text}"
        for name in type(model).model_fields
        if isinstance(getattr(model, name, None), (bool, int, float, str, datetime))
        and (text := field_text(model, name))
    ]
    return ", ".join(found[:_NAMED]) or type(model).__name__


def label_of(model: BaseModel) -> str:
    """What a model is called: `owner/name`, a name, or the beginning of its id."""
    owner, name = getattr(model, "owner_name", None), getattr(model, "name", None)
    if isinstance(owner, str) and isinstance(name, str) and owner and name:
        return f"{owner}/{name}"
    if (number := getattr(model, "build_number", None)) is not None:
        return f"#{number}"
    fields = type(model).model_fields
    for attribute in _LABELS:
        if attribute not in fields or is_hidden(fields[attribute]):
            continue
        value = getattr(model, attribute, None)
        if value:
            return str(value)[:8] if attribute == "id" else _cut(str(value))
    return ""


def duration_text(count: float, unit: Unit) -> str:
    """A duration in the largest units that it fills, such as `1 d 8 h`; `0` means none."""
    if not count:
        return "0"
    seconds = count / {"ns": 1e9, "us": 1e6, "ms": 1e3}.get(unit.value, 1)
    if abs(seconds) < 1:
        return f"{seconds * 1e3:.3g} ms"
    rest, parts = round(seconds), list[str]()
    for length, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        whole, rest = divmod(rest, length)
        parts += [f"{whole} {name}"] if whole else []
    return " ".join(parts)


def _cut(text: str, length: int = _LONGEST) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
