"""The workflows of GitHub Actions: steps that exist here, pinned actions, few permissions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
# What a job may do beyond reading the repository, each for what it is there.
MAY = {
    ("docs.yml", "publish"): {"pages": "write", "id-token": "write"},
    ("publish.yml", "publish"): {"id-token": "write"},
    ("upstream.yml", "compare"): {"contents": "write", "pull-requests": "write"},
}
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def read(path: Path) -> dict[str, Any]:
    workflow: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return workflow


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in read(path)["jobs"].values():
        yield from job.get("steps", [])


def targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9-]+):.*##", text, flags=re.MULTILINE))


def called(path: Path) -> set[str]:
    """The targets of `make` that a workflow calls, those of its matrix too."""
    found: set[str] = set()
    for job in read(path)["jobs"].values():
        matrix = job.get("strategy", {}).get("matrix", {})
        for step in job.get("steps", []):
            for line in step.get("run", "").splitlines():
                if line.startswith("make "):
                    words = line.replace("${{ matrix.target }}", " ".join(matrix.get("target", ())))
                    found.update(words.split()[1:])
    return found


def test_there_are_the_four_workflows():
    assert [path.stem for path in WORKFLOWS] == ["ci", "docs", "publish", "upstream"]


@each_workflow
def test_every_target_that_is_called_exists(path: Path):
    assert called(path)
    assert called(path) <= targets()


def test_ci_does_what_check_does():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    [listed] = re.findall(r"^check: (.*) ##", text, flags=re.MULTILINE)
    # One Python after another here, one job for each there.
    wanted = {"test" if name == "test-all" else name for name in listed.split()}
    assert wanted <= called(ROOT / ".github" / "workflows" / "ci.yml")


def test_ci_tests_every_python_that_the_package_names():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)
    matrix = read(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["test"]["strategy"]["matrix"]
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    [pythons] = re.findall(r"^PYTHONS = \[(.*)\]$", noxfile, flags=re.MULTILINE)
    assert matrix["python"] == named == re.findall(r"3\.\d+", pythons)


@each_workflow
def test_every_action_is_pinned_to_a_commit(path: Path):
    used = [step["uses"] for step in steps(path) if "uses" in step]
    used += [job["uses"] for job in read(path)["jobs"].values() if "uses" in job]
    for action in used:
        assert action.startswith("./") or PINNED.fullmatch(action), action


@each_workflow
def test_a_job_may_do_no_more_than_it_needs(path: Path):
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert job.get("permissions", {}) == MAY.get((path.name, name), {})


@each_workflow
def test_only_the_job_that_pushes_keeps_its_credentials(path: Path):
    for step in steps(path):
        if step.get("uses", "").startswith("actions/checkout@") and path.name != "upstream.yml":
            assert step["with"]["persist-credentials"] is False


@each_workflow
def test_scripts_take_what_others_wrote_from_the_environment(path: Path):
    for step in steps(path):
        inserted = re.findall(r"\$\{\{ *([\w.]+)", step.get("run", ""))
        assert set(inserted) <= {"matrix.target"}, step


def test_nothing_is_published_that_was_not_checked_and_no_token_is_kept():
    path = ROOT / ".github" / "workflows" / "publish.yml"
    jobs = read(path)["jobs"]
    assert jobs["publish"]["needs"] == "build"
    assert jobs["build"]["needs"] == "check"
    assert jobs["check"]["uses"] == "./.github/workflows/ci.yml"
    assert "secrets" not in path.read_text(encoding="utf-8")


def test_the_targets_are_described():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    described = {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row)}
    assert targets() - {"help"} <= described
