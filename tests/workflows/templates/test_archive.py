"""Archives of templates."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder_sdk import RequestValidationError
from coder_sdk.workflows.archive import (
    TemplateFile,
    content_digest,
    diff_files,
    is_packed,
    pack,
    unpack,
    version_name,
)
from coder_sdk.workflows.archive_folders import read_source, write_folder

NAMES = st.lists(
    st.text("abc-_ é", min_size=1, max_size=8).filter(lambda t: t == t.strip()),
    min_size=1,
    max_size=3,
).map("/".join)
TREES = st.dictionaries(NAMES, st.binary(max_size=40), max_size=6).map(
    lambda tree: {f"f{index}/{name}": data for index, (name, data) in enumerate(tree.items())}
)


def tree(folder: Path, **files: str) -> Path:
    for name, text in {"main.tf": "", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "main.tf",
        ".terraform.lock.hcl",
        "modules/a/.terraform.lock.hcl",
        "vars.tfvars",
        "modules/terraform.tfvars",
        "README.md",
    ],
)
def test_what_belongs_in_an_archive(name: str):
    assert is_packed(name)


@pytest.mark.parametrize(
    "name",
    [
        ".git/config",
        ".env",
        "a/.hidden/x.tf",
        "terraform.tfstate",
        "terraform.tfstate.backup",
        "x.tfstate.d/a",
        "terraform.tfvars",
        "terraform.tfvars.json",
        "prod.auto.tfvars",
        "a/prod.auto.tfvars.json",
        ".terraform/lock",
    ],
)
def test_what_does_not(name: str):
    assert not is_packed(name)


@settings(deadline=None, max_examples=50)
@given(TREES)
def test_files_survive_the_archive(contents: dict[str, bytes]):
    files = [TemplateFile(name, data) for name, data in contents.items()]
    assert {file.name: file.content for file in unpack(pack(files))} == contents


def test_neither_times_nor_order_nor_owners_leave_a_trace(tmp_path: Path):
    one = tree(tmp_path / "one", **{"a/b.tf": "x", "z.txt": "y"})
    two = tree(tmp_path / "two", **{"z.txt": "y", "a/b.tf": "x"})
    os.utime(two / "z.txt", (1, 1))
    (two / "z.txt").chmod(0o600)
    first, second = (pack(read_source(path, None, terraform=True)) for path in (one, two))
    assert first == second


def test_the_format_is_the_one_that_the_server_asks_for(tmp_path: Path):
    archive = pack([TemplateFile("a/main.tf", b"x", executable=True)])
    assert archive[257:263] == b"ustar\0"
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        folder, file = opened.getmembers()
    assert (folder.name, folder.isdir(), folder.mode) == ("a", True, 0o755)
    assert (file.name, file.mode, file.mtime, file.uid, file.uname) == (
        "a/main.tf",
        0o755,
        0,
        0,
        "",
    )


def test_a_name_that_is_too_long_is_named():
    with pytest.raises(RequestValidationError, match=r"cannot hold 'x{300}'"):
        pack([TemplateFile("x" * 300, b"")])


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "C:/x", "a\\b", ""])
def test_a_name_that_leads_out_is_refused(name: str):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(RequestValidationError, match="no path of a file"):
        unpack(target.getvalue())


def test_what_is_no_archive_is_said():
    with pytest.raises(RequestValidationError, match="no archive"):
        unpack(b"<html>" * 200)


def test_a_folder_without_terraform_is_no_template(tmp_path: Path):
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "x.tf").write_text("")
    with pytest.raises(RequestValidationError, match=r"has no `\.tf`"):
        read_source(tmp_path, None, terraform=True)
    assert read_source(tmp_path, None, terraform=False)[0].name == "modules/x.tf"


def test_a_missing_folder_is_said(tmp_path: Path):
    with pytest.raises(RequestValidationError, match="no directory"):
        read_source(tmp_path / "nowhere", None, terraform=True)


@pytest.mark.parametrize("arguments", [(None, None), (".", {"main.tf": ""})])
def test_a_folder_or_files_but_not_both(arguments: tuple[str | None, dict[str, str] | None]):
    with pytest.raises(RequestValidationError, match="either"):
        read_source(*arguments, terraform=True)


def test_links_are_followed(tmp_path: Path):
    shared = tree(tmp_path / "shared", **{"x.tf": "shared"})
    folder = tree(tmp_path / "template")
    (folder / "modules").symlink_to(shared)
    (folder / "one.tf").symlink_to(shared / "x.tf")
    found = {file.name: file.content for file in read_source(folder, None, terraform=True)}
    assert found["modules/x.tf"] == found["one.tf"] == b"shared"


def test_a_link_in_a_circle_is_an_error(tmp_path: Path):
    folder = tree(tmp_path / "template")
    (folder / "again").symlink_to(folder)
    with pytest.raises(RequestValidationError, match="lies in"):
        read_source(folder, None, terraform=True)


def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path):
    folder = tree(tmp_path / "template")
    (folder / "gone.tf").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RequestValidationError, match="leads nowhere"):
        read_source(folder, None, terraform=True)


def test_a_folder_is_written_once(tmp_path: Path):
    files = [TemplateFile("a/main.tf", b"x"), TemplateFile("run.sh", b"#!", executable=True)]
    assert write_folder(tmp_path / "new", files, overwrite=False) == "created"
    assert write_folder(tmp_path / "new", files, overwrite=False) == "unchanged"
    assert os.access(tmp_path / "new" / "run.sh", os.X_OK)


def test_other_contents_are_replaced_only_on_request(tmp_path: Path):
    (tmp_path / "main.tf").write_text("mine")
    files = [TemplateFile("main.tf", b"theirs"), TemplateFile("more.tf", b"")]
    with pytest.raises(RequestValidationError, match=r"other contents in main\.tf"):
        write_folder(tmp_path, files, overwrite=False)
    assert not (tmp_path / "more.tf").exists()
    assert write_folder(tmp_path, files, overwrite=True) == "updated"
    assert (tmp_path / "main.tf").read_text() == "theirs"


def test_a_link_in_the_target_leads_nowhere_else(tmp_path: Path):
    (tmp_path / "outside").mkdir()
    target = tmp_path / "target"
    target.mkdir()
    (target / "a").symlink_to(tmp_path / "outside")
    with pytest.raises(RequestValidationError, match="by a link"):
        write_folder(target, [TemplateFile("a/x.tf", b"")], overwrite=True)


def test_the_digest_sees_names_contents_and_modes():
    digests = {
        content_digest(files)
        for files in (
            [TemplateFile("a", b"x")],
            [TemplateFile("b", b"x")],
            [TemplateFile("a", b"y")],
            [TemplateFile("a", b"x", executable=True)],
            [],
        )
    }
    assert len(digests) == 5


def test_the_name_of_a_version_depends_on_everything_that_matters():
    digest = "0" * 64
    names = {
        version_name(digest, {}, {}, "terraform"),
        version_name(digest, {"a": "1"}, {}, "terraform"),
        version_name(digest, {"a": "2"}, {}, "terraform"),
        version_name(digest, {}, {"a": "1"}, "terraform"),
        version_name(digest, {}, {}, "echo"),
    }
    assert len(names) == 5


def test_a_diff_shows_what_was_added_removed_and_changed():
    old = [TemplateFile("a.tf", b"one\ntwo"), TemplateFile("b.tf", b"b\n"), TemplateFile("x", b"")]
    new = [
        TemplateFile("a.tf", b"one\n2\n"),
        TemplateFile("c.bin", b"\xff"),
        TemplateFile("x", b""),
    ]
    diff = diff_files(old, new)
    assert (diff.added, diff.removed, diff.changed) == (("c.bin",), ("b.tf",), ("a.tf",))
    assert str(diff).splitlines() == [
        "--- a/a.tf",
        "+++ b/a.tf",
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "\\ No newline at end of file",
        "+2",
        "--- a/b.tf",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-b",
        "Binary files c.bin differ",
    ]
    assert not diff_files(old, old)
