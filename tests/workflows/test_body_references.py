"""Fields and parameters that identify something by UUID take names as well."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from coder_sdk import NotFoundError, RequestValidationError, Window
from coder_sdk._arguments import Refs, ref, refs
from coder_sdk._request import OMIT
from coder_sdk.models import MinimalOrganization
from coder_sdk.testing import FakeCoder
from coder_sdk.workflows.idp_sync import GroupSync
from tests.colours import Colour


def create(colour: Colour, coder: Any, name: str, organizations: Any) -> Any:
    return colour.call(
        coder.users.create, email=f"{name}@example.com", username=name, login_type="none",
        organization_ids=organizations,
    )  # fmt: skip


def test_a_list_of_identifiers_takes_names_and_models(coder: Any, colour: Colour, fake: FakeCoder):
    data = fake.add_organization("data")
    default = colour.call(coder.organizations.get, "default")
    made = create(colour, coder, "ada", [default, "data"])
    assert set(made.organization_ids) == {default.id, data}


def test_names_in_a_body_are_looked_up_once(coder: Any, colour: Colour, fake: FakeCoder):
    create(colour, coder, "ada", ["default"])
    create(colour, coder, "bob", ["default"])
    assert len(fake.calls("GET /api/v2/organizations/default")) == 1


def test_an_unknown_name_in_a_body_is_told_before_anything_is_made(
    coder: Any, colour: Colour, fake: FakeCoder
):
    with pytest.raises(NotFoundError, match="Did you mean the organization `coder`"):
        create(colour, coder, "ada", ["codr"])
    assert not fake.calls("POST **")


def test_what_cannot_be_a_name_is_refused(coder: Any, colour: Colour):
    with pytest.raises(RequestValidationError, match="'a/b' is no organization") as caught:
        create(colour, coder, "ada", ["a/b"])
    assert caught.value.parameter == "organization"


def test_a_list_in_the_query_takes_names(coder: Any, colour: Colour, fake: FakeCoder):
    docker = fake.add_template("docker")
    first, last = (datetime(2026, 11, day, tzinfo=timezone.utc) for day in (1, 2))
    report = colour.call(
        coder.insights.user_latency_report,
        start_time=first, end_time=last, template_ids=["docker"],
    )  # fmt: skip
    assert report.report.template_ids in ([], [docker])
    (sent,) = fake.calls("GET /api/v2/insights/user-latency")
    assert ("template_ids", str(docker)) in sent.query


@pytest.mark.parametrize("values", [OMIT, None, [], "default"])
def test_what_holds_no_names_passes_through(values: Any):
    assert refs("organization_id", values) == values


def test_only_a_list_with_names_waits_for_them():
    identifier = "0718fed8-72a1-410d-ba1a-d8752bebda43"
    assert not isinstance(refs("user_id", [identifier]), Refs)
    assert isinstance(refs("user_id", [identifier, "ada"]), Refs)


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda coder, what: coder.ai_spend.user(what), "user"),
        (lambda coder, what: coder.template_versions.get(what), "version"),
        (lambda coder, what: coder.oauth2_apps.get(what), "app"),
        (lambda coder, what: coder.workspaces.set_ttl(what, None), "workspace"),
        (lambda coder, what: coder.idp_sync.plan(what, groups=GroupSync()), "organization"),
    ],
)
def test_what_is_no_reference_is_refused_before_anything_is_sent(
    coder: Any, colour: Colour, fake: FakeCoder, call: Any, parameter: str
):
    with pytest.raises(RequestValidationError, match="not a Window") as caught:
        colour.call(call, coder, Window.last(days=1))
    assert caught.value.parameter == parameter
    assert not fake.calls("**")


def test_a_model_of_another_kind_is_refused(coder: Any, colour: Colour, fake: FakeCoder):
    fake.add_template("docker")
    template = colour.call(coder.templates.get, "docker")
    with pytest.raises(RequestValidationError, match=r"`user` has to be .*, not a Template"):
        colour.call(coder.users.get, template)


def test_short_forms_of_models_identify_too():
    short = MinimalOrganization(
        id="6ecbd8d8-4a3b-4f4e-9d3e-0a1c6c1f0f57", name="data", display_name="", icon=""
    )
    assert ref("organization", short) == "6ecbd8d8-4a3b-4f4e-9d3e-0a1c6c1f0f57"
    with pytest.raises(RequestValidationError, match="not a MinimalOrganization"):
        ref("template", short)
