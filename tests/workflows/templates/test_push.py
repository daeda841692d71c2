"""Pushing templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from coder_sdk import (
    AmbiguousError,
    ConflictError,
    MissingVariablesError,
    NoProvisionerError,
    RequestValidationError,
    TemplateImportError,
    WaitTimeoutError,
)
from coder_sdk.testing import FakeCoder
from coder_sdk.workflows import templates as rules
from coder_sdk.workflows.archive import TemplateFile, pack
from tests.colours import Colour

MAIN = 'resource "coder_agent" "main" {\n}\n'
FILES = {"main.tf": MAIN}
NEEDY = {"main.tf": 'variable "image" {\n}\nvariable "size" {\n default = "s"\n}\n'}
UPLOAD = "POST /api/v2/files"
CREATE = "POST /api/v2/organizations/*/templateversions"
PROMOTE = "PATCH /api/v2/templates/*/versions"


def push(colour: Colour, coder: Any, files: Any = FILES, **options: Any) -> Any:
    template = options.pop("template", "default/docker")
    return colour.call(coder.templates.push, template, files=files, **options)


def active(colour: Colour, coder: Any) -> Any:
    return colour.call(coder.templates.get, "default/docker").active_version_id


def test_a_new_template_is_created(fake: FakeCoder, colour: Colour, coder: Any):
    version, action = push(colour, coder)
    assert (version.job.status, action) == ("succeeded", "created")
    assert active(colour, coder) == version.id
    assert version.template_id is not None


def test_a_second_push_reads_twice_and_writes_nothing(
    fake: FakeCoder, colour: Colour, coder: Any, tmp_path: Path
):
    (tmp_path / "main.tf").write_text(MAIN)
    first = colour.call(coder.templates.push, "default/docker", tmp_path)
    count = len(fake.requests)
    again = colour.call(coder.templates.push, "default/docker", directory=str(tmp_path))
    assert again == (first.object, "unchanged")
    assert [item.method for item in fake.requests[count:]] == ["GET", "GET"]


def test_new_content_is_a_new_version(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder)
    version, action = push(colour, coder, {"main.tf": MAIN + "# more\n"}, message="more")
    assert (action, version.message) == ("updated", "more")
    assert active(colour, coder) == version.id


def test_a_version_may_stay_inactive_and_be_promoted_later(
    fake: FakeCoder, colour: Colour, coder: Any
):
    first = push(colour, coder).object
    other = {"main.tf": "# other\n"}
    second, action = push(colour, coder, other, activate=False)
    assert (action, active(colour, coder)) == ("updated", first.id)
    assert push(colour, coder, other, activate=False).action == "unchanged"
    assert push(colour, coder, other) == (second, "updated")
    assert active(colour, coder) == second.id


def test_content_that_was_pushed_in_another_way_is_recognised(
    fake: FakeCoder, colour: Colour, coder: Any
):
    archive = pack([TemplateFile("main.tf", MAIN.encode())])
    upload = colour.call(coder.files.upload, archive, content_type="application/x-tar")
    push(colour, coder, {"main.tf": "# first\n"})
    template = colour.call(coder.templates.get, "default/docker")
    made = colour.call(
        coder.template_versions.create,
        "default",
        name="by-hand",
        provisioner="terraform",
        storage_method="file",
        file_id=upload.hash,
        template_id=template.id,
    )
    colour.call(coder.template_versions.wait, made)
    colour.call(coder.templates.promote, made)
    version, action = push(colour, coder)
    assert (version.name, action) == ("by-hand", "unchanged")


def test_a_failed_import_raises_with_the_end_of_the_log(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.fail_next_import("Error: no such provider")
    lines: list[str] = []
    with pytest.raises(TemplateImportError, match="no such provider") as caught:
        push(colour, coder, on_log=colour.function(lines.append))
    assert any("no such provider" in line for line in caught.value.log_tail())
    assert lines == list(caught.value.logs)


def test_the_log_comes_with_the_error_also_if_nobody_listened(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.fail_next_import("Error: no such provider")
    with pytest.raises(TemplateImportError) as caught:
        push(colour, coder)
    assert any("no such provider" in line for line in caught.value.log_tail())


def test_a_failed_attempt_gives_its_name_up(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, {"main.tf": "# first\n"})
    fake.fail_next_import()
    with pytest.raises(TemplateImportError):
        push(colour, coder)
    version, action = push(colour, coder)
    assert (action, active(colour, coder)) == ("updated", version.id)
    names = [item.name for item in colour.call(coder.templates.versions("default/docker").to_list)]
    assert [name for name in names if name.startswith(f"{version.name}-failed-")]


def test_missing_variables_are_named(fake: FakeCoder, colour: Colour, coder: Any):
    with pytest.raises(MissingVariablesError, match="`variables` with image") as caught:
        push(colour, coder, NEEDY)
    assert caught.value.variables == ("image",)
    version, action = push(colour, coder, NEEDY, variables={"image": "v9"})
    assert action == "created"
    assert version.job.status == "succeeded"


def test_another_value_of_a_variable_is_a_new_version(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, NEEDY, variables={"image": "v8"})
    assert push(colour, coder, NEEDY, variables={"image": "v9"}).action == "updated"
    assert push(colour, coder, NEEDY, variables={"image": "v9"}).action == "unchanged"


def test_variables_are_sent_as_terraform_reads_them(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, variables={"on": True, "zones": ["a", "b"], "n": 3})
    sent = fake.assert_called(CREATE).json["user_variable_values"]
    assert {item["name"]: item["value"] for item in sent} == {
        "on": "true",
        "zones": '["a","b"]',
        "n": "3",
    }


def test_a_name_of_ones_own_is_found_again(fake: FakeCoder, colour: Colour, coder: Any):
    version, _ = push(colour, coder, name="v9")
    assert version.name == "v9"
    assert push(colour, coder, name="v9").action == "unchanged"
    fake.assert_called(UPLOAD, times=1)


def test_a_name_with_other_content_is_a_conflict(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, name="v9")
    with pytest.raises(ConflictError, match="a version `v9` already, with other content"):
        push(colour, coder, {"main.tf": "# other\n"}, name="v9")
    fake.assert_called(CREATE, times=1)


def test_a_name_whose_import_failed_is_free(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, name="v1")
    fake.fail_next_import()
    other = {"main.tf": "# other\n"}
    with pytest.raises(TemplateImportError):
        push(colour, coder, other, name="v9")
    assert push(colour, coder, other, name="v9").object.name == "v9"


def test_an_import_that_runs_is_joined(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, {"main.tf": "# first\n"})
    waiting, action = push(colour, coder, wait=False)
    assert (waiting.job.status, action) == ("pending", "updated")
    version, action = push(colour, coder)
    assert (version.id, version.job.status, action) == (waiting.id, "succeeded", "updated")
    fake.assert_called(CREATE, times=2)


def test_without_waiting_a_new_template_is_there_at_once(
    fake: FakeCoder, colour: Colour, coder: Any
):
    version, action = push(colour, coder, wait=False)
    assert (action, active(colour, coder)) == ("created", version.id)


def test_an_archived_version_is_brought_back(fake: FakeCoder, colour: Colour, coder: Any):
    first = push(colour, coder).object
    push(colour, coder, {"main.tf": "# other\n"})
    colour.call(coder.template_versions.archive, first)
    version, action = push(colour, coder)
    assert (version.id, version.archived, action) == (first.id, False, "updated")


def test_bringing_back_an_archived_version_is_a_change_although_it_stays_inactive(
    fake: FakeCoder, colour: Colour, coder: Any
) -> None:
    first = push(colour, coder).object
    second = push(colour, coder, {"main.tf": "# other\n"}).object
    colour.call(coder.template_versions.archive, first)
    version, action = push(colour, coder, activate=False)
    assert (version.id, version.archived, action) == (first.id, False, "updated")
    assert active(colour, coder) == second.id
    assert push(colour, coder, activate=False).action == "unchanged"


def test_a_template_that_is_too_large_is_not_sent(
    fake: FakeCoder, colour: Colour, coder: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rules, "SERVER_LIMIT", 4096)
    with pytest.raises(RequestValidationError, match="MiB; the server takes"):
        push(colour, coder)
    assert fake.requests == []


def test_the_limit_of_the_command_line_is_a_warning(fake: FakeCoder, colour: Colour, coder: Any):
    files = {**FILES, "big.bin": b"x" * (1024 * 1024)}
    with pytest.warns(UserWarning, match=r"1\.0 MiB, more than the 1 MiB"):
        assert push(colour, coder, files).action == "created"


def test_a_folder_that_is_no_template_is_not_sent(
    fake: FakeCoder, colour: Colour, coder: Any, tmp_path: Path
):
    with pytest.raises(RequestValidationError, match="is no template"):
        colour.call(coder.templates.push, "default/docker", tmp_path)
    assert fake.requests == []


@pytest.mark.parametrize("options", [{"name": "a b"}, {"template": "default/a b"}])
def test_a_name_that_the_server_refuses_is_not_sent(
    fake: FakeCoder, colour: Colour, coder: Any, options: dict[str, str]
):
    with pytest.raises(RequestValidationError, match="is no name for a template"):
        push(colour, coder, **options)
    fake.assert_not_called(UPLOAD)


def test_a_plain_name_is_the_template_of_that_name(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, template="docker")
    fake.add_organization("data")
    assert push(colour, coder, template="docker").action == "unchanged"


def test_a_plain_name_of_a_new_template_needs_its_organization(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.add_organization("data")
    with pytest.raises(AmbiguousError, match="may be in 2 organizations"):
        push(colour, coder, template="docker")


def test_an_answer_that_was_lost_leaves_one_version(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, {"main.tf": "# first\n"})
    fake.inject(CREATE, lose=True)
    assert push(colour, coder).action == "updated"
    assert len(colour.call(coder.templates.versions("default/docker").to_list)) == 2


def test_a_template_whose_answer_was_lost_is_ours(fake: FakeCoder, colour: Colour, coder: Any):
    fake.inject("POST /api/v2/organizations/*/templates", lose=True)
    assert push(colour, coder).action == "created"


def test_a_template_that_somebody_else_made_meanwhile_gets_the_version(
    fake: FakeCoder, colour: Colour, coder: Any
):
    push(colour, coder, {"main.tf": "# first\n"})
    fake.inject("GET /api/v2/organizations/default/templates/docker", status=404)
    version, action = push(colour, coder)
    assert (action, active(colour, coder)) == ("updated", version.id)


def test_no_provisioner_is_said_at_once(fake: FakeCoder, colour: Colour, coder: Any):
    fake.set_provisioners(0)
    with pytest.raises(NoProvisionerError, match="No provisioner can take"):
        push(colour, coder)


def test_a_wait_that_is_over_carries_the_version(fake: FakeCoder, colour: Colour, coder: Any):
    with pytest.raises(WaitTimeoutError) as caught:
        push(colour, coder, timeout=1, poll_interval=0.2)
    assert caught.value.last_state.job.status in {"pending", "running"}
    assert "import: " in str(caught.value)


def test_progress_is_reported_without_repetition(fake: FakeCoder, colour: Colour, coder: Any):
    seen: list[str] = []
    push(colour, coder, on_progress=colour.function(lambda state: seen.append(state.status)))
    assert seen[-1] == "succeeded"
    assert len(seen) == len(set(seen))


def test_an_interruption_cancels_the_import(fake: FakeCoder, colour: Colour, coder: Any):
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        push(colour, coder, on_log=interrupt)
    fake.assert_called("PATCH /api/v2/templateversions/*/cancel", times=1)


def test_a_cancelled_task_cancels_the_import(fake: FakeCoder):
    async def run() -> None:
        async with fake.async_client() as coder:
            with anyio.CancelScope() as scope:
                await coder.templates.push(
                    "default/docker", files=FILES, on_log=lambda _: scope.cancel()
                )

    anyio.run(run)
    fake.assert_called("PATCH /api/v2/templateversions/*/cancel", times=1)


def test_an_error_of_a_callback_does_not_cancel_the_import(
    fake: FakeCoder, colour: Colour, coder: Any
):
    with pytest.raises(ZeroDivisionError):
        push(colour, coder, on_log=lambda _: 1 / 0)
    fake.assert_not_called("PATCH /api/v2/templateversions/*/cancel")


def test_concurrent_pushes_make_one_version(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, {"main.tf": "# first\n"})
    answers = colour.gather(lambda: coder.templates.push("default/docker", files=FILES), 4)
    assert len({answer.object.id for answer in answers}) == 1
    assert len(colour.call(coder.templates.versions("default/docker").to_list)) == 2
    assert active(colour, coder) == answers[0].object.id


def test_concurrent_first_pushes_make_one_template(fake: FakeCoder, colour: Colour, coder: Any):
    answers = colour.gather(lambda: coder.templates.push("default/docker", files=FILES), 4)
    actions = sorted(answer.action for answer in answers)
    assert actions == ["created", "unchanged", "unchanged", "unchanged"]
    assert len({answer.object.id for answer in answers}) == 1


def test_missing_variables_that_cannot_be_read_do_not_hide_the_error(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.inject("GET /api/v2/templateversions/*/variables", status=404)
    with pytest.raises(MissingVariablesError) as caught:
        push(colour, coder, NEEDY)
    assert caught.value.variables == ()


def test_a_log_that_cannot_be_read_does_not_hide_the_error(
    fake: FakeCoder, colour: Colour, coder: Any
):
    fake.fail_next_import("Error: broken")
    fake.inject("GET /api/v2/templateversions/*/logs", status=404)
    with pytest.raises(TemplateImportError, match="broken") as caught:
        push(colour, coder)
    assert caught.value.logs == ()


def test_content_that_cannot_be_compared_is_another(fake: FakeCoder, colour: Colour, coder: Any):
    push(colour, coder, name="v9")
    fake.inject("GET /api/v2/files/*", status=404)
    with pytest.raises(ConflictError, match="with other content"):
        push(colour, coder, name="v9")


def test_a_template_that_exists_and_cannot_be_seen_is_the_servers_conflict(
    fake: FakeCoder, colour: Colour, coder: Any
):
    push(colour, coder, {"main.tf": "# first\n"})
    fake.inject("GET /api/v2/organizations/default/templates/docker", status=404, times=None)
    with pytest.raises(ConflictError, match="already exists"):
        push(colour, coder)


@pytest.mark.parametrize("by", ["id", "model"])
def test_a_template_may_be_a_model_or_an_identifier(
    fake: FakeCoder, colour: Colour, coder: Any, by: str
):
    push(colour, coder)
    template = colour.call(coder.templates.get, "docker")
    given = template if by == "model" else template.id
    assert push(colour, coder, template=given).action == "unchanged"


def test_an_unfinished_version_of_ones_own_name_is_joined(
    fake: FakeCoder, colour: Colour, coder: Any
):
    push(colour, coder, {"main.tf": "# first\n"})
    waiting = push(colour, coder, name="v9", wait=False).object
    version, action = push(colour, coder, name="v9")
    assert (version.id, version.job.status, action) == (waiting.id, "succeeded", "updated")


def test_an_unfinished_version_with_other_variables_is_a_conflict(
    fake: FakeCoder, colour: Colour, coder: Any
):
    push(colour, coder, {"main.tf": "# first\n"})
    push(colour, coder, NEEDY, name="v9", wait=False, variables={"image": "v8"})
    with pytest.raises(ConflictError, match="with other content"):
        push(colour, coder, NEEDY, name="v9", variables={"image": "v9"})
