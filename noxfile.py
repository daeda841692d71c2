"""The test matrix: one session on each supported Python that the machine has."""

from __future__ import annotations

import nox

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "uv"
# A machine need not have every Python; CI names those that it installs.
nox.options.error_on_missing_interpreters = False

PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests against the package as it is installed from this checkout."""
    session.install("--editable", ".", "--group", "test", "--group", "lint", "--group", "demo")
    session.run("python", "-m", "pytest", "-n", "auto", "-q", *session.posargs)


@nox.session
def httpx2(session: nox.Session) -> None:
    """Run what touches the transport on the successor of httpx, on the Python that runs nox."""
    session.install("--editable", ".", "--group", "test")
    suite = ("tests/client", "tests/streams", "tests/paging", "tests/resources")
    session.run(
        "python", "-m", "pytest", "-n", "auto", "-q", "--http=httpx2", *suite, *session.posargs
    )
