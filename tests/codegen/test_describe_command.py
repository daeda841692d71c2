"""`python -m codegen describe`: exit codes, what is printed where, the file it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from codegen.__main__ import main

SAMPLES = Path(__file__).parent / "reading" / "samples"


def test_it_writes_a_valid_description(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    output = tmp_path / "api.json"
    pages = [str(SAMPLES / "gadgets.md"), str(SAMPLES / "schemas.md")]
    assert main(["describe", *pages, "-o", str(output)]) == 0
    description = json.loads(output.read_text())
    validate(description)
    assert description["openapi"].startswith("3.1")
    assert sorted(description["paths"]) == [
        "/api/v2/gadgets",
        "/api/v2/gadgets/{gadget}",
        "/oauth2/gadgets",
    ]
    printed = capsys.readouterr()
    assert "3 operations, 6 schemas, 1 tags" in printed.out
    assert printed.err == ""


@pytest.mark.parametrize("dialect", ["mirror", "piped", "glued"])
def test_every_dialect_gives_the_same_description(tmp_path: Path, dialect: str):
    found = []
    for suffix in ("md", f"{dialect}.txt"):
        output = tmp_path / f"{suffix}.json"
        pages = [str(SAMPLES / f"{name}.{suffix}") for name in ("gadgets", "schemas")]
        assert main(["describe", *pages, "-o", str(output)]) == 0
        text = output.read_text().replace(f"gadgets.{dialect}#", "gadgets#")
        found.append(json.loads(text))
    assert found[0] == found[1]


def test_json_is_one_object_on_stdout_and_the_summary_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    page = tmp_path / "schemas.md"
    lines = (SAMPLES / "schemas.md").read_text().split("\n")
    page.write_text("\n".join(lines[:35]))
    assert main(["describe", str(page), "-o", str(tmp_path / "api.json"), "--json"]) == 0
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert {key: result[key] for key in ("operations", "schemas", "tags")} == {
        "operations": 0,
        "schemas": 2,
        "tags": 0,
    }
    (finding,) = result["findings"]
    assert sorted(finding) == ["file", "level", "line", "message"]
    assert (finding["level"], finding["file"]) == ("warning", str(page))
    assert f"warning: {page}:" in printed.err


def test_an_error_finding_is_exit_code_1_and_what_could_be_read_is_written(tmp_path: Path):
    page = tmp_path / "gadgets.md"
    text = (SAMPLES / "gadgets.md").read_text()
    page.write_text(text.replace("| string(uuid)      |", "| striing           |"))
    output = tmp_path / "api.json"
    assert main(["describe", str(page), "-o", str(output)]) == 1
    assert len(json.loads(output.read_text())["paths"]) == 3


@pytest.mark.parametrize("content", [b"", b"\0\1", b"\xff\xfe", b"# Notes\n\nText.\n"])
def test_a_page_without_facts_is_exit_code_1_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
):
    page = tmp_path / "page.md"
    page.write_bytes(content)
    output = tmp_path / "api.json"
    assert main(["describe", str(page), "-o", str(output), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert [finding["level"] for finding in result["findings"]].count("error") >= 1
    assert not output.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["describe"], "required"),
        (["describe", "/no/such/page.md", "-o", "x.json"], "`/no/such/page.md` does not exist"),
        (["describe", str(SAMPLES)], "-o/--output"),
        (["describe", str(SAMPLES), "-o", "x.json", "--yaml"], "unrecognized arguments"),
        (["describe", str(SAMPLES / "gadgets.md"), "-o", "/no/such/folder/x.json"], "written"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
):
    try:
        code: object = main(arguments)
    except SystemExit as exit_:
        code = exit_.code
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert message in printed.err


def test_the_module_runs_as_a_command(tmp_path: Path):
    output = tmp_path / "api.json"
    command = [sys.executable, "-m", "codegen", "describe", str(SAMPLES / "schemas.glued.txt")]
    root = Path(__file__).parents[2]
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, "-o", str(output)], cwd=root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert output.exists()
