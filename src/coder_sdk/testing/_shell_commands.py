"""Commands that the shell of a fake agent has."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

from coder_sdk.testing._shell import Ask, Exit, Nap, Out

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from coder_sdk.testing._shell import Shell, Step

_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "e": "\x1b"}
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|.)")
_SUFFIX: Final = {"s": 1, "m": 60, "h": 3600}


def _unescape(text: str) -> str:
    # Bytes are written one by one, and may be parts of one character.
    raw = bytearray()
    at = 0
    for found in _ESCAPE.finditer(text):
        raw += text[at : found.start()].encode()
        code = found[1]
        if code[0] == "x" and len(code) > 1:
            raw.append(int(code[1:], 16))
        elif code[0].isdigit():
            raw.append(int(code, 8) & 255)
        else:
            raw += _ESCAPES.get(code, found[0]).encode()
        at = found.end()
    raw += text[at:].encode()
    return raw.decode("utf-8", "surrogateescape")


def _echo(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    del shell
    end, escaped = "\n", False
    while arguments and arguments[0] in {"-n", "-e", "-ne", "-en"}:
        end = "" if "n" in arguments[0] else end
        escaped = escaped or "e" in arguments[0]
        arguments = arguments[1:]
    text = " ".join(arguments)
    yield Out((_unescape(text) if escaped else text) + end)
    return 0


def _printf(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    del shell
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    if not arguments:
        return 2
    template, values = arguments[0], arguments[1:]
    wanted = len(re.findall(r"%[-\d.]*[sdib]", template.replace("%%", "")))
    text = _formatted(template, values)
    while wanted and len(values) > wanted:
        values = values[wanted:]
        text += _formatted(template, values)
    yield Out(text)
    return 0


def _formatted(template: str, values: list[str]) -> str:
    queue = list(values)

    def put(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = queue.pop(0) if queue else ""
        kind = found[0][-1]
        if kind == "b":
            return _unescape(value)
        if kind in "di":
            return found[0].replace("i", "d") % int(value or 0)
        return found[0] % value

    parts = re.split(r"(%%|%[-\d.]*[sdib])", template)
    return "".join(
        put(match) if (match := re.fullmatch(r"%%|%[-\d.]*[sdib]", part)) else _unescape(part)
        for part in parts
    )


def _status(code: int) -> Callable[[Shell, list[str]], Generator[Step, str | None, int]]:
    def run(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
        del shell, arguments
        yield Out("")
        return code

    return run


def _exit(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    yield Out("")
    raise Exit(int(arguments[0]) & 255 if arguments else int(shell.variables["?"]))


def _sleep(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    del shell
    text = arguments[0] if arguments else ""
    factor = _SUFFIX.get(text[-1:], 1)
    number = text[:-1] if text[-1:] in _SUFFIX else text
    try:
        yield Nap(float(number) * factor)
    except ValueError:
        yield Out(f"sleep: invalid time interval '{text}'\n")
        return 1
    return 0


def _cat(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    del shell
    if arguments and arguments != ["-"]:
        yield Out(f"cat: {arguments[0]}: No such file or directory\n")
        return 1
    while (line := (yield Ask())) is not None:
        yield Out(line)
    return 0


def _read(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    line = yield Ask()
    names = [name for name in arguments if not name.startswith("-")] or ["REPLY"]
    values = (line or "").rstrip("\n").split(None, len(names) - 1)
    for index, name in enumerate(names):
        shell.variables[name] = values[index] if index < len(values) else ""
    return 1 if line is None else 0


def _sequence(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    del shell
    bounds = [int(value) for value in arguments]
    first = bounds[0] if len(bounds) > 1 else 1
    yield Out("".join(f"{number}\n" for number in range(first, bounds[-1] + 1)))
    return 0


def _pwd(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    del arguments
    yield Out(shell.variables.get("PWD", shell.variables["HOME"]) + "\n")
    return 0


def _change(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    yield Out("")
    shell.variables["PWD"] = arguments[-1] if arguments else shell.variables["HOME"]
    return 0


def _export(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    yield Out("")
    for item in arguments:
        name, equals, value = item.partition("=")
        if equals:
            shell.variables[name] = value
    return 0


def _sh(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    from coder_sdk.testing._shell import Shell as NewShell  # noqa: PLC0415 - it needs us

    inner = NewShell(shell.lookup, dict(shell.variables), wrapping=shell.wrapping)
    inner.variables["?"] = "0"
    for index, item in enumerate(arguments):
        if item.startswith("-") and "c" in item and index + 1 < len(arguments):
            return (yield from inner.run(arguments[index + 1]))
    script = ""
    while (line := (yield Ask())) is not None:
        script += line
    return (yield from inner.run(script))


def _eval(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    return (yield from shell.run(" ".join(arguments)))


def _exec(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    if not arguments:
        return 0
    command = BUILT_IN.get(arguments[0].rpartition("/")[2])
    if command is None:
        yield Out(f"sh: 1: exec: {arguments[0]}: not found\n")
        raise Exit(127)
    raise Exit((yield from command(shell, arguments[1:])))


def _base64(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    del shell
    text = ""
    while (line := (yield Ask())) is not None:
        text += line
    if not {"-d", "--decode", "-D"} & set(arguments):
        yield Out(base64.b64encode(text.encode()).decode() + "\n")
        return 0
    try:
        yield Out(base64.b64decode(text, validate=False).decode("utf-8", "replace"))
    except binascii.Error:
        yield Out("base64: invalid input\n")
        return 1
    return 0


def _env(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    while arguments and "=" in arguments[0]:
        name, _, value = arguments[0].partition("=")
        shell.variables[name] = value
        arguments = arguments[1:]
    if arguments:
        return (yield from _exec_in_place(shell, arguments))
    for name, value in shell.variables.items():
        if name.isidentifier():
            yield Out(f"{name}={value}\n")
    return 0


def _exec_in_place(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
    found = shell.registered(" ".join(arguments))
    if found is not None:
        yield Nap(found.delay)
        yield Out(found.output)
        return found.returncode
    command = BUILT_IN.get(arguments[0].rpartition("/")[2])
    if command is None:
        yield Out(f"sh: 1: {arguments[0]}: not found\n")
        return 127
    return (yield from command(shell, arguments[1:]))


def _constant(text: str) -> Callable[[Shell, list[str]], Generator[Step, str | None, int]]:
    def run(shell: Shell, arguments: list[str]) -> Generator[Step, str | None, int]:
        del shell, arguments
        yield Out(text)
        return 0

    return run


BUILT_IN: Final[dict[str, Callable[[Shell, list[str]], Generator[Step, str | None, int]]]] = {
    ":": _status(0),
    "true": _status(0),
    "false": _status(1),
    "set": _status(0),
    "stty": _status(0),
    "trap": _status(0),
    "unset": _status(0),
    "mkdir": _status(0),
    "rm": _status(0),
    "touch": _status(0),
    "chmod": _status(0),
    "wait": _status(0),
    "echo": _echo,
    "printf": _printf,
    "exit": _exit,
    "sleep": _sleep,
    "cat": _cat,
    "read": _read,
    "seq": _sequence,
    "pwd": _pwd,
    "cd": _change,
    "export": _export,
    "sh": _sh,
    "bash": _sh,
    "dash": _sh,
    "eval": _eval,
    "exec": _exec,
    "command": _exec_in_place,
    "env": _env,
    "base64": _base64,
    "whoami": _constant("coder\n"),
    "hostname": _constant("workspace\n"),
    "uname": _constant("Linux\n"),
    "id": _constant("uid=1000(coder) gid=1000(coder) groups=1000(coder)\n"),
}
