"""A command in a terminal: how it is wrapped, and what its output means.

A terminal has no exit status, echoes what is typed, and mixes both outputs. So the command is
wrapped: one mark says that the terminal is ready for keys, one that the command begins, and one,
with the status, that it has ended. The marks are put together by `printf`, so that no text that is
sent contains them.
"""

from __future__ import annotations

import re
from base64 import b64encode
from codecs import getincrementaldecoder
from secrets import token_hex
from shlex import join, quote
from typing import TYPE_CHECKING, Final

from coder_sdk._arguments import OMIT
from coder_sdk._errors.base import RequestValidationError
from coder_sdk.workflows._given import check_mappings, check_texts, refused, texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH: Final = 200
HEIGHT: Final = 50
INTERRUPT: Final = "\x03"
END_OF_INPUT: Final = "\x04"
_IN_ADDRESS: Final = 2000  # characters; proxies refuse addresses of 8,000
_LINE: Final = 512  # characters; a terminal takes lines of 4,095, that of macOS of 1,024
_MESSAGE: Final = 4096  # characters; the server takes messages of 32 KiB
_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_OVERLAP: Final = 4096  # bytes by which a replay is recognised


class Script:
    """A command, ready to be sent.

    Args:
        command: What the shell runs, or a list of words.
        stdin: What it reads; nothing by default.
        cwd: Folder in which it runs.
        env: Variables that it gets.
        shell: The shell.

    Raises:
        RequestValidationError: A variable has no name.
    """

    def __init__(
        self,
        command: str | Sequence[str],
        *,
        stdin: str | bytes | None = None,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        shell: str = "sh",
    ) -> None:
        check_texts(shell=shell, cwd=OMIT if cwd is None else cwd)
        check_mappings(env=env)
        texts("env", [text for item in (env or {}).items() for text in item])
        self.text = command if isinstance(command, str) else join(texts("command", command))
        self._first, self._second = token_hex(6), token_hex(6)
        a, b = self._first, self._second
        begin = f"printf '%s-%s\\n' {b} {a}\n"
        payload = begin + _prelude(cwd, env) + _fed(self.text, stdin, b)
        quoted = f"{shell} -c {quote(payload)}"
        # What does not fit into an address is typed, once the terminal is ready for it; and so is
        # what may be secret, because addresses are written to logs.
        self.typed: list[str] = []
        if env or stdin is not None or len(quote(quoted)) > _IN_ADDRESS:
            quoted = f"base64 -d | {shell}"
            self.typed = _messages(payload.encode())
        inner = (
            f"stty -echo 2>/dev/null; printf '%s-%s\\n' {a} {b}; {quoted}; "
            f"printf '\\n%s-%s-%s\\n' {b} {a} \"$?\""
        )
        self.line = f"exec sh -c {quote(inner)}"
        # Sent when a session is taken up again: a new one, which would run the command once more,
        # prints this mark instead.
        self.probe = f"exec sh -c {quote(f'printf %s-%s-%s {a} {b} gone')}"

    def transcript(self) -> Transcript:
        """What will be made of the output."""
        return Transcript(self._first, self._second)


def _prelude(cwd: str | None, env: Mapping[str, str] | None) -> str:
    lines: list[str] = []
    for name, value in (env or {}).items():
        if _NAME.fullmatch(name) is None:
            raise RequestValidationError(f"{name!r} is no name of a variable.", parameter="env")
        lines.append(f"export {name}={quote(value)}\n")
    if cwd is not None:
        lines.append(f"cd {quote(cwd)} || exit 1\n")
    return "".join(lines)


def _fed(text: str, stdin: str | bytes | None, word: str) -> str:
    """The command with its input, which a terminal would change if it were typed."""
    if stdin is None:
        return f"(\n{text}\n) </dev/null"
    if not isinstance(stdin, (str, bytes, bytearray)):
        raise refused("stdin", "a text or bytes", stdin)
    data = stdin.encode() if isinstance(stdin, str) else stdin
    lines = "\n".join(_lines(b64encode(data).decode()))
    # The document stands right below the line that asks for it, inside the parentheses.
    return f"base64 -d <<'{word}' | (\n{lines}\n{word}\n{text}\n)"


def _lines(text: str) -> list[str]:
    return [text[start : start + _LINE] for start in range(0, len(text), _LINE)]


def _messages(payload: bytes) -> list[str]:
    """The payload as keys, a few lines at a time, and the end of the input."""
    lines = [f"{line}\n" for line in _lines(b64encode(payload).decode())]
    several = _MESSAGE // _LINE
    parts = ["".join(lines[at : at + several]) for at in range(0, len(lines), several)]
    return [*parts, END_OF_INPUT]


class Transcript:
    """The output of a wrapped command, as its bytes come in.

    Attributes:
        ready: Whether the terminal takes keys.
        began: Whether the command has begun.
        gone: Whether the session was not there any more when it was taken up again.
        returncode: Its status; `None` until it has ended.
    """

    def __init__(self, first: str, second: str) -> None:
        self._ready = f"{first}-{second}\n"
        self._begin = f"{second}-{first}\n"
        self._gone = f"{first}-{second}-gone"
        self._end = re.compile(rf"\n{second}-{first}-(\d+)\n")
        self._end_start = f"\n{second}-{first}-"
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._seen = bytearray()
        self._replay: bytearray | None = None
        self._text = ""
        self._done: list[str] = []
        self.ready = False
        self.began = False
        self.gone = False
        self.returncode: int | None = None

    @property
    def output(self) -> str:
        """What the command has written so far."""
        return "".join(self._done)

    def resume(self) -> None:
        """Expect what was seen once more: a session that is taken up again repeats its history."""
        self._replay = bytearray()

    def feed(self, data: bytes) -> str:
        """Take bytes and return the output that is new."""
        fresh = data if self._replay is None else self._resumed(data)
        self._seen += fresh
        self._text += self._decoder.decode(fresh)
        if not self.ready:
            self.ready = self._passed(self._ready)
        if self.ready and not self.began:
            # The end without a beginning: what was printed says why.
            self.began = self._passed(self._begin) or self._end.search(self._plain) is not None
        return self._taken() if self.began else ""

    @property
    def _plain(self) -> str:
        return self._text.replace("\r", "")

    def _passed(self, mark: str) -> bool:
        """Drop everything up to a mark, if it has come."""
        _, found, rest = self._plain.partition(mark)
        if found:
            self._text = rest
        return bool(found)

    def _resumed(self, data: bytes) -> bytes:
        replay = self._replay = (self._replay or bytearray()) + data
        if self._gone.encode() in replay:
            self.gone = True
            return b""
        tail = bytes(self._seen[-_OVERLAP:])
        found = replay.find(tail)
        if found < 0:
            return b""
        self._replay = None
        return bytes(replay[found + len(tail) :])

    def _taken(self) -> str:
        """The text that is certainly output; what may be part of the mark stays."""
        # A carriage return at the end may belong to a line end whose rest is on its way.
        held = len(self._text) - len(self._text.rstrip("\r"))
        ready = re.sub(r"\r+\n", "\n", self._text[: len(self._text) - held])
        rest = self._text[len(self._text) - held :]
        found = self._end.search(ready)
        if found is not None:
            self.returncode = int(found[1])
            ready, self._text = ready[: found.start()], ""
        else:
            keep = self._possible_end(ready)
            ready, self._text = ready[:keep], ready[keep:] + rest
        if ready:
            self._done.append(ready)
        return ready

    def _possible_end(self, text: str) -> int:
        """Where the mark may begin; the length of the text if nowhere."""
        at = text.find(self._end_start)
        if at >= 0:
            return at
        for length in range(min(len(text), len(self._end_start) - 1), 0, -1):
            if text.endswith(self._end_start[:length]):
                return len(text) - length
        return len(text)

    def flush(self) -> str:
        """Give out what was held back, because nothing follows."""
        rest = re.sub(r"\r+\n", "\n", self._text) if self.began else ""
        self._text = ""
        if rest:
            self._done.append(rest)
        return rest
