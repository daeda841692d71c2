"""Print who I am, my workspaces and the templates.

With `CODER_URL` and `CODER_SESSION_TOKEN` set, this asks that deployment. Without `CODER_URL` it
asks a mocked one (respx), whose answers lie beside this file.

Usage:
    python examples/quickstart.py
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Generator
from pathlib import Path

from coder_sdk import Client

MOCK_URL = "https://coder.example.com"
MOCK_TOKEN = "quickstart-only"  # noqa: S105 - the mocked deployment takes any token
ANSWERS = Path(__file__).with_name("quickstart_answers.json")


@contextlib.contextmanager
def mocked_deployment() -> Generator[Client]:
    """Yield a client of a deployment that answers from `quickstart_answers.json`."""
    import respx  # noqa: PLC0415 - needed without a deployment only

    answers: dict[str, object] = json.loads(ANSWERS.read_text(encoding="utf-8"))
    with respx.mock(base_url=MOCK_URL) as router:
        for operation, body in answers.items():
            method, path = operation.split(" ", 1)
            router.request(method, path).respond(json=body)
        with Client(MOCK_URL, token=MOCK_TOKEN) as coder:
            yield coder


def connect() -> contextlib.AbstractContextManager[Client]:
    """Return a client of the deployment that `CODER_URL` names, else of the mocked one."""
    return Client() if os.environ.get("CODER_URL") else mocked_deployment()


def main() -> None:
    """Print what the user of this token sees first."""
    with connect() as coder:
        me = coder.users.get("me")
        print(f"Signed in as {me.username} ({me.email}) on Coder {coder.buildinfo().version}")

        print("\nWorkspaces:")
        for workspace in coder.workspaces.list(owner="me"):
            status = workspace.latest_build.status
            print(f"  {workspace.owner_name}/{workspace.name:<16} {status}")

        print("\nTemplates:")
        for template in coder.templates.list():
            print(f"  {template.organization_name}/{template.name:<16} {template.display_name}")


if __name__ == "__main__":
    main()
