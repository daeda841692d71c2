"""What the state of a task means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import ConflictError
from coder_sdk._request import is_uuid
from coder_sdk.workflows._given import check_texts

if TYPE_CHECKING:
    from datetime import datetime

    from coder_sdk._refs import TaskRef, TemplateRef
    from coder_sdk.models import Task

__all__ = [
    "TaskTarget", "check_prompt", "check_same", "is_building", "is_idle", "state_of", "target_of",
    "written_at",
]  # fmt: skip

OLD_ROOT: Final = "/api/experimental/tasks"
ROOT: Final = "/api/v2/tasks"
# How long an agent may take until it first says what it does; many say nothing before.
SILENCE: Final = 30.0
# How long a task may be in the state `error`: its parts become healthy one after the other.
ERROR_GRACE: Final = 300.0
_BUILDING: Final = frozenset({"pending", "initializing"})
_RESTING: Final = frozenset({"idle", "complete", "failed"})


class TaskTarget(NamedTuple):
    """Where a task is found: its owner, and its id or name."""

    owner: str
    task: str


def target_of(task: TaskRef) -> TaskTarget:
    """The parts of a path out of a model, a UUID, `name`, or `owner/name`."""
    owner = getattr(task, "owner_id", None)
    if owner is not None:
        return TaskTarget(str(owner), str(getattr(task, "id", "")))
    text = str(task)
    if is_uuid(text) or "/" not in text:
        return TaskTarget("me", text)
    name, _, rest = text.partition("/")
    return TaskTarget(name, rest)


def check_prompt(prompt: str) -> None:
    """Refuse what tells an agent nothing.

    Raises:
        RequestValidationError: It is no text, or an empty one.
    """
    check_texts(prompt=prompt)
    if not prompt.strip():
        raise RequestValidationError("`prompt` is empty.", parameter="prompt")


def check_same(task: Task, prompt: str, template: TemplateRef | None) -> None:
    """Refuse a task that exists and is another one.

    Raises:
        ConflictError: It has another prompt, or is made from another template.
    """
    name = f"{task.owner_name}/{task.name}"
    if template is not None and _is_other(task, template):
        wanted = template if isinstance(template, str) else getattr(template, "name", template)
        raise ConflictError(
            f"{name} exists, made from the template `{task.template_name}` and not from "
            f"`{wanted}`.",
            status=409,
            hint="Choose another name, or delete the task first.",
        )
    if task.initial_prompt.strip() != prompt.strip():
        raise ConflictError(
            f"{name} exists with another prompt.",
            status=409,
            hint="`send` tells its agent more; for other work choose another name.",
        )


def _is_other(task: Task, template: TemplateRef) -> bool:
    text = str(template if isinstance(template, (str, UUID)) else template.id)
    if is_uuid(text):
        return text.lower() != str(task.template_id)
    return text.rpartition("/")[2].lower() != task.template_name.lower()


def state_of(task: Task) -> str | None:
    """What the agent says that it does: `working`, `idle`, `complete`, `failed`."""
    return None if task.current_state is None else str(task.current_state.state)


def is_building(task: Task) -> bool:
    """Whether its workspace is on the way, or did not come up."""
    return task.status in _BUILDING or task.status == "error"


def is_idle(task: Task, waited: float) -> bool:
    """Whether its agent does nothing at present; an unknown state says nothing.

    Args:
        task: The task.
        waited: Seconds for which it has been active, as far as is known.
    """
    if task.status == "paused":
        return True
    if task.status != "active":
        return False
    state = state_of(task)
    return waited >= SILENCE if state is None else state in _RESTING


def written_at(task: Task) -> datetime | None:
    """When the agent last said what it does."""
    return None if task.current_state is None else task.current_state.timestamp
