"""The connection, and tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from coder_sdk._cli import main
from tests.colours import Colour


def test_the_connection_is_healthy(coder: Any, capsys: pytest.CaptureFixture[str]):
    assert main(["doctor"]) == 0, capsys.readouterr().out


def test_tokens_are_made_checked_rotated_and_deleted(coder: Any, colour: Colour, name: str):
    made = colour.call(coder.tokens.create, name, lifetime=timedelta(hours=1))
    try:
        assert colour.call(coder.tokens.check, made.secret).valid
        next_one = colour.call(coder.tokens.rotate, name, lifetime=timedelta(hours=1))
        assert next_one.removed == (name,)
        assert colour.call(coder.tokens.check, made.secret).valid is False
        assert colour.call(coder.tokens.latest, name).token_name == next_one.name
    finally:
        for token in colour.call(coder.tokens.list, "me"):
            if token.token_name.startswith(name):
                colour.call(coder.tokens.delete, "me", token.id)
