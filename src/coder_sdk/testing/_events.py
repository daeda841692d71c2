"""Decides what happens in a fake deployment, and tells what was asked of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from coder_sdk.testing._faults import Fault, Pattern, RecordedRequest
from coder_sdk.testing._handlers.notifications import notify
from coder_sdk.testing._pty import Command
from coder_sdk.testing._shell import CommandResult
from coder_sdk.testing._times import stamp

if TYPE_CHECKING:
    from datetime import datetime

    from coder_sdk.testing._app import App
    from coder_sdk.testing._chats import ChatTurn
    from coder_sdk.testing._clock import FakeClock
    from coder_sdk.testing._seed import Seed
    from coder_sdk.testing._state.deployment import Deployment


class Events:
    """Lets builds fail, commands print, connections break; and remembers the requests."""

    clock: FakeClock
    _app: App
    _state: Deployment
    _seed: Seed

    def fail_next_build(
        self, error: str = "terraform apply: exit status 1", error_code: str = ""
    ) -> None:
        """Let the next build fail.

        Args:
            error: Error of its job.
            error_code: Code of the error, such as `INSUFFICIENT_QUOTA`.
        """
        self._state.next_failures.append((error, error_code))

    def fail_next_import(
        self, error: str = "terraform plan: exit status 1", error_code: str = ""
    ) -> None:
        """Let the next template import fail, as `fail_next_build` does for builds."""
        self._state.next_import_failures.append((error, error_code))

    def disconnect_agent(self, workspace: str) -> None:
        """Let the agents of a workspace lose their connection."""
        self._seed.set_agents(workspace, "disconnected")

    def reconnect_agent(self, workspace: str) -> None:
        """Let the agents of a workspace find their connection again."""
        self._seed.set_agents(workspace, "connected")

    def set_metadata(self, workspace: str, key: str, value: str, *, error: str = "") -> None:
        """Change an item of metadata that the agents of a workspace collect."""
        self._seed.set_metadata(workspace, key, value, error)

    def on_command(
        self,
        pattern: str | re.Pattern[str],
        output: str | Callable[[str], CommandResult] = "",
        returncode: int = 0,
        *,
        delay: float = 0.0,
    ) -> None:
        """Register what a command does in every workspace; the newest registration counts.

        A few commands work without, among them `echo`, `printf`, `cat`, `sleep`, `exit`, `sh`;
        any other is not found. Nothing is run on this machine.

        Args:
            pattern: The command as it is written, or an expression that matches all of it. What
                `workspaces.run` puts around a command is no part of it.
            output: What it prints, or a function from the command to its `CommandResult`.
            returncode: Its exit status.
            delay: Seconds that it takes, on the clock of the fake.
        """
        if callable(output):
            run = output
        else:
            result = CommandResult(output, returncode, delay)
            run = partial(_always, result)

        self._state.commands.append(Command(pattern, run))

    def on_chat(self, *turns: ChatTurn) -> None:
        """Decide what the agent does with the next messages of chats.

        Without, it repeats what was said.

        Args:
            *turns: One for each message.
        """
        self._state.chat_turns.extend(turns)

    def limit_chats(self, *, spent_micros: int, limit_micros: int, resets_at: datetime) -> None:
        """Let every message of chats exceed the limit of usage from now on."""
        self._state.settings["chat_limit"] = {
            "spent_micros": spent_micros,
            "limit_micros": limit_micros,
            "resets_at": stamp(resets_at),
        }

    def send_notification(
        self, title: str, content: str = "", *, user: str | None = None, template: str = ""
    ) -> None:
        """Put a notification into the inbox of a user."""
        with self.clock.lock:
            owner = self._seed.user(user)
            notify(self._state, owner.id, template or self._state.new_id(), title, content)

    def inject(  # noqa: PLR0913 - keywords of their own
        self,
        pattern: str = "**",
        *,
        status: int | None = None,
        message: str = "",
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        delay: float = 0.0,
        cut: int | None = None,
        lose: bool = False,
        refuse: bool = False,
        drop: int | None = None,
        times: int | None = 1,
    ) -> None:
        """Let something go wrong with the next requests to a path.

        Args:
            pattern: `/api/v2/users/*` or `POST /api/v2/workspaces/{workspace}/builds`; `**` also
                stands for slashes.
            status: Answer with this status and do nothing.
            message: Message of that answer.
            detail: Detail of that answer.
            headers: Headers of that answer, `Retry-After` for example.
            body: Body of that answer in place of JSON.
            delay: Answer only after so many seconds.
            cut: Lose the connection after so many bytes of the body.
            lose: Do what is asked, and lose the answer.
            refuse: Refuse the connection.
            drop: Lose a stream after so many frames.
            times: How many requests are hit; `None` for all.
        """
        self._app.faults.append(
            Fault(
                pattern=Pattern(pattern),
                status=status,
                message=message,
                detail=detail,
                headers=dict(headers or {}),
                body=body,
                delay=delay,
                cut=cut,
                lose=lose,
                refuse=refuse,
                drop=drop,
                times=times,
            )
        )

    # -- what happened

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request so far, in the order of arrival."""
        return self._app.requests

    def calls(self, pattern: str = "**") -> list[RecordedRequest]:
        """The requests that a pattern of `inject` fits."""
        wanted = Pattern(pattern)
        return [item for item in self.requests if wanted.fits(item.method, item.path)]

    def assert_called(
        self, pattern: str, *, times: int | None = None, json: Any = None
    ) -> RecordedRequest:
        """Check that there was a request.

        Args:
            pattern: As for `inject`.
            times: How often; at least once by default.
            json: What its body holds at least.

        Returns:
            The last such request.

        Raises:
            AssertionError: There was none, or another number.
        """
        found = self.calls(pattern)
        if json is not None:
            found = [item for item in found if _holds(item.json, json)]
        if not found or (times is not None and len(found) != times):
            log = "\n".join(f"  {item}" for item in self.requests[-20:]) or "  none"
            wanted = "at least one request" if times is None else f"{times} requests"
            raise AssertionError(
                f"Expected {wanted} `{pattern}`, found {len(found)}. The last requests:\n{log}"
            )
        return found[-1]

    def assert_not_called(self, pattern: str) -> None:
        """Check that there was no request.

        Raises:
            AssertionError: There was one.
        """
        found = self.calls(pattern)
        if found:
            raise AssertionError(f"Expected no request `{pattern}`, found {found[0]}.")


def _holds(value: Any, expected: Any) -> bool:
    if isinstance(expected, Mapping) and isinstance(value, Mapping):
        wanted, found = cast("dict[str, Any]", expected), cast("dict[str, Any]", value)
        return all(key in found and _holds(found[key], item) for key, item in wanted.items())
    return bool(value == expected)


def _always(result: CommandResult, command: str) -> CommandResult:
    del command
    return result
