"""IdP sync: plans with names, applied step by step."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coder_sdk import BulkError, FeatureUnavailableError, RequestValidationError
from coder_sdk.testing import FakeCoder
from coder_sdk.workflows.idp_sync import GroupSync, OrganizationSync, RoleSync
from tests.colours import Colour

PATCH = "PATCH /api/v2/organizations/*/settings/idpsync/groups"
GROUPS = GroupSync(field="groups", mapping={"eng": ["dev", "ops"], "it": "ops"})
JSON = {"content-type": "application/json"}


def test_missing_groups_are_created_and_names_become_identifiers(
    fake: FakeCoder, colour: Colour, coder: Any
):
    ops = fake.add_group("ops")
    plan = colour.call(coder.idp_sync.plan, "default", groups=GROUPS)
    assert [step.kind for step in plan.steps] == ["create group", "groups"]
    assert str(plan).startswith("create the group `dev`\nset the sync of groups (field: ''")
    assert colour.call(coder.idp_sync.apply, plan).action == "updated"
    dev = colour.call(coder.groups.get, "default/dev")
    found = colour.call(coder.idp_sync.group_settings, "default")
    assert found.mapping == {"eng": [str(dev.id), str(ops)], "it": [str(ops)]}


def test_planning_writes_nothing(fake: FakeCoder, colour: Colour, coder: Any):
    colour.call(coder.idp_sync.plan, "default", groups=GROUPS)
    assert {item.method for item in fake.requests} == {"GET"}


def test_a_second_plan_has_nothing_to_do(fake: FakeCoder, colour: Colour, coder: Any):
    wanted = {
        "groups": GROUPS,
        "roles": RoleSync(field="roles", mapping={"boss": "organization-admin"}),
        "organizations": OrganizationSync(field="orgs", mapping={"acme": ["default"]}),
    }
    colour.call(coder.idp_sync.apply, colour.call(coder.idp_sync.plan, "default", **wanted))
    again = colour.call(coder.idp_sync.plan, "default", **wanted)
    assert (bool(again), str(again)) == (False, "nothing to do")
    count = len(fake.requests)
    assert colour.call(coder.idp_sync.apply, again).action == "unchanged"
    assert len(fake.requests) == count


def test_what_is_omitted_stays(colour: Colour, coder: Any):
    first = GroupSync(field="groups", regex_filter="^x", auto_create_missing_groups=True)
    colour.call(coder.idp_sync.apply, colour.call(coder.idp_sync.plan, "default", groups=first))
    second = GroupSync(field="teams")
    colour.call(coder.idp_sync.apply, colour.call(coder.idp_sync.plan, "default", groups=second))
    found = colour.call(coder.idp_sync.group_settings, "default")
    assert (found.field, found.regex_filter) == ("teams", "^x")
    assert found.auto_create_missing_groups


def test_none_clears_the_filter(colour: Colour, coder: Any):
    for wanted in (GroupSync(regex_filter="^x"), GroupSync(regex_filter=None)):
        plan = colour.call(coder.idp_sync.plan, "default", groups=wanted)
        colour.call(coder.idp_sync.apply, plan)
    assert colour.call(coder.idp_sync.group_settings, "default").regex_filter is None


def test_what_the_server_only_reads_out_is_not_sent_back(
    fake: FakeCoder, colour: Colour, coder: Any
):
    shown = {
        "field": "",
        "mapping": {},
        "regex_filter": None,
        "auto_create_missing_groups": False,
        "legacy_group_name_mapping": {"a": "b"},
    }
    path = "GET /api/v2/organizations/*/settings/idpsync/groups"
    fake.inject(path, status=200, body=json.dumps(shown).encode(), headers=JSON)
    plan = colour.call(coder.idp_sync.plan, "default", groups=GroupSync(field="groups"))
    colour.call(coder.idp_sync.apply, plan)
    assert "legacy_group_name_mapping" not in fake.assert_called(PATCH).json


def test_a_partial_failure_lists_what_was_applied(fake: FakeCoder, colour: Colour, coder: Any):
    roles = RoleSync(field="roles")
    plan = colour.call(coder.idp_sync.plan, "default", groups=GROUPS, roles=roles)
    fake.inject(PATCH, status=400, message="No such claim.")
    with pytest.raises(BulkError, match="Applied before: create the group `dev`") as caught:
        colour.call(coder.idp_sync.apply, plan)
    report = caught.value.report
    assert [step.name for step in report.applied] == ["dev", "ops"]
    assert (report.failed.kind, [step.kind for step in report.pending]) == ("groups", ["roles"])
    assert report.summary() == "applied=2 failed=1 pending=1"


def test_settings_that_the_server_drops_are_an_error(fake: FakeCoder, colour: Colour, coder: Any):
    plan = colour.call(coder.idp_sync.plan, "default", groups=GroupSync(field="groups"))
    answer = {"field": "", "mapping": {}, "regex_filter": None, "auto_create_missing_groups": False}
    fake.inject(PATCH, status=200, body=json.dumps(answer).encode(), headers=JSON)
    with pytest.raises(BulkError) as caught:
        colour.call(coder.idp_sync.apply, plan)
    assert isinstance(caught.value.report.error, FeatureUnavailableError)


def test_groups_need_an_organization(fake: FakeCoder, colour: Colour, coder: Any):
    with pytest.raises(RequestValidationError, match="need an `organization`"):
        colour.call(coder.idp_sync.plan, groups=GROUPS)
    assert fake.requests == []


@pytest.mark.parametrize(
    "case",
    [
        ("roles", RoleSync(mapping={"boss": "organization-admim"}), "`organization-admin`"),
        ("organizations", OrganizationSync(mapping={"acme": "codor"}), "`coder`"),
        ("groups", GroupSync(mapping={"a": "00000000-0000-4000-8000-000000000000"}), "no group"),
        ("groups", GroupSync(mapping={"a": "no name"}), "no name for a group"),
    ],
)
def test_an_unknown_name_is_said_before_anything_is_written(
    fake: FakeCoder, colour: Colour, coder: Any, case: tuple[str, Any, str]
):
    sort, wanted, hint = case
    with pytest.raises(RequestValidationError, match=hint):
        colour.call(coder.idp_sync.plan, "default", **{sort: wanted})
    assert {item.method for item in fake.requests} == {"GET"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("groups", "GroupSync"), ("roles", "RoleSync"), ("organizations", "OrganizationSync")],
)
def test_a_plain_dict_is_refused_before_anything_is_asked(
    fake: FakeCoder, colour: Colour, coder: Any, name: str, kind: str
):
    wanted = {name: {"field": "groups", "mapping": {}}}
    with pytest.raises(RequestValidationError, match=f"has to be a `{kind}`, not `dict`") as caught:
        colour.call(coder.idp_sync.plan, "default", **wanted)
    assert caught.value.parameter == name
    text = f"`{kind}` of `coder_sdk.workflows.idp_sync` takes `field`, `mapping`"
    assert text in str(caught.value)
    assert not fake.calls("**")
