"""Print who I am, my workspaces and the templates.

With `CODER_URL` and `CODER_SESSION_TOKEN` set, this asks that deployment. Without `CODER_URL` it
asks a fake one in this process, so that it runs wherever the package is installed.

Usage:
    python examples/quickstart.py
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Generator, Sequence

from coder_sdk import Client, CoderError, ConfigError


@contextlib.contextmanager
def connect() -> Generator[Client]:
    """Yield a client of the deployment that `CODER_URL` names, else of a fake one."""
    if os.environ.get("CODER_URL"):
        with Client() as coder:
            yield coder
        return
    from coder_sdk.testing import FakeCoder  # noqa: PLC0415 - needed without a deployment only

    with FakeCoder() as fake:
        fake.add_template("docker")
        fake.add_workspace("dev", template="docker")
        with fake.client() as coder:
            yield coder


def show(coder: Client) -> None:
    """Print what the user of this token sees first."""
    me = coder.users.get("me")
    print(f"Signed in as {me.username} ({me.email}) on Coder {coder.buildinfo().version}")

    print("\nWorkspaces:")
    for workspace in coder.workspaces.list(owner="me"):
        status = workspace.latest_build.status
        print(f"  {workspace.owner_name}/{workspace.name:<16} {status}")

    print("\nTemplates:")
    for template in coder.templates.list():
        users = template.active_user_count
        print(f"  {template.organization_name}/{template.name:<16} active users: {users}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the script; 1 if the deployment refuses, 2 if a setting is missing."""
    argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0]).parse_args(argv)
    try:
        with connect() as coder:
            show(coder)
    except CoderError as error:
        print(f"quickstart: {error}", file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
