"""Models with valid defaults."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from coder_sdk import models
from coder_sdk.testing import factories

MODELS = [
    item
    for name in models.__all__
    if isinstance(item := getattr(models, name), type) and issubclass(item, BaseModel)
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_can_be_made_and_read_again(model: Any):
    made = factories.make(model)
    dumped = made.model_dump_json(by_alias=True)
    assert model.model_validate_json(dumped).model_dump_json(by_alias=True) == dumped


def test_fields_are_overridden_by_either_name():
    user = factories.make(
        models.User, username="ada", roles=[{"name": "owner", "display_name": "Owner"}]
    )
    assert (user.username, user.roles[0].name) == ("ada", "owner")
    nested = factories.make(
        models.WorkspacesResponse, workspaces=[factories.make(models.Workspace)]
    )
    assert len(nested.workspaces) == 1


def test_nested_models_need_only_the_fields_that_matter():
    made = factories.make(
        models.Workspace,
        latest_build={
            "status": "stopped",
            "resources": [{"agents": [{"name": "main", "apps": [{"slug": "web"}]}]}],
        },
    )
    assert made.latest_build.status == "stopped"
    (agent,) = made.latest_build.resources[0].agents
    assert (agent.name, agent.apps[0].slug) == ("main", "web")
    assert factories.make(models.Workspace, latest_build=made.latest_build) == made


def test_unknown_fields_and_wrong_values_are_refused():
    with pytest.raises(TypeError, match="no field 'nope'"):
        factories.make(models.User, nope=1)
    with pytest.raises(ValidationError):
        factories.make(models.User, created_at="yesterday")


def test_several_models_differ():
    users = factories.make_many(models.User, 3, username=lambda number: f"user{number}")
    assert [user.username for user in users] == ["user0", "user1", "user2"]
    assert len({user.id for user in users}) == 3
