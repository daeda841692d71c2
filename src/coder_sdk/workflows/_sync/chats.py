# Derived from `src/coder_sdk/workflows/_async/chats.py`
# by `python -m codegen colours`; edit that file.
"""Chats: asking, waiting for the answer, one chat for each purpose."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any
from uuid import UUID

from coder_sdk._errors.base import CoderError, RequestValidationError
from coder_sdk._errors.status import ConflictError
from coder_sdk._request import OMIT, Omit
from coder_sdk.resources import chats as generated
from coder_sdk.workflows._clients import clock_of, remembered
from coder_sdk.workflows._given import check_mappings
from coder_sdk.workflows._sync._concurrency import pause
from coder_sdk.workflows._sync._waiting import wait_until
from coder_sdk.workflows._unclear import is_unclear
from coder_sdk.workflows._waits import Wait
from coder_sdk.workflows.chat_answer import (
    NEEDS_INPUT,
    ChatAnswer,
    Preview,
    identifier,
    is_resting,
    last_answer,
    message_text,
)
from coder_sdk.workflows.outcome import Outcome
from coder_sdk.workflows.task_states import SILENCE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from coder_sdk._refs import ChatRef, OrganizationRef, WorkspaceRef
    from coder_sdk._request import Seconds
    from coder_sdk.models import Chat, ChatMessage, ChatStreamEvent, CreateChatMessageResponse
    from coder_sdk.workflows._waits import PollInterval


class Chats(generated.Chats):
    """Chats with Coder Agents: create, write to, follow, share and archive them."""

    def ask(
        self,
        text: str,
        *,
        chat: ChatRef | Omit = OMIT,
        organization: OrganizationRef = "default",
        workspace: WorkspaceRef | Omit = OMIT,
        model_config_id: UUID | str | Omit = OMIT,
        system_prompt: str | Omit = OMIT,
        labels: Mapping[str, str] | Omit = OMIT,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> ChatAnswer:
        """Say something to an agent and wait for its answer.

        Args:
            text: What is said.
            chat: The chat in which it is said, as soon as it listens; a new one by default.
            organization: The organization of a new chat.
            workspace: The workspace that a new chat uses.
            model_config_id: The model; see `chats.models`.
            system_prompt: Instructions that come before a new chat.
            labels: Labels of a new chat.
            timeout: Seconds that it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Returns:
            The answer; `needs_input` says whether the agent waits for something.

        Raises:
            ChatLimitError: The account has used up what it may spend.
            ChatFailedError: The agent failed; the message is the server's.
            WaitTimeoutError: No answer in time; `last_state` is the chat.

        Example:
            >>> answer = coder.chats.ask("What does this repository do?")  # doctest: +SKIP
            >>> print(answer.text)  # doctest: +SKIP
        """
        wait = self._wait(timeout, poll_interval)
        content = [{"type": "text", "text": text}]
        if isinstance(chat, Omit):
            state = self.create(
                content=content,
                organization_id=self._organization(organization),
                workspace_id=workspace,
                model_config_id=model_config_id,
                system_prompt=system_prompt,
                labels=labels,
            )
            return self._answered(state, 0, wait)
        state = self._settled(self.get(chat), wait)
        newest = self.messages(state.id, limit=1, max_items=1).first()
        sent = self.create_message(state.id, content=content, model_config_id=model_config_id)
        known = 0 if newest is None else newest.id
        return self._answered(state, sent.message.id if sent.message else known, wait)

    def send(
        self, chat: ChatRef, text: str, *, interrupt: bool = False
    ) -> CreateChatMessageResponse:
        """Say something in a chat without waiting for an answer.

        Args:
            chat: The chat: a model or a UUID.
            text: What is said.
            interrupt: Interrupt the answer that is being written; by default the message waits.

        Returns:
            The message, or that it is queued.

        Raises:
            ChatLimitError: The account has used up what it may spend.

        Example:
            >>> coder.chats.send(chat, "Use the other one", interrupt=True)  # doctest: +SKIP
        """
        return self.create_message(
            chat,
            content=[{"type": "text", "text": text}],
            busy_behavior="interrupt" if interrupt else "queue",
        )

    def wait(
        self,
        chat: ChatRef,
        *,
        timeout: Seconds | Omit | None = OMIT,
        poll_interval: PollInterval | Omit = OMIT,
    ) -> Chat:
        """Wait until nothing happens any more in a chat.

        Args:
            chat: The chat: a model or a UUID.
            timeout: Seconds that it may take, half an hour by default; `None` for no limit.
            poll_interval: Seconds between two looks, or a function of the seconds so far.

        Returns:
            The chat; its status is `requires_action` if it waits for input.

        Raises:
            ChatFailedError: The agent failed; the message is the server's.
            WaitTimeoutError: Not in time; `last_state` is the chat.

        Example:
            >>> coder.chats.wait(chat, timeout=600).status  # doctest: +SKIP
            'waiting'
        """
        wait = self._wait(timeout, poll_interval)
        return self._settled(self.get(chat), wait)

    def answer(self, chat: ChatRef, *, after: int = 0) -> ChatAnswer:
        """Get the last answer in a chat.

        Args:
            chat: The chat: a model or a UUID.
            after: Number of a message; only later ones count.

        Returns:
            The answer, with an empty text if there is none.

        Example:
            >>> print(coder.chats.answer(chat).text)  # doctest: +SKIP
        """
        state = self.get(chat)
        said: list[ChatMessage] = []
        for message in self.messages(state.id):
            if message.id <= after:
                break
            said.insert(0, message)
            if message.role == "assistant" and message_text(message):
                break
        last = last_answer(said)
        text = "" if last is None else message_text(last)
        return ChatAnswer(state, text, last, state.status == NEEDS_INPUT)

    def ensure(
        self,
        labels: Mapping[str, str],
        text: str,
        *,
        organization: OrganizationRef = "default",
        workspace: WorkspaceRef | Omit = OMIT,
        model_config_id: UUID | str | Omit = OMIT,
        system_prompt: str | Omit = OMIT,
    ) -> Outcome[Chat]:
        """Find the chat with some labels, or create it.

        Callers that do so at the same time get the same chat: who comes second puts the one that
        it made into the archive.

        Args:
            labels: The labels by which it is found.
            text: The first message of a new chat.
            organization: The organization of a new chat.
            workspace: The workspace that a new chat uses.
            model_config_id: The model of a new chat.
            system_prompt: Instructions that come before a new chat.

        Returns:
            The chat, and `created` or `unchanged`.

        Raises:
            RequestValidationError: There is no label.
            ChatLimitError: The account has used up what it may spend.

        Example:
            >>> chat, action = coder.chats.ensure({"ticket": "42"}, "Fix it")  # doctest: +SKIP
        """
        check_mappings(labels=labels)
        if not labels:
            raise RequestValidationError("`labels` is empty.", parameter="labels")
        first = self._oldest(labels)
        if first is not None:
            return Outcome(first, "unchanged")
        own = self._created(
            labels,
            content=[{"type": "text", "text": text}],
            organization_id=self._organization(organization),
            workspace_id=workspace,
            model_config_id=model_config_id,
            system_prompt=system_prompt,
        )
        first = self._oldest(labels)
        if first is None or first.id == own.id:
            return Outcome(own, "created")
        self._discard(own)
        return Outcome(first, "unchanged")

    def follow(self, chat: ChatRef, *, after: int | Omit = OMIT) -> Generator[ChatStreamEvent]:
        """Yield what happens in a chat until nothing happens any more.

        No message is lost or repeated, across lost connections too.

        Args:
            chat: The chat: a model or a UUID.
            after: Number of the last message that is known; by default all messages come first.

        Yields:
            Event after event.

        Raises:
            StreamError: The stream was lost for good.

        Example:
            >>> for event in coder.chats.follow(chat):  # doctest: +SKIP
            ...     print(event.type)
        """
        preview = Preview()
        with self.stream_events(chat, after_id=after) as stream:
            for batch in stream:
                for event in batch:
                    preview.note(event)
                    yield event
                if preview.ended:
                    return

    def stream(self, chat: ChatRef, *, after: int | Omit = OMIT) -> Iterator[str]:
        """Yield the answer that is being written, piece by piece, until it is complete.

        An answer that the server begins anew is yielded anew.

        Args:
            chat: The chat: a model or a UUID.
            after: Number of the last message that is known; by default the answers so far come
                first, each as a whole.

        Yields:
            Piece after piece of text.

        Raises:
            ChatFailedError: The agent failed; the message is the server's.
            StreamError: The stream was lost for good.

        Example:
            >>> for piece in coder.chats.stream(chat):  # doctest: +SKIP
            ...     print(piece, end="", flush=True)
        """
        preview = Preview()
        with closing(self.follow(chat, after=after)) as events:
            for event in events:
                piece = preview.piece(event)
                if piece:
                    yield piece
        is_resting(self.get(chat))

    # -- steps

    def _wait(self, timeout: Seconds | Omit | None, poll_interval: PollInterval | Omit) -> Wait:
        clock = clock_of(self._client)
        return Wait(clock, "the chat", timeout=timeout, poll_interval=poll_interval)

    def _organization(self, organization: OrganizationRef) -> UUID:
        known = getattr(organization, "id", organization)
        if isinstance(known, UUID):
            return known
        memory = remembered(self._client)
        key = ("organization", str(known))
        if key not in memory:
            memory[key] = (self._client.organizations.get(str(known))).id
        found: UUID = memory[key]
        return found

    def _settled(self, state: Chat, wait: Wait) -> Chat:
        def read() -> Chat:
            return self.get(state.id)

        return wait_until(wait, read, is_resting, state)

    def _answered(self, state: Chat, after: int, wait: Wait) -> ChatAnswer:
        """Wait for the end of the turn that a message began."""
        begin = wait.elapsed
        while True:
            state = self._settled(self.get(state.id), wait)
            answer = self.answer(state.id, after=after)
            # A queued message waits for its turn; a moment may pass before that begins.
            if answer.message or answer.needs_input or wait.elapsed - begin >= SILENCE:
                return answer
            pause(wait.clock, wait.interval())

    def _oldest(self, labels: Mapping[str, str]) -> Chat | None:
        found = self.list(label=identifier(labels.items()), source="created_by_me").to_list()
        return min(found, key=lambda chat: (chat.created_at, chat.id), default=None)

    def _created(self, labels: Mapping[str, str], **fields: Any) -> Chat:
        """Create a chat; one whose answer was lost is found by its labels."""
        try:
            return self.create(labels=labels, **fields)
        except CoderError as error:
            found = self._oldest(labels) if is_unclear(error) else None
            if found is None:
                raise
            return found

    def _discard(self, chat: Chat) -> None:
        try:
            self.update(chat.id, archived=True)
        except ConflictError:
            self.interrupt(chat.id)
            self.update(chat.id, archived=True)
