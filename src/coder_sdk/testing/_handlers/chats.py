"""Chats with agents."""

from __future__ import annotations

from typing import Any, Final

from coder_sdk.testing._chats import ChatSession, add_message, begin_turn, next_turn, set_status
from coder_sdk.testing._logs import upgrade_required
from coder_sdk.testing._query import BAD_QUERY, Body, Page, uuid_param
from coder_sdk.testing._router import Routes
from coder_sdk.testing._session import Session
from coder_sdk.testing._state.chats import Chat, text_part
from coder_sdk.testing._times import ZERO_UUID, stamp
from coder_sdk.testing._web import (
    Call,
    Refusal,
    Reply,
    answer,
    empty,
    invalid,
    message,
    missing,
    refuse,
)

routes = Routes()
_CHATS: Final = "/api/experimental/chats"
_CHAT: Final = _CHATS + "/{chat}"
_PAGE: Final = 50
_LONGEST_PAGE: Final = 200
_TITLE: Final = 60
_KEYS: Final = {
    "title", "archived", "has_unread", "pr_status", "diff_url", "pr", "pr_title", "repo",
    "source", "search",
}  # fmt: skip


def _wire(call: Call, chat: Chat) -> dict[str, Any]:
    owner = call.state.users[chat.owner_id]
    return chat.wire(owner.username, owner.name)


def _chat(call: Call) -> Chat:
    found: Chat | None = call.state.chats.get(uuid_param(call, "chat"))
    if found is None or not call.actor.can("chat", "read", owner=found.owner_id):
        raise missing()
    return found


def _terms(call: Call) -> dict[str, str]:
    terms: dict[str, str] = {}
    for element in call.get("q").split():
        key, colon, value = element.partition(":")
        if not colon or key not in _KEYS:
            detail = f'unsupported search term: "{element}"'
            problem = {"field": "q", "detail": detail}
            raise refuse(400, "Invalid chat search query.", validations=[problem])
        terms[key] = value.strip('"')
    return terms


@routes("GET", _CHATS)
def list_chats(call: Call) -> Reply:
    """List chats, the newest first; those in the archive only when they are asked for."""
    page, terms = Page(call), _terms(call)
    archived = terms.get("archived", "false") == "true"
    labels = [value.partition(":")[::2] for key, value in call.query if key == "label"]
    found = [
        chat
        for chat in reversed(list(call.state.chats.values()))
        if call.actor.can("chat", "read", owner=chat.owner_id)
        and chat.archived == archived
        and terms.get("title", "").lower() in chat.title.lower()
        and all(chat.labels.get(key) == value for key, value in labels)
    ]
    behind = page.after(found, lambda chat: chat.id) or []
    return answer([_wire(call, chat) for chat in page.cut(behind, _PAGE)])


def _number(call: Call, name: str) -> int:
    text = call.get(name) or "0"
    if not text.isdecimal():
        detail = f'Query param "{name}" must be a valid int64: parsing "{text}": invalid syntax'
        raise invalid(name, detail, BAD_QUERY)
    return int(text)


def _text(body: Body) -> str:
    texts = [str(part.get("text", "")) for part in body.objects("content")]
    text = "\n".join(texts).strip()
    if not text:
        raise refuse(400, "Content is required.", "Content must include at least one text part.")
    return text


def _check_limit(call: Call) -> None:
    limit: dict[str, Any] | None = call.state.settings.get("chat_limit")
    if limit is not None:
        raise Refusal(message(409, "Chat usage limit exceeded.", **limit))


@routes("POST", _CHATS)
def create_chat(call: Call) -> Reply:
    """Begin a chat."""
    body = Body(call)
    state, user = call.state, call.actor.user
    organization = body.text("organization_id")
    if organization not in state.organizations:
        raise refuse(400, "Organization not found.", "organization_id is required")
    text = _text(body)
    _check_limit(call)
    chat = Chat(
        id=state.new_id(),
        owner_id=user.id,
        organization_id=organization,
        title=text[:_TITLE],
        created_at=state.now,
        labels=body.texts("labels"),
        workspace_id=body.text("workspace_id") or None,
        model_config_id=body.text("model_config_id") or ZERO_UUID,
    )
    state.chats[chat.id] = chat
    add_message(state, chat, "user", text, user.id)
    begin_turn(state, chat, text)
    return answer(_wire(call, chat), 201)


@routes("GET", _CHAT)
def get_chat(call: Call) -> Reply:
    """Show a chat."""
    return answer(_wire(call, _chat(call)))


@routes("PATCH", _CHAT)
def patch_chat(call: Call) -> Reply:
    """Rename a chat, label it, or put it into the archive."""
    chat = _chat(call)
    body = Body(call)
    if body.truth("archived") and chat.active:
        text = "Cannot archive an active chat. Interrupt or wait for the chat to finish first."
        raise refuse(409, text)
    if body.has("archived"):
        chat.archived = body.truth("archived")
    if body.text("title"):
        chat.title = body.text("title")
    if body.has("labels"):
        chat.labels = body.texts("labels")
    chat.updated_at = call.state.now
    return empty()


@routes("GET", _CHAT + "/messages")
def list_messages(call: Call) -> Reply:
    """List messages: the newest first, or in order after one."""
    chat = _chat(call)
    limit = min(_number(call, "limit") or _PAGE, _LONGEST_PAGE)
    before, after = _number(call, "before_id"), _number(call, "after_id")
    found = [
        item for item in chat.messages if item["id"] > after and (not before or item["id"] < before)
    ]
    if not after or before:
        found.reverse()
    queued = [] if before or after else list(chat.queued)
    return answer(
        {"messages": found[:limit], "queued_messages": queued, "has_more": len(found) > limit}
    )


@routes("POST", _CHAT + "/messages")
def create_message(call: Call) -> Reply:
    """Say something; while an answer is written it waits, or interrupts."""
    chat = _chat(call)
    body = Body(call)
    text = _text(body)
    _check_limit(call)
    state = call.state
    if chat.active and body.text("busy_behavior") != "interrupt":
        queued = {
            "id": len(chat.queued) + 1,
            "chat_id": chat.id,
            "model_config_id": chat.model_config_id,
            "content": [text_part(text)],
            "created_at": stamp(state.now),
        }
        chat.queued.append(queued)
        chat.tell("queue_update", queued_messages=list(chat.queued))
        return answer({"queued_message": queued, "queued": True})
    _stop(call, chat)
    said = add_message(state, chat, "user", text, call.actor.user.id)
    begin_turn(state, chat, text)
    return answer({"message": said, "queued": False})


def _stop(call: Call, chat: Chat) -> None:
    if chat.answering is not None:
        chat.answering.cancel()
    if chat.active:
        set_status(call.state, chat, "waiting")


@routes("POST", _CHAT + "/interrupt")
def interrupt(call: Call) -> Reply:
    """Stop the answer that is being written."""
    chat = _chat(call)
    _stop(call, chat)
    next_turn(call.state, chat)
    return answer(_wire(call, chat))


@routes("GET", _CHAT + "/prompts")
def prompts(call: Call) -> Reply:
    """List what the user said."""
    chat = _chat(call)
    found = [
        {"id": item["id"], "text": item["content"][0]["text"]}
        for item in reversed(chat.messages)
        if item["role"] == "user"
    ]
    return answer({"prompts": found})


@routes("GET", _CHAT + "/diff")
def diff(call: Call) -> Reply:
    """Show the changes, of which there are none."""
    return answer({"chat_id": _chat(call).id})


@routes("GET", _CHAT + "/acl")
def acl(call: Call) -> Reply:
    """Show whom the chat is shared with."""
    _chat(call)
    return answer({"users": [], "groups": []})


@routes("POST", _CHAT + "/compact")
def compact(call: Call) -> Reply:
    """Shorten the history of an idle chat."""
    chat = _chat(call)
    if chat.active:
        detail = "Compaction is only available while the chat is idle."
        raise refuse(409, "Cannot compact the chat in its current state.", detail)
    raise refuse(409, "Nothing to compact.")


@routes("GET", _CHAT + "/stream")
def stream(call: Call) -> Reply:
    """Stream a chat."""
    chat = _chat(call)
    if not call.upgrade:
        return upgrade_required("Failed to open chat stream.")
    return Reply(101, session=ChatSession(call, chat, _number(call, "after_id")))


@routes("GET", _CHATS + "/watch")
def watch(call: Call) -> Reply:
    """Stream the changes of the caller's chats."""
    if not call.upgrade:
        return upgrade_required("Failed to open chat watch stream.")
    session = Session(call.state.clock)
    waiters = call.state.chat_waiters.setdefault(call.actor.user.id, [])
    session.follow(waiters, session.send)
    return Reply(101, session=session)


@routes("GET", _CHATS + "/config/retention-days")
def get_retention(call: Call) -> Reply:
    """Show how long chats are kept."""
    return answer({"retention_days": call.state.settings.get("chat_retention", 30)})


@routes("PUT", _CHATS + "/config/retention-days")
def put_retention(call: Call) -> Reply:
    """Choose how long chats are kept."""
    call.state.settings["chat_retention"] = Body(call).number("retention_days")
    return empty()
