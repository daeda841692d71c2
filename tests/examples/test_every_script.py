"""What holds for each script: it explains itself, is listed, and says what it is missing."""

from __future__ import annotations

import re

import pytest

from tests.examples.scripts import EXAMPLES, NAMES, script

STANDALONE = {"demo", "quickstart"}  # they need no deployment
ARGUMENTS = {
    "ci_token": ["mint", "ci"],
    "ci_workspace": ["run", "--template", "docker", "--name", "ci", "make test"],
    "export_audit": ["audit"],
    "keep_alive": ["dev"],
    "onboard_users": ["people.csv"],
    "push_templates": [str(EXAMPLES / "templates")],
    "rotate_tokens": ["ci", "--directory", "."],
}
REMOTE = [name for name in NAMES if name not in STANDALONE]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A folder with what the arguments name, and what is needed beside the deployment."""
    path = tmp_path_factory.mktemp("work")
    (path / "people.csv").write_text("email\nann@example.com\n")
    monkeypatch.chdir(path)
    monkeypatch.setenv("WEBHOOK_URL", "http://127.0.0.1:9/hook")
    monkeypatch.setenv("SERVICE_SECRET", "open sesame")


@pytest.mark.parametrize("name", REMOTE)
def test_without_a_deployment_it_says_so_in_one_line(
    name: str, folder: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script(name).main(ARGUMENTS.get(name, [])) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"{name}: There is no URL")
    assert "CODER_URL" in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("name", REMOTE)
def test_without_a_token_it_says_so_in_one_line(
    name: str,
    folder: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CODER_URL", "https://coder.example.com")
    assert script(name).main(ARGUMENTS.get(name, [])) == 2
    printed = capsys.readouterr()
    assert "CODER_SESSION_TOKEN" in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("name", NAMES)
def test_its_docstring_has_what_it_needs_and_how_it_is_run(name: str) -> None:
    text = script(name).__doc__
    assert f"python examples/{name}.py" in text
    if name in REMOTE:
        assert re.search(r"^Needs: ", text, re.MULTILINE)
        assert re.search(r"edition|license", text)


@pytest.mark.parametrize("name", NAMES)
def test_it_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        script(name).main(["--help"])
    assert ended.value.code == 0
    first = script(name).__doc__.splitlines()[0]
    assert first.split()[0] in capsys.readouterr().out


def test_the_list_of_examples_is_complete() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[`([\w/.-]+)`\]\(([\w/.-]+)\)", text, re.MULTILINE)
    assert all(shown == target for shown, target in listed)
    files = {f"{name}.py" for name in NAMES} | {f"ci/{f.name}" for f in EXAMPLES.glob("ci/*.yml")}
    assert {shown for shown, _ in listed} >= files
    assert all((EXAMPLES / shown).exists() for shown, _ in listed)
