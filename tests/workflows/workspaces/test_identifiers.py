"""What stands for a workspace, template or version."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from coder_sdk import AmbiguousError, NotFoundError, RequestValidationError
from coder_sdk.testing import FakeCoder
from coder_sdk.workflows._targets import Target, target_of
from tests.colours import Colour


@pytest.fixture(autouse=True)
def lab(fake: FakeCoder) -> None:
    fake.add_template("docker")
    fake.add_user("ada", email="Ada@Example.com")
    fake.add_workspace("lab", template="docker", owner="ada")
    fake.add_workspace("dev", template="docker")


@pytest.mark.parametrize("name", ["dev", "me/dev", "admin/dev", "DEV", "ada/lab"])
def test_a_workspace_by_name_is_one_request(
    colour: Colour, fake: FakeCoder, coder: Any, name: str
) -> None:
    colour.call(coder.workspaces.start, name)
    assert len(fake.requests) == 1


def test_an_owner_by_address(colour: Colour, coder: Any) -> None:
    outcome = colour.call(coder.workspaces.start, "ada@example.com/lab")
    assert outcome.object.owner_name == "ada"


def test_a_model_or_a_uuid_is_read_anew(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    workspace = colour.call(coder.workspaces.get, "dev")
    for item in (workspace, workspace.id, str(workspace.id)):
        assert colour.call(coder.workspaces.ensure, item).action == "unchanged"


def test_an_unknown_workspace_is_not_found(colour: Colour, coder: Any) -> None:
    for item in ("nothing", "ada/nothing", uuid4()):
        with pytest.raises(NotFoundError):
            colour.call(coder.workspaces.start, item)
    with pytest.raises(NotFoundError, match="There is no workspace"):
        colour.call(coder.workspaces.ensure, uuid4(), template="docker")


@pytest.mark.parametrize("text", ["", "/dev", "ada/", "a/b/c"])
def test_what_is_no_workspace_is_refused(colour: Colour, coder: Any, text: str) -> None:
    with pytest.raises(RequestValidationError, match="is no workspace"):
        colour.call(coder.workspaces.stop, text)


def test_an_ambiguous_template_lists_the_candidates(
    colour: Colour, fake: FakeCoder, coder: Any
) -> None:
    fake.add_organization("other")
    fake.add_template("docker", organization="other")
    with pytest.raises(AmbiguousError) as caught:
        colour.call(coder.workspaces.create, "mine", template="docker")
    assert caught.value.candidates == ("coder/docker", "other/docker")
    made = colour.call(coder.workspaces.create, "mine", template="other/docker", wait=False)
    assert made.organization_name == "other"


def test_a_version_by_name_needs_its_template(colour: Colour, fake: FakeCoder, coder: Any) -> None:
    create = coder.workspaces.create
    with pytest.raises(RequestValidationError, match="needs a `template`"):
        colour.call(create, "mine", template_version="v1")
    made = colour.call(create, "mine", template_version="docker/v1", wait=False)
    assert made.template_name == "docker"


def test_an_agent_may_follow_the_name() -> None:
    assert target_of("ada/lab.gpu", agents=True) == Target(None, "ada", "lab", "gpu")
    assert target_of("lab", agents=True) == Target(None, "me", "lab", "")
    with pytest.raises(RequestValidationError):
        target_of("lab.", agents=True)
