"""A small client of pyright's language server: what an editor asks while somebody types."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import coder_sdk

SOURCE = Path(coder_sdk.__file__).parents[1]


class LanguageServer:
    """One server over one folder; each question is answered before the next one is put."""

    def __init__(self, process: subprocess.Popen[bytes], root: Path) -> None:
        self._process = process
        self._root = root
        self._number = 0
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}

    def open(self, name: str, text: str) -> str:
        """Open a document and give its address."""
        path = self._root / name
        path.write_text(text, encoding="utf-8")
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def at(self, method: str, uri: str, line: int, character: int) -> Any:
        """Ask about a place in a document; both numbers count from zero."""
        place = {"line": line, "character": character}
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": place})

    def ask(self, method: str, params: Any) -> Any:
        """Put a question and read until its answer is there."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._hear(message)

    def tell(self, method: str, params: Any) -> None:
        """Tell something that has no answer."""
        self._send({"method": method, "params": params})

    def _hear(self, message: dict[str, Any]) -> None:
        """Keep what was published, and answer what the server asks of its client."""
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and "method" in message:
            asked = message["method"] == "workspace/configuration"
            result: list[dict[str, Any]] | None = (
                [{}] * len(message["params"]["items"]) if asked else None
            )
            self._send({"id": message["id"], "result": result})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        assert length, "the language server ended"
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return message


@contextmanager
def language_server(root: Path) -> Generator[LanguageServer]:
    """Start the server that is installed beside this interpreter over a folder."""
    settings = {
        "extraPaths": [str(SOURCE)],
        "venvPath": str(Path(sys.prefix).parent),
        "venv": Path(sys.prefix).name,
        "typeCheckingMode": "basic",
        "pythonVersion": "3.10",
    }
    (root / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "pyright.langserver", "--stdio"]
    with subprocess.Popen(  # noqa: S603 - of this environment
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        server = LanguageServer(process, root)
        try:
            server.ask("initialize", _client(root))
            server.tell("initialized", {})
            yield server
        finally:
            process.kill()


def _client(root: Path) -> dict[str, Any]:
    """What an editor says of itself."""
    completion = {"completionItem": {"deprecatedSupport": True, "tagSupport": {"valueSet": [1]}}}
    abilities = {
        "hover": {"contentFormat": ["markdown"]},
        "completion": completion,
        "publishDiagnostics": {"tagSupport": {"valueSet": [1, 2]}},
    }
    return {
        "processId": None,
        "rootUri": root.as_uri(),
        "capabilities": {"textDocument": abilities},
        "workspaceFolders": [{"uri": root.as_uri(), "name": "probe"}],
    }
