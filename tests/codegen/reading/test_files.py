"""Files and folders: encodings, front matter, what holds no facts, what is told twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codegen.reading.reader import read

SAMPLES = Path(__file__).parent / "samples"
TEXT = (SAMPLES / "gadgets.md").read_text()


@pytest.mark.parametrize(
    "content",
    [
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.encode("utf-8-sig"),
        f"---\ntitle: Gadgets\ntags:\n  - api\n---\n\n{TEXT}".encode(),
        f'+++\ntitle = "Gadgets"\n+++\n{TEXT}'.encode(),
        f"\n\n<!-- generated -->\n{TEXT}".encode(),
    ],
    ids=["carriage returns", "byte order mark", "front matter", "toml front matter", "comment"],
)
def test_what_surrounds_the_text_does_not_matter(tmp_path: Path, content: bytes):
    file = tmp_path / "page.md"
    file.write_bytes(content)
    reading = read([file])
    assert len(reading.operations) == 3
    assert reading.findings == ()
    assert reading.tags == ("Gadgets",)


@pytest.mark.parametrize("first", ['  "id": "497f', "### Properties", "| `id` "])
def test_a_page_that_begins_inside_a_section_says_so(tmp_path: Path, first: str):
    whole = (SAMPLES / "schemas.md").read_text()
    names = [schema.name for schema in read([SAMPLES / "schemas.md"]).schemas]
    rest = whole[whole.index(first, whole.index(names[1])) :]
    file = tmp_path / "page.md"
    file.write_text(rest)
    reading = read([file])
    found = [schema.name for schema in reading.schemas]
    assert found == names[-len(found) :]
    assert len(found) >= len(names) - 3
    [finding] = reading.findings
    assert (finding.level, finding.message[:20]) == ("warning", "The page begins insi")


def test_front_matter_does_not_shift_the_lines(tmp_path: Path):
    file = tmp_path / "page.md"
    file.write_text(f"---\ntitle: x\n---\n{TEXT}")
    assert read([file]).operations[0].line == 8


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no complete operation or schema"),
        (b"Shopping list\n\n- milk\n", "no complete operation or schema"),
        (b"# Notes\n\n## Chapter\n\nText.\n", "no complete operation or schema"),
        (b"\x7fELF\x00\x01\x02", "binary"),
        (b"# Users\n\ncaf\xe9\n", "no valid UTF-8"),
        (TEXT[:200].encode(), "no complete operation or schema"),
    ],
    ids=["empty", "list", "prose", "binary", "latin-1", "cut early"],
)
def test_a_file_without_facts_is_an_error(tmp_path: Path, content: bytes, message: str):
    file = tmp_path / "page.txt"
    file.write_bytes(content)
    errors = [finding for finding in read([file]).findings if finding.level == "error"]
    assert any(message in finding.message for finding in errors)
    assert {finding.file for finding in errors} == {str(file)}


def test_the_line_of_a_wrong_byte_is_told(tmp_path: Path):
    file = tmp_path / "page.md"
    file.write_bytes(b"# Users\n\ncaf\xe9\n")
    assert read([file]).findings[0].line == 3


def test_an_empty_folder_is_an_error(tmp_path: Path):
    (finding,) = read([tmp_path]).findings
    assert (finding.level, finding.file) == ("error", str(tmp_path))


def test_a_folder_may_hold_pages_of_prose(tmp_path: Path):
    shutil.copy(SAMPLES / "gadgets.md", tmp_path)
    (tmp_path / "index.md").write_text("Start here.\n\n## Quickstart\n\nText.\n")
    (tmp_path / "notes.json").write_text("{}")
    reading = read([tmp_path])
    assert len(reading.operations) == 3
    assert {finding.level for finding in reading.findings} == {"info"}
    assert {Path(finding.file).name for finding in reading.findings} == {"index.md"}


def test_a_folder_does_not_excuse_a_binary_page(tmp_path: Path):
    shutil.copy(SAMPLES / "gadgets.md", tmp_path)
    (tmp_path / "users.md").write_bytes(b"\0\1\2")
    (finding,) = [one for one in read([tmp_path]).findings if one.level != "info"]
    assert (finding.level, Path(finding.file).name) == ("error", "users.md")


def test_of_two_pages_that_tell_the_same_the_first_counts(tmp_path: Path):
    older = tmp_path / "older.md"
    older.write_text(TEXT.replace("/api/v2/gadgets", "/gadgets"))
    reading = read([SAMPLES / "gadgets.md", older])
    assert [operation.page for operation in reading.operations] == ["gadgets.md"] * 3
    assert [finding.level for finding in reading.findings] == ["warning"] * 3


def test_references_without_their_page_stay_references():
    reading = read([SAMPLES / "gadgets.md"])
    (answer, _) = reading.operations[1].responses
    assert answer.type is not None
    assert answer.type.ref == "codersdk.Gadget"
    assert reading.schemas == ()
    assert reading.findings == ()
