"""What an import and a first call load: counted in modules of fresh interpreters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import coder_sdk

pytestmark = pytest.mark.only_httpx(
    reason="a fresh interpreter imports the library that the package depends on"
)

HEAVY = (
    "pydantic", "attr", "attrs", "tenacity", "keyring", "websockets", "anyio", "certifi", "uuid"
)  # fmt: skip


def modules_after(code: str) -> set[str]:
    """Names of the modules that a fresh interpreter has loaded after some code."""
    folder = Path(coder_sdk.__file__).parents[1]
    script = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", script],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(folder)},
    )  # fmt: skip
    return set(json.loads(done.stdout.splitlines()[-1]))


def own(modules: set[str]) -> set[str]:
    return {name for name in modules if name.startswith("coder_sdk")}


def test_the_import_loads_the_package_alone():
    modules = modules_after("import coder_sdk")
    assert own(modules) == {"coder_sdk"}
    assert not modules & {*HEAVY, "httpx"}


def test_protocols_load_nothing_else():
    modules = modules_after("from coder_sdk.protocols import HasWorkspaces")
    assert own(modules) == {"coder_sdk", "coder_sdk.protocols"}


@pytest.mark.parametrize(
    ("code", "most"),
    [
        ("from coder_sdk import Client, AsyncClient, CoderError, NotFoundError", 27),
        ("import coder_sdk; coder_sdk.Client('https://coder.example', token='t')", 43),
    ],
)
def test_the_clients_load_nothing_heavy(code: str, most: int):
    modules = modules_after(code)
    assert not modules & set(HEAVY)
    assert "coder_sdk.models" not in modules
    assert "coder_sdk.wire" not in modules
    assert {name for name in modules if name.startswith("coder_sdk.resources.")} == {
        "coder_sdk.resources._client"
    }
    assert len(own(modules)) <= most


@pytest.mark.parametrize(
    ("name", "others"), [("Client", "_async"), ("AsyncClient", "_sync")], ids=["sync", "async"]
)
def test_a_client_loads_nothing_of_the_other_colour(name: str, others: str):
    modules = modules_after(f"from coder_sdk import {name}")
    assert not {module for module in modules if others in module.split(".")}
    assert len(own(modules)) <= 20


CALL = """
import httpx, coder_sdk
answer = {"user_id": "0b0a9cdd-7a37-4c0c-8a3b-4d6a4a8f5b10", "public_key": "k",
          "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
http = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json=answer)))
client = coder_sdk.Client("http://127.0.0.1:1", token="t", http_client=http)
client.git_ssh_keys.get("me")
"""


def test_a_first_call_loads_what_its_closure_needs():
    # Old releases of httpx load trio, where it is there, and with it attrs.
    modules = modules_after(CALL) - modules_after("import httpx")
    assert not modules & {"tenacity", "keyring", "websockets", "attr"}
    # What only a failure, a hook, a socket or an undescribed value needs.
    assert not modules & {
        "coder_sdk._failed_try",
        "coder_sdk._failures",
        "coder_sdk._attempt",
        "coder_sdk._hooks",
        "coder_sdk._handshake",
        "coder_sdk.wire._loose",
        "coder_sdk.wire._requests",
        "coder_sdk.wire._problems",
    }
    resources = {name for name in modules if name.startswith("coder_sdk.resources.")}
    assert resources == {"coder_sdk.resources._client", "coder_sdk.resources.git_ssh_keys"}
    models = {name for name in modules if name.startswith("coder_sdk.models.")}
    assert 1 <= len(models) <= 4


def test_every_public_name_can_be_imported():
    code = "import coder_sdk\nfor name in coder_sdk.__all__: getattr(coder_sdk, name)"
    modules_after(code)


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="Nonsense"):
        coder_sdk.Nonsense  # noqa: B018 - looking it up is the test
    assert set(coder_sdk.__all__) <= set(dir(coder_sdk))
