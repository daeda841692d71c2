"""Following, canceling, trying and comparing template versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anyio
import pytest

from coder_sdk import RequestValidationError, TemplateImportError
from coder_sdk.testing import FakeCoder
from tests.colours import Colour

FILES = {"main.tf": 'resource "coder_agent" "main" {\n}\n'}


def pending(colour: Colour, coder: Any) -> Any:
    return colour.call(coder.templates.push, "default/docker", files=FILES, wait=False).object


def test_logs_are_followed_to_the_end_of_the_import(fake: FakeCoder):
    with fake.client() as coder:
        version = coder.templates.push("default/docker", files=FILES, wait=False).object
        lines = [line.id for line in coder.template_versions.follow_logs(version)]
        assert lines == [line.id for line in coder.template_versions.logs(version)]
        assert coder.template_versions.get(version).job.status == "succeeded"


def test_logs_are_followed_asynchronously(fake: FakeCoder):
    async def run() -> tuple[list[int], list[int]]:
        async with fake.async_client() as coder:
            pushed = await coder.templates.push("default/docker", files=FILES, wait=False)
            version = pushed.object
            lines = [line.id async for line in coder.template_versions.follow_logs(version)]
            return lines, [line.id for line in await coder.template_versions.logs(version)]

    lines, known = anyio.run(run)
    assert lines == known
    assert lines


def test_logs_are_polled_where_there_is_no_socket(fake: FakeCoder):
    with fake.client() as coder:
        version = coder.templates.push("default/docker", files=FILES, wait=False).object
        fake.inject("GET /api/v2/templateversions/*/logs", status=426, message="No sockets.")
        lines = [line.id for line in coder.template_versions.follow_logs(version)]
        assert lines == [line.id for line in coder.template_versions.logs(version)]


def test_a_version_is_waited_for(colour: Colour, coder: Any):
    version = pending(colour, coder)
    assert colour.call(coder.template_versions.wait, version).job.status == "succeeded"


def test_a_wait_ends_with_the_failure(fake: FakeCoder, colour: Colour, coder: Any):
    fake.fail_next_import("Error: broken")
    version = pending(colour, coder)
    with pytest.raises(TemplateImportError, match="broken"):
        colour.call(coder.template_versions.wait, version)


def test_an_import_is_canceled_once(fake: FakeCoder, colour: Colour, coder: Any):
    version = pending(colour, coder)
    canceled, action = colour.call(coder.template_versions.cancel, version)
    assert (canceled.job.status, action) == ("canceled", "canceled")
    assert colour.call(coder.template_versions.cancel, version).action == "unchanged"
    fake.assert_called("PATCH /api/v2/templateversions/*/cancel", times=1)
    with pytest.raises(TemplateImportError, match="was canceled"):
        colour.call(coder.template_versions.wait, version)


def test_an_import_that_ran_was_canceled_too(fake: FakeCoder, colour: Colour, coder: Any):
    version = pending(colour, coder)
    fake.clock.advance(0.5)
    canceled, action = colour.call(coder.template_versions.cancel, version)
    assert (canceled.job.status, action) == ("failed", "canceled")
    with pytest.raises(TemplateImportError, match="was canceled"):
        colour.call(coder.template_versions.wait, version)


def test_a_cancellation_that_comes_too_late_is_no_failure(
    fake: FakeCoder, colour: Colour, coder: Any
):
    version = pending(colour, coder)
    body = colour.call(coder.template_versions.with_raw_response.get, version).content
    colour.call(coder.template_versions.wait, version)
    headers = {"content-type": "application/json"}
    fake.inject("GET /api/v2/templateversions/*", status=200, body=body, headers=headers)
    assert colour.call(coder.template_versions.cancel, version.id).action == "unchanged"


def test_a_dry_run_gives_the_resources(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_template("docker", parameters={"cpu": 2})
    lines: list[str] = []
    resources = colour.call(
        coder.template_versions.dry_run,
        "docker/v1",
        parameters={"cpu": 4},
        workspace_name="try",
        on_log=lines.append,
    )
    assert [agent.name for resource in resources for agent in resource.agents] == ["main"]
    assert lines
    fake.assert_called(
        "POST /api/v2/templateversions/*/dry-run", json={"workspace_name": "try"}, times=1
    )


def test_a_parameter_of_a_dry_run_is_checked_first(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_template("docker", parameters={"cpu": 2})
    with pytest.raises(RequestValidationError, match="no parameter `cqu`"):
        colour.call(coder.template_versions.dry_run, "docker/v1", parameters={"cqu": 4})
    fake.assert_not_called("POST /api/v2/templateversions/*/dry-run")


def test_a_dry_run_that_fails_has_the_log(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_template("docker")
    other = colour.call(coder.dry_runs.with_raw_response.create, "docker/v1")
    failed = {**json.loads(other.content), "status": "failed", "error": "Error: broken"}
    fake.inject(
        "GET /api/v2/templateversions/*/dry-run/*",
        status=200,
        body=json.dumps(failed).encode(),
        headers={"content-type": "application/json"},
    )
    with pytest.raises(TemplateImportError, match=r"The dry run of .*v1.* failed: Error: broken"):
        colour.call(coder.template_versions.dry_run, "docker/v1", on_log=print)


def test_a_dry_run_that_somebody_canceled_says_so(fake: FakeCoder, colour: Colour, coder: Any):
    fake.add_template("docker")
    other = colour.call(coder.dry_runs.with_raw_response.create, "docker/v1")
    moment = "2026-11-02T09:31:00Z"
    ended = {**json.loads(other.content), "status": "failed", "error": "canceled"}
    fake.inject(
        "GET /api/v2/templateversions/*/dry-run/*",
        status=200,
        body=json.dumps({**ended, "canceled_at": moment}).encode(),
        headers={"content-type": "application/json"},
    )
    with pytest.raises(TemplateImportError, match=r"The dry run of .*v1.* was canceled"):
        colour.call(coder.template_versions.dry_run, "docker/v1")


def test_versions_are_compared(fake: FakeCoder, colour: Colour, coder: Any):
    one = colour.call(coder.templates.push, "default/docker", files={"main.tf": "# one\n"}).object
    two = colour.call(coder.templates.push, "default/docker", files={"main.tf": "# two\n"}).object
    diff = colour.call(coder.template_versions.diff, one, two)
    assert diff.changed == ("main.tf",)
    assert "-# one\n+# two\n" in diff.text
    assert not colour.call(coder.template_versions.diff, two, two)


def test_a_version_is_compared_with_a_folder(
    fake: FakeCoder, colour: Colour, coder: Any, tmp_path: Path
):
    (tmp_path / "main.tf").write_text("# two\n")
    (tmp_path / "more.tf").write_text("")
    one = colour.call(coder.templates.push, "default/docker", files={"main.tf": "# one\n"}).object
    diff = colour.call(coder.template_versions.diff, one, directory=tmp_path)
    assert (diff.changed, diff.added) == (("main.tf",), ("more.tf",))


def test_a_version_is_compared_with_one_thing(colour: Colour, coder: Any):
    for arguments in ({}, {"other": "b", "directory": "."}):
        with pytest.raises(RequestValidationError, match="either another version"):
            colour.call(coder.template_versions.diff, "a", **arguments)
