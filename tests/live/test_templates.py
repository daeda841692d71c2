"""Templates and their versions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import (
    BadRequestError,
    MissingVariablesError,
    NotFoundError,
    RequestValidationError,
    TemplateImportError,
)
from coder_sdk.models import TemplateVersion
from tests.colours import Colour
from tests.live.deployment import SOURCES, WAIT, permitted
from tests.live.streams import taken

MAIN = (SOURCES / "main.tf").read_text(encoding="utf-8")


def changed(text: str) -> dict[str, str]:
    """The files of another version of the template."""
    return {"main.tf": f"{MAIN}\n# {text}\n"}


@pytest.fixture
def first(coder: Any, colour: Colour, name: str) -> Iterator[TemplateVersion]:
    """The first version of a template that is there for one test, with the name of the test."""
    with permitted(NotFoundError):
        version, action = colour.call(coder.templates.push, f"default/{name}", SOURCES, **WAIT)
    try:
        assert action == "created"
        yield version
    finally:
        colour.call(coder.templates.delete, name)


def test_a_template_is_pushed_once_and_pulled(
    coder: Any, colour: Colour, name: str, first: TemplateVersion, tmp_path: Path
):
    assert colour.call(coder.templates.push, name, SOURCES, **WAIT).action == "unchanged"
    assert colour.call(coder.templates.pull, name, tmp_path).action == "created"
    assert (tmp_path / "main.tf").read_bytes() == (SOURCES / "main.tf").read_bytes()
    diff = colour.call(coder.template_versions.diff, first, directory=tmp_path)
    assert (diff.added, diff.removed, diff.changed) == ((), (), ())
    (tmp_path / "main.tf").write_text("# mine\n", encoding="utf-8")
    with pytest.raises(RequestValidationError):
        colour.call(coder.templates.pull, name, tmp_path)
    back = colour.call(coder.templates.pull, name, tmp_path, version=first.name, overwrite=True)
    assert (back.object.id, back.action) == (first.id, "updated")


def test_a_version_is_compared_and_promoted(
    coder: Any, colour: Colour, name: str, first: TemplateVersion
):
    lines: list[str] = []
    version, action = colour.call(
        coder.templates.push, name, files={**changed("second"), "README.md": "Live\n"},
        name="second", message="For a test", activate=False,
        on_log=lambda line: lines.append(str(line)), **WAIT,
    )  # fmt: skip
    assert (version.name, action) == ("second", "updated")
    assert lines
    diff = colour.call(coder.template_versions.diff, first, version)
    assert (diff.added, diff.removed) == (("README.md",), ())
    assert diff.changed == ("main.tf",)
    assert colour.call(coder.templates.get, name).active_version_id == first.id
    template, action = colour.call(coder.templates.promote, f"{name}/second")
    assert (template.active_version_id, action) == (version.id, "updated")
    assert colour.call(coder.templates.promote, version).action == "unchanged"


def test_a_workspace_takes_a_new_version_and_the_old_one_is_archived(
    coder: Any, colour: Colour, name: str, first: TemplateVersion
):
    ws = colour.call(coder.workspaces.create, name, template=name, **WAIT)
    try:
        second = colour.call(coder.templates.push, name, files=changed("second"), **WAIT).object
        used = colour.call(coder.templates.archive_unused, name, dry_run=True)
        assert used == ([], "skipped")
        updated, action = colour.call(coder.workspaces.update, ws, **WAIT)
        assert action == "updated"
        assert updated.latest_build.template_version_id == second.id
        kept = colour.call(coder.templates.archive_unused, name, keep=1)
        assert kept == ([], "unchanged")
        archived, action = colour.call(coder.templates.archive_unused, name)
        assert ([each.id for each in archived], action) == ([first.id], "archived")
    finally:
        colour.call(coder.workspaces.delete, ws, **WAIT)


def test_an_import_is_followed_and_waited_for(
    coder: Any, colour: Colour, name: str, first: TemplateVersion
):
    version, _ = colour.call(coder.templates.push, name, files=changed("next"), wait=False)
    lines = taken(colour, coder.template_versions.follow_logs(version))
    numbers = [line.id for line in lines]
    assert numbers
    assert numbers == sorted(set(numbers))
    rest = taken(colour, coder.template_versions.follow_logs(version, after=numbers[0]))
    assert [line.id for line in rest] == numbers[1:]
    done = colour.call(coder.template_versions.wait, version, **WAIT)
    assert (done.id, done.job.status) == (version.id, "succeeded")
    assert colour.call(coder.templates.get, name).active_version_id == first.id


def test_an_import_is_canceled(coder: Any, colour: Colour, name: str, first: TemplateVersion):
    version, _ = colour.call(coder.templates.push, name, files=changed("never"), wait=False)
    canceled, action = colour.call(coder.template_versions.cancel, version, **WAIT)
    assert canceled.job.completed_at is not None
    if canceled.job.status == "succeeded":
        assert action == "unchanged"  # it was quicker
    else:
        assert action == "canceled"
        with pytest.raises(TemplateImportError, match="was canceled"):
            colour.call(coder.template_versions.wait, version, **WAIT)
    assert colour.call(coder.template_versions.cancel, version).action == "unchanged"
    assert colour.call(coder.templates.get, name).active_version_id == first.id


def test_imports_that_fail_say_why(coder: Any, colour: Colour, name: str, first: TemplateVersion):
    def push(text: str, **options: Any) -> Any:
        files = {"main.tf": MAIN, "more.tf": text}
        return colour.call(coder.templates.push, name, files=files, **options, **WAIT)

    # A server that looks at the files before it imports them refuses these at once.
    with pytest.raises((TemplateImportError, BadRequestError)):
        push('resource "terraform_data" "broken" {\n')
    needy = 'variable "place" {\n  type = string\n}\n'
    with pytest.raises(MissingVariablesError) as missing:
        push(needy)
    assert missing.value.variables == ("place",)
    version, action = push(needy, variables={"place": "here"})
    assert (version.job.status, action) == ("succeeded", "updated")
    assert colour.call(coder.templates.get, name).active_version_id != first.id


def test_a_version_is_tried(coder: Any, colour: Colour, first: TemplateVersion):
    lines: list[str] = []
    resources = colour.call(
        coder.template_versions.dry_run, first, parameters={"size": 2},
        on_log=lambda line: lines.append(str(line)), **WAIT,
    )  # fmt: skip
    assert resources
    assert lines
    with pytest.raises(RequestValidationError):
        colour.call(coder.template_versions.dry_run, first, parameters={"size": 4})


def test_the_settings_of_a_template_are_changed(
    coder: Any, colour: Colour, name: str, first: TemplateVersion
):
    wanted = {
        "display_name": "Live",
        "description": "For a test",
        "default_ttl": timedelta(hours=3),
        "allow_user_cancel_workspace_jobs": True,
    }
    template, action = colour.call(coder.templates.set_settings, name, **wanted)
    assert (template.active_version_id, action) == (first.id, "updated")
    assert (template.display_name, template.default_ttl_ms) == ("Live", 3 * 3600 * 1000)
    assert colour.call(coder.templates.set_settings, name, **wanted).action == "unchanged"


def test_licensed_settings_of_a_template_are_changed(
    coder: Any, colour: Colour, name: str, first: TemplateVersion
):
    with permitted():
        template, action = colour.call(
            coder.templates.set_settings, name, failure_ttl=timedelta(hours=1)
        )
    assert (template.active_version_id, action) == (first.id, "updated")
    assert template.failure_ttl_ms == 3600 * 1000


def test_a_folder_of_templates_is_pushed(
    coder: Any, colour: Colour, name: str, template: str, tmp_path: Path
):
    folders = [tmp_path / f"{name}{letter}" for letter in "ab"]
    for folder in folders:
        folder.mkdir()
        (folder / "main.tf").write_text(MAIN, encoding="utf-8")
    assert colour.call(coder.templates.get, template).name == template  # who may not push is gone
    try:
        for action in ("created", "unchanged"):
            report = colour.call(
                coder.bulk,
                lambda each: coder.templates.push(f"default/{each.name}", each, **WAIT),
                folders,
                concurrency=2,
            )
            assert report.by_action() == {action: 2}, report.summary()
    finally:
        names = [folder.name for folder in folders]
        report = colour.call(coder.bulk, coder.templates.delete, names)
    assert report.summary() == "ok=2 failed=0 skipped=0"
