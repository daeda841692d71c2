# Derived from `src/coder_sdk/workflows/_async/users_offboarding.py`
# by `python -m codegen colours`; edit that file.
"""Removes a user with everything that the user owns."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from coder_sdk._endpoint import SyncResource
from coder_sdk._errors.base import RequestValidationError
from coder_sdk._errors.status import ExpectationFailedError, NotFoundError
from coder_sdk._request import OMIT, Omit
from coder_sdk._suggestions import absence_expected
from coder_sdk.workflows._sync._conditions import refusal
from coder_sdk.workflows.outcome import Outcome
from coder_sdk.workflows.users import OffboardReport, kept_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from coder_sdk._refs import UserRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import User, Workspace

_ROUNDS: Final = 3


class Offboarding(SyncResource):
    """Removing users."""

    def offboard(
        self,
        user: UserRef,
        *,
        only_if: Callable[[User], object] | None = None,
        orphan_on_failure: bool = False,
        missing_ok: bool = False,
        concurrency: int = 5,
        timeout: Seconds | Omit | None = OMIT,
    ) -> Outcome[User | None]:
        """Delete a user with all workspaces of the user.

        The workspaces are deleted first, several at once. If one cannot be deleted the user is
        kept. If the server says that some remain, those that came meanwhile are deleted too.

        Args:
            user: The user: a model, a UUID, a user name, or an e-mail address.
            only_if: Called with the user as just read; skipped unless that returns true.
            orphan_on_failure: Drop a workspace whose resources cannot be destroyed.
            missing_ok: Take it for `unchanged` if there is no such user.
            concurrency: How many workspaces are deleted at once.
            timeout: Seconds that each workspace may take, half an hour by default; `None` for no
                limit.

        Returns:
            The user as it was, `None` if there was none, and `deleted`, `unchanged` or `skipped`.

        Raises:
            NotFoundError: There is no such user, unless `missing_ok`.
            RequestValidationError: It is the caller.
            BulkError: Workspaces could not be deleted, so the user was kept; its `report` has the
                error of each.

        Example:
            >>> coder.users.offboard("ann", missing_ok=True)  # doctest: +SKIP
        """
        try:
            with absence_expected() if missing_ok else nullcontext():
                found = self._client.users.get(user)
        except NotFoundError:
            if not missing_ok:
                raise
            return Outcome(None, "unchanged")
        if (self._client.users.get("me")).id == found.id:
            raise RequestValidationError(
                f"`{found.username}` is the caller, who cannot be deleted.", parameter="user"
            )
        skip = refusal(only_if, found)
        if skip is not None:
            return Outcome(found, skip)

        def remove(workspace: Workspace) -> None:
            self._client.workspaces.delete(
                workspace, orphan_on_failure=orphan_on_failure, missing_ok=True, timeout=timeout
            )

        deleted: list[str] = []
        for left in reversed(range(_ROUNDS)):
            self._clear(found, remove, deleted, concurrency)
            try:
                self._client.users.delete(found.id)
                break
            except ExpectationFailedError:
                if not left:
                    raise
            except NotFoundError:
                return Outcome(found, "unchanged")
        return Outcome(found, "deleted")

    def _clear(
        self,
        user: User,
        remove: Callable[[Workspace], None],
        deleted: list[str],
        concurrency: int,
    ) -> None:
        """Delete the workspaces that a user has now.

        Raises:
            BulkError: Some could not be deleted.
        """
        from coder_sdk._errors.work import BulkError  # noqa: PLC0415 - few remove users
        from coder_sdk.workflows._sync._concurrency import completed  # noqa: PLC0415 - likewise

        named = self._client.workspaces.list(q=f"owner:{user.username}")
        # Once a user is deleted somebody else may have the name.
        workspaces = [item for item in named if item.owner_id == user.id]
        failed: list[tuple[str, Exception]] = []
        with completed(remove, workspaces, concurrency=concurrency) as answers:
            for done in answers:
                name = f"{done.item.owner_name}/{done.item.name}"
                if done.error is None:
                    deleted.append(name)
                else:
                    failed.append((name, done.error))
        if failed:
            report = OffboardReport(user, tuple(sorted(deleted)), tuple(failed))
            raise BulkError(kept_message(report), report=report) from failed[0][1]
