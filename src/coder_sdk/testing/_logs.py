"""Logs of jobs and agents: as a list, as text, and as a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coder_sdk.testing._session import Session
from coder_sdk.testing._web import Call, Reply, answer, refuse, text

if TYPE_CHECKING:
    from coder_sdk.testing._state.agents import Agent
    from coder_sdk.testing._state.jobs import Job


def _after(call: Call) -> int:
    value = call.get("after")
    if not value:
        return 0
    try:
        return int(value)
    except ValueError:
        raise refuse(
            400,
            'Query param "after" must be an integer.',
            validations=[{"field": "after", "detail": "Must be an integer"}],
        ) from None


def _format(call: Call) -> str:
    kind = call.get("format", "json")
    if kind not in {"json", "text"}:
        detail = 'Allowed values are "json" and "text".'
        raise refuse(400, "Invalid format parameter.", detail)
    if kind == "text" and call.has("follow"):
        raise refuse(
            400,
            "Text format is not supported with follow mode.",
            "Use format=json or omit the follow parameter.",
        )
    return kind


def upgrade_required(title: str = "Failed to accept WebSocket.", detail: str = "") -> Reply:
    """What a socket route answers to a plain request: a line of text, then JSON."""
    reason = 'WebSocket protocol violation: Connection header "keep-alive" does not contain Upgrade'
    problem = answer(
        {
            "message": title,
            "detail": f"{detail}failed to accept WebSocket connection: {reason}",
        }
    )
    return text(f"{reason}\n".encode() + problem.body, 426)


def job_logs(call: Call, job: Job) -> Reply:
    """Answer a request for the logs of a job."""
    kind, after = _format(call), _after(call)
    if call.has("follow"):
        if not call.upgrade:
            return upgrade_required("Failed to accept websocket.")
        return Reply(101, session=JobLogSession(call, job, after))
    lines = [line for line in job.logs if line.id > after]
    if kind == "text":
        return text("".join(line.text() + "\n" for line in lines))
    return answer([line.wire() for line in lines])


class JobLogSession(Session):
    """Lines of a job, one object a frame, until the job is over."""

    def __init__(self, call: Call, job: Job, after: int) -> None:
        super().__init__(call.state.clock)
        self._job = job
        self._last = after
        self._more()
        if self.close is None:
            self.follow(job.waiters, self._more)

    def _more(self) -> None:
        for line in self._job.logs:
            if line.id > self._last:
                self._last = line.id
                self.send(line.wire())
        if self._job.finished:
            self.end(1000, "done")


def agent_logs(call: Call, agent: Agent) -> Reply:
    """Answer a request for the logs of an agent."""
    kind, after = _format(call), _after(call)
    if call.has("follow"):
        if not call.upgrade:
            return upgrade_required("Failed to accept websocket.")
        return Reply(101, session=AgentLogSession(call, agent, after))
    lines = [line for line in agent.logs if line["id"] > after]
    if kind == "text":
        return text("".join(_agent_text(agent, line) for line in lines))
    return answer(lines)


def _agent_text(agent: Agent, line: dict[str, Any]) -> str:
    moment = line["created_at"][:19]
    name = agent.spec.name
    return f"{moment}Z [{line['level']}] [agent.{name}|Startup] {line['output']}\n"


class AgentLogSession(Session):
    """Lines of an agent, lists of them; it ends only when another build comes."""

    def __init__(self, call: Call, agent: Agent, after: int) -> None:
        super().__init__(call.state.clock)
        self._agent = agent
        self._last = after
        self.send(self._fresh())
        self.follow(agent.waiters, self._more)

    def _fresh(self) -> list[dict[str, Any]]:
        lines = [line for line in self._agent.logs if line["id"] > self._last]
        if lines:
            self._last = lines[-1]["id"]
        return lines

    def _more(self) -> None:
        lines = self._fresh()
        if lines:
            self.send(lines)
        if self._agent.gone:
            self.end(1000, "")
