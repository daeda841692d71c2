"""Decisions without a server: parameters, waits, schedules, outcomes, terminals."""

from __future__ import annotations

import pickle
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder_sdk import Outcome, RequestValidationError, Skip, WaitTimeoutError
from coder_sdk.workflows._terminal import Script
from coder_sdk.workflows._waits import Wait, gentle
from coder_sdk.workflows.parameters import ParameterDefinition, check, text_of
from coder_sdk.workflows.schedule import weekly
from tests.colours import FakeClock


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("number", 4, "4"),
        ("number", 4.0, "4"),
        ("number", Decimal("0.5"), "0.5"),
        ("number", "7", "7"),
        ("bool", True, "true"),
        ("bool", "False", "false"),
        ("string", "eu", "eu"),
        ("string", 3, "3"),
        ("list(string)", ["a", "b"], '["a","b"]'),
        ("list(string)", {"b", "a"}, '["a","b"]'),
        ("list(string)", '["a"]', '["a"]'),
    ],
)
def test_python_values_become_texts(kind: str, value: Any, text: str) -> None:
    assert text_of(ParameterDefinition("p", kind), value) == text


@pytest.mark.parametrize(
    ("kind", "value"),
    [("number", "x"), ("number", True), ("number", float("nan")), ("bool", 1), ("string", []),
     ("list(string)", "a"), ("list(string)", [1])],
)  # fmt: skip
def test_values_of_another_type_are_refused(kind: str, value: Any) -> None:
    with pytest.raises(RequestValidationError, match="Parameter `p` is"):
        text_of(ParameterDefinition("p", kind), value)


@pytest.mark.parametrize(
    ("definition", "text", "previous"),
    [
        (ParameterDefinition("p", "number", minimum=2), "1", None),
        (ParameterDefinition("p", "number", maximum=2), "3", None),
        (ParameterDefinition("p", "number", monotonic="increasing"), "1", "2"),
        (ParameterDefinition("p", "number", monotonic="decreasing"), "3", "2"),
        (ParameterDefinition("p", pattern="^a+$"), "b", None),
        (ParameterDefinition("p", options=("a", "b")), "c", None),
        (ParameterDefinition("p", "list(string)", options=("a",), several=True), '["b"]', None),
        (ParameterDefinition("p", mutable=False), "b", "a"),
    ],
)
def test_values_that_do_not_fit_are_refused(
    definition: ParameterDefinition, text: str, previous: str | None
) -> None:
    with pytest.raises(RequestValidationError, match="p"):
        check(definition, text, previous)


def test_an_expression_of_go_is_left_to_the_server() -> None:
    check(ParameterDefinition("p", pattern=r"(?i-s:\pN"), "anything")


def test_a_wait_knows_what_is_left() -> None:
    clock = FakeClock()
    wait = Wait(clock, "the build", timeout=timedelta(minutes=1), poll_interval=45)
    assert wait.interval() == 45
    clock.sleep(45)
    assert wait.interval() == pytest.approx(15)
    clock.sleep(15)
    wait.last_state = "seen"
    with pytest.raises(WaitTimeoutError, match="Waited 60 s for the build") as caught:
        wait.interval()
    assert caught.value.last_state == "seen"
    assert isinstance(caught.value, TimeoutError)


def test_a_wait_without_limit_goes_on() -> None:
    clock = FakeClock()
    wait = Wait(clock, "the build", timeout=None)
    clock.sleep(10**7)
    assert wait.interval() == 8


def test_looks_become_rarer() -> None:
    assert [gentle(second) for second in (0, 59, 60, 300, 600, 10**6)] == [1, 1, 2, 4, 8, 8]


def test_a_negative_interval_is_refused() -> None:
    with pytest.raises(RequestValidationError, match="cannot be negative"):
        Wait(FakeClock(), "it", poll_interval=-1)


@pytest.mark.parametrize("interval", ["1s", float("nan"), float("inf"), True, None, 10**30])
def test_what_is_no_interval_is_refused(interval: Any) -> None:
    with pytest.raises(RequestValidationError, match=r"`poll_interval` has to be a `timedelta`"):
        Wait(FakeClock(), "it", poll_interval=interval)
    wait = Wait(FakeClock(), "it", poll_interval=lambda _: interval)
    with pytest.raises(RequestValidationError, match=r"`poll_interval` has to be a `timedelta`"):
        wait.interval()


@pytest.mark.parametrize(
    ("at", "tz", "days"),
    [(time(9, 0, 1), "UTC", ["mon"]), (time(9), "Mars/Base", ["mon"]), (time(9), "UTC", ["xyz"]),
     (time(9), "UTC", [])],
)  # fmt: skip
def test_schedules_are_checked(at: time, tz: str, days: Any) -> None:
    with pytest.raises(RequestValidationError):
        weekly(at, tz=tz, days=days)


def test_outcomes_pickle_with_their_reason() -> None:
    outcome = pickle.loads(pickle.dumps(Outcome("dev", Skip("used", ("cpu",)))))  # noqa: S301
    assert (outcome.action, outcome.reason, outcome.action.parameters) == (
        "skipped", "used", ("cpu",),
    )  # fmt: skip
    assert not outcome.changed


def played(text: str, status: int, sizes: list[int]) -> tuple[int | None, str]:
    """What is made of an output that arrives in pieces of these sizes."""
    script = Script("anything")
    transcript = script.transcript()
    first, second = script._first, script._second
    raw = f"noise {first} {second}\r\n{first}-{second}\r\n{second}-{first}\r\n"
    raw += text.replace("\n", "\r\n") + f"\r\n{second}-{first}-{status}\r\n"
    data = raw.encode()
    pieces = []
    for size in sizes:
        pieces.append(transcript.feed(data[:size]))
        data = data[size:]
    pieces.append(transcript.feed(data))
    pieces.append(transcript.flush())
    assert "".join(pieces) == transcript.output
    return transcript.returncode, transcript.output


@given(
    st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=80),
    st.integers(0, 255),
    st.lists(st.integers(1, 9), max_size=60),
)
def test_output_is_whole_however_it_is_cut(text: str, status: int, sizes: list[int]) -> None:
    assert played(text, status, sizes) == (status, text)


def test_a_replay_is_not_repeated() -> None:
    script = Script("anything")
    transcript = script.transcript()
    first, second = script._first, script._second
    head = f"{first}-{second}\r\n{second}-{first}\r\none\r\n".encode()
    transcript.feed(head)
    transcript.resume()
    transcript.feed(head[:20])
    transcript.feed(head[20:] + b"two\r\n")
    transcript.feed(f"\r\n{second}-{first}-0\r\n".encode())
    assert (transcript.returncode, transcript.output) == (0, "one\ntwo\n")
