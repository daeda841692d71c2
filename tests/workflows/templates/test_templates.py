"""Promoting, pulling, archiving and setting up templates."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coder_sdk import (
    BadRequestError,
    FeatureUnavailableError,
    RequestValidationError,
    ServerError,
)
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

PATCH = "PATCH /api/v2/templates/*"
ARCHIVE = "POST /api/v2/templateversions/*/archive"


def push(colour: Colour, coder: Any, text: str, **options: Any) -> Any:
    files = {"main.tf": f"# {text}\n"}
    return colour.call(coder.templates.push, "default/docker", files=files, **options).object


def test_a_version_is_promoted_once(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, "one")
    two = push(colour, coder, "two", activate=False, name="two")
    template, action = colour.call(coder.templates.promote, "default/docker/two")
    assert (template.active_version_id, action) == (two.id, "updated")
    assert colour.call(coder.templates.promote, two).action == "unchanged"
    fake.assert_called("PATCH /api/v2/templates/*/versions", times=1)


def test_a_condition_keeps_a_version_from_being_promoted(
    fake: FakeCoder, colour: Colour, coder: Any
):
    one = push(colour, coder, "one")
    two = push(colour, coder, "two", activate=False)
    never = colour.function(lambda template: template.deprecated)
    template, action = colour.call(coder.templates.promote, two, only_if=never)
    assert (template.active_version_id, action) == (one.id, "skipped")


def test_a_version_without_a_template_cannot_be_promoted(
    fake: FakeCoder, colour: Colour, coder: Any
):
    upload = colour.call(coder.files.upload, b"\0" * 1024, content_type="application/x-tar")
    version = colour.call(
        coder.template_versions.create,
        "default",
        provisioner="terraform",
        storage_method="file",
        file_id=upload.hash,
    )
    with pytest.raises(RequestValidationError, match="belongs to no template"):
        colour.call(coder.templates.promote, version.id)


def test_a_version_whose_import_runs_cannot_be_promoted(
    fake: FakeCoder, colour: Colour, coder: Any
):
    push(colour, coder, "one")
    two = push(colour, coder, "two", wait=False)
    with pytest.raises(BadRequestError, match="built successfully"):
        colour.call(coder.templates.promote, two)


def test_the_files_are_pulled_once(fake: FakeCoder, colour: Colour, coder: Any, tmp_path: Path):
    one = push(colour, coder, "one", name="one")
    two = push(colour, coder, "two")
    folder = tmp_path / "docker"
    assert colour.call(coder.templates.pull, "docker", folder) == (two, "created")
    assert (folder / "main.tf").read_text() == "# two\n"
    assert colour.call(coder.templates.pull, "docker", folder).action == "unchanged"
    pulled = colour.call(coder.templates.pull, "docker", folder, version="one", overwrite=True)
    assert (pulled.object.id, pulled.action) == (one.id, "updated")
    assert (folder / "main.tf").read_text() == "# one\n"


def test_work_that_is_not_pushed_is_not_overwritten(
    fake: FakeCoder, colour: Colour, coder: Any, tmp_path: Path
):
    push(colour, coder, "one")
    (tmp_path / "main.tf").write_text("# mine\n")
    with pytest.raises(RequestValidationError, match="overwrite=True"):
        colour.call(coder.templates.pull, "docker", tmp_path)
    assert (tmp_path / "main.tf").read_text() == "# mine\n"


def test_what_is_pulled_pushes_as_unchanged(
    fake: FakeCoder, colour: Colour, coder: Any, tmp_path: Path
):
    push(colour, coder, "one")
    colour.call(coder.templates.pull, "docker", tmp_path)
    assert colour.call(coder.templates.push, "default/docker", tmp_path).action == "unchanged"


@pytest.fixture
def versions(fake: FakeCoder) -> list[str]:
    """`v1` is used by a workspace, `v5` is active, `v2` to `v4` are unused."""
    fake.add_template("docker")
    fake.add_workspace("dev", template="docker")
    for number in range(2, 6):
        fake.clock.advance(60)
        fake.add_version("docker", f"v{number}", active=number == 5)
    return ["v2", "v3", "v4"]


def names(found: list[Any]) -> list[str]:
    return [version.name for version in found]


@pytest.mark.usefixtures("versions")
def test_unused_versions_are_archived(fake: FakeCoder, colour: Colour, coder: Any):
    found, action = colour.call(coder.templates.archive_unused, "docker")
    assert (names(found), action) == (["v4", "v3", "v2"], "archived")
    assert colour.call(coder.templates.archive_unused, "docker") == ([], "unchanged")
    fake.assert_called(ARCHIVE, times=3)


@pytest.mark.usefixtures("versions")
def test_the_newest_are_kept(colour: Colour, coder: Any):
    found = colour.call(coder.templates.archive_unused, "docker", keep=2).object
    assert names(found) == ["v2"]


@pytest.mark.usefixtures("versions")
def test_a_condition_leaves_versions_alone(colour: Colour, coder: Any):
    odd = colour.function(lambda version: version.name != "v3")
    found = colour.call(coder.templates.archive_unused, "docker", only_if=odd).object
    assert names(found) == ["v4", "v2"]


@pytest.mark.usefixtures("versions")
def test_a_dry_run_archives_nothing(fake: FakeCoder, colour: Colour, coder: Any):
    outcome = colour.call(coder.templates.archive_unused, "docker", dry_run=True)
    assert (names(outcome.object), outcome.action) == (["v4", "v3", "v2"], "skipped")
    assert outcome.reason == "it is a dry run"
    fake.assert_not_called(ARCHIVE)


@pytest.mark.usefixtures("versions")
def test_only_those_whose_import_failed(fake: FakeCoder, colour: Colour, coder: Any):
    fake.fail_next_import()
    with pytest.raises(Exception, match="import"):
        push(colour, coder, "broken", name="broken")
    found = colour.call(coder.templates.archive_unused, "docker", failed_only=True).object
    assert names(found) == ["broken"]


@pytest.mark.usefixtures("versions")
def test_a_version_in_use_by_what_one_cannot_see_is_passed_over(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.inject("GET /api/v2/workspaces", status=200, body=EMPTY, headers=JSON)
    found = colour.call(coder.templates.archive_unused, "docker").object
    assert names(found) == ["v4", "v3", "v2"]
    fake.assert_called(ARCHIVE, times=4)


@pytest.mark.usefixtures("versions")
def test_so_is_one_that_came_into_use_whatever_the_words(
    fake: FakeCoder, colour: Colour, coder: Any
):
    active = colour.call(coder.templates.get, "docker").active_version_id
    (used,) = {
        workspace.latest_build.template_version_id
        for workspace in fake.client().workspaces.list()
        if workspace.latest_build.template_version_id != active
    }
    fake.inject("GET /api/v2/workspaces", status=200, body=EMPTY, headers=JSON)
    fake.inject(f"POST /api/v2/templateversions/{used}/archive", status=500, message="Boom")
    found = colour.call(coder.templates.archive_unused, "docker").object
    assert names(found) == ["v4", "v3", "v2"]


EMPTY = b'{"workspaces": [], "count": 0}'
JSON = {"content-type": "application/json"}


@pytest.mark.usefixtures("versions")
def test_another_failure_to_archive_is_raised(fake: FakeCoder, colour: Colour, coder: Any):
    fake.inject(ARCHIVE, status=500, message="Boom")
    with pytest.raises(ServerError, match="Boom"):
        colour.call(coder.templates.archive_unused, "docker")


@pytest.mark.usefixtures("versions")
def test_somebody_else_may_archive_at_the_same_time(fake: FakeCoder, colour: Colour, coder: Any):
    (found,) = colour.call(coder.templates.archive_unused, "docker", keep=2, dry_run=True).object
    body = colour.call(coder.templates.with_raw_response.versions, "docker").content
    colour.call(coder.template_versions.archive, found)
    fake.inject("GET /api/v2/templates/*/versions", status=200, body=body, headers=JSON)
    assert colour.call(coder.templates.archive_unused, "docker", keep=2).action == "archived"


def test_a_negative_number_to_keep_is_refused(fake: FakeCoder, colour: Colour, coder: Any):
    with pytest.raises(RequestValidationError, match="`keep`"):
        colour.call(coder.templates.archive_unused, "docker", keep=-1)
    assert fake.requests == []


def test_settings_are_written_only_on_a_difference(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_template("docker")
    ask: dict[str, Any] = {
        "display_name": "Docker",
        "default_ttl": timedelta(hours=8),
        "failure_ttl": timedelta(days=1),
        "autostop_days": ["sunday", "saturday"],
        "autostop_weeks": 2,
        "autostart_days": ["monday"],
        "max_port_share_level": "owner",
    }
    template, action = colour.call(coder.templates.set_settings, "docker", **ask)
    assert (template.default_ttl_ms, action) == (28_800_000, "updated")
    assert sorted(template.autostop_requirement.days_of_week) == ["saturday", "sunday"]
    assert colour.call(coder.templates.set_settings, "docker", **ask).action == "unchanged"
    fake.assert_called(PATCH, times=1)


def test_none_clears_a_time(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_template("docker", settings={"default_ttl_ms": 1000, "deprecation_message": "old"})
    template, _ = colour.call(
        coder.templates.set_settings, "default/docker", default_ttl=None, deprecation_message=None
    )
    assert (template.default_ttl_ms, template.deprecated) == (0, False)


def test_what_is_not_named_stays(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_template("docker", display_name="Docker", settings={"default_ttl_ms": 1000})
    template, _ = colour.call(coder.templates.set_settings, "docker", icon="/d.svg")
    assert (template.display_name, template.default_ttl_ms) == ("Docker", 1000)
    sent = fake.assert_called(PATCH).json
    assert (sent["display_name"], sent["default_ttl_ms"]) == ("Docker", 1000)


def test_a_setting_that_needs_a_licence_is_not_dropped_in_silence(colour: Colour):
    with FakeCoder(edition="enterprise-unlicensed") as fake:
        fake.add_template("docker")
        client = colour.keep(fake.async_client() if colour.is_async else fake.client())
        with pytest.raises(FeatureUnavailableError, match="`failure_ttl_ms` of the template"):
            colour.call(client.templates.set_settings, "docker", failure_ttl=timedelta(days=1))


def test_a_negative_time_is_refused(fake: FakeCoder, colour: Colour, coder: Any):
    with pytest.raises(RequestValidationError, match="`default_ttl` is -1 day"):
        colour.call(coder.templates.set_settings, "docker", default_ttl=timedelta(days=-1))
    assert fake.requests == []


def test_a_template_is_renamed(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_template("docker")
    assert colour.call(coder.templates.set_settings, "docker", name="podman").action == "updated"
    assert colour.call(coder.templates.get, "default/podman").name == "podman"
