"""A client after a fork, in processes without threads: the child is told, the parent goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import coder_sdk

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

SCRIPT = """
import asyncio, os, sys, warnings
import {library} as library
from coder_sdk import AsyncClient, Client, ClientUsageError
warnings.simplefilter("error")

def answer(request):
    return library.Response(200, json="ok")

def forked(child):
    "Run a function in a child; its exit status."
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    status = 3
    try:
        child()
        status = 0
    finally:
        sys.stderr.flush()
        os._exit(status)

def refuses(call):
    try:
        call()
    except ClientUsageError as error:
        assert "forked" in str(error) and "each process" in str(error), error
    else:
        raise AssertionError("the child used the connections of its parent")

def client(cls, http):
    ready = http(transport=library.MockTransport(answer))
    return cls("https://coder.example", token="t", http_client=ready)

def sync():
    ours = client(Client, library.Client)
    assert ours.request("GET", "/x") == "ok"
    def child():
        refuses(lambda: ours.request("GET", "/x"))
        refuses(lambda: ours.with_options(timeout=1).request("GET", "/x"))
        refuses(lambda: list(ours.users.list()))
        assert client(Client, library.Client).request("GET", "/x") == "ok"
    assert forked(child) == 0
    assert ours.request("GET", "/x") == "ok"

def unused():
    ours = client(Client, library.Client)
    assert forked(lambda: ours.request("GET", "/x")) == 0
    assert ours.request("GET", "/x") == "ok"

def asynchronous():
    ours = client(AsyncClient, library.AsyncClient)
    loop = asyncio.new_event_loop()
    call = lambda: loop.run_until_complete(ours.request("GET", "/x"))
    assert call() == "ok"
    assert forked(lambda: refuses(lambda: asyncio.run(ours.request("GET", "/x")))) == 0
    assert call() == "ok"
    loop.close()

def forgotten():
    "A client of our own that the child inherits is not the child's to close."
    ours = Client("http://127.0.0.1:9", token="t", retry=None)
    ours._core.http()
    def child():
        global held
        held.clear()
    global held
    held = [ours]
    del ours
    assert forked(child) == 0
    held[0].close()

{name}()
"""


@pytest.mark.parametrize("name", ["sync", "unused", "asynchronous", "forgotten"])
def test_a_forked_child_makes_a_client_of_its_own(library: ModuleType, name: str):
    script = SCRIPT.replace("{library}", library.__name__).replace("{name}", name)
    folder = str(Path(coder_sdk.__file__).parents[1])
    done = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": folder},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr
