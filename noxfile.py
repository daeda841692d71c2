"""The test matrix: each supported Python that the machine has, and the oldest dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nox
from packaging.requirements import Requirement

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "uv"
# A machine need not have every Python; CI names those that it installs.
nox.options.error_on_missing_interpreters = False

PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
EXTRAS = ["keyring", "otel", "pandas", "polars", "rich", "testing"]
# What touches a dependency of the package. The successor of httpx asks for newer dependencies.
TOUCHING_DEPENDENCIES = [
    *(
        f"tests/{name}"
        for name in ("client", "paging", "resources", "streams", "wire", "workflows")
    ),
    "tests/testing/test_serving.py",
    "-k=not httpx2 and not successor",
]


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


@nox.session(python="3.10")
def lowest(session: nox.Session) -> None:
    """Run the tests of the package itself with the oldest versions that it says it works with."""
    pins = [*lower_bounds()]
    session.install(*pins, "--editable", f".[{','.join(EXTRAS)}]")
    constraints = Path(session.create_tmp()) / "lowest.txt"
    constraints.write_text("\n".join(pins), encoding="utf-8")
    session.install("--constraint", str(constraints), "--group", "test-package")
    # They ask for a newer anyio than the package does; here they are imported only.
    session.install("--no-deps", "httpx2", "httpcore2", "truststore")
    session.run(
        "python", "-m", "pytest", "-n", "auto", "-q", *TOUCHING_DEPENDENCIES, *session.posargs
    )


def lower_bounds() -> Iterator[str]:
    """Pin what the package and its extras depend on to the oldest version of each."""
    project = nox.project.load_toml("pyproject.toml")["project"]
    extras = [item for name in EXTRAS for item in project["optional-dependencies"][name]]
    for text in [*project["dependencies"], *extras]:
        requirement = Requirement(text)
        [oldest] = [part.version for part in requirement.specifier if part.operator == ">="]
        marker = f"; {requirement.marker}" if requirement.marker else ""
        yield f"{requirement.name}=={oldest}{marker}"
