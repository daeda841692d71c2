"""Every model makes columns whose types are the same for an empty list and for a full one."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pandas as pd
import polars as pl
import pytest

import coder_sdk.models
from coder_sdk import ModelList, RequestValidationError
from coder_sdk.models import (
    APIKeyWithOwner,
    AuditLog,
    ConnectionLatency,
    GenerateAPIKeyResponse,
    MinimalUser,
    OAuth2ClientConfiguration,
    Replica,
    Template,
    Workspace,
    WorkspaceBuild,
    WorkspaceStatus,
)
from coder_sdk.testing import factories
from coder_sdk.wire import ResponseModel, Secret
from coder_sdk.wire._columns import columns
from tests.wire.exchanges import declared
from tests.wire.samples import sample

SCHEMAS = declared()[1].schemas
NAMES = declared()[1].names
MODELS = sorted(
    name
    for name, python in NAMES.items()
    if isinstance(getattr(coder_sdk.models, python), type)
    and issubclass(getattr(coder_sdk.models, python), ResponseModel)
)


def model(name: str) -> Any:
    return getattr(coder_sdk.models, NAMES[name])


@pytest.mark.parametrize("name", MODELS)
def test_an_empty_list_has_the_columns_and_types_of_a_full_one(name: str):
    value = model(name).model_validate_json(json.dumps(sample(SCHEMAS[name], SCHEMAS)))
    full, empty = ModelList([value, value]), ModelList([], model=model(name))
    assert full.to_frame().dtypes.to_dict() == empty.to_frame().dtypes.to_dict()
    assert full.to_polars().schema == empty.to_polars().schema
    assert list(full.to_frame().columns) == full.to_polars().columns
    assert len(full.to_frame()) == 2
    assert len(empty.to_frame()) == 0


@pytest.mark.parametrize("name", MODELS)
def test_values_that_may_be_missing_do_not_change_the_types(name: str):
    value = factories.make(model(name))
    missing = {
        field: None for field, info in model(name).model_fields.items() if info.default is None
    }
    bare = ModelList([value.model_copy(update=missing)])
    assert bare.to_frame().dtypes.to_dict() == ModelList([value]).to_frame().dtypes.to_dict()
    assert bare.to_polars().schema == ModelList([value]).to_polars().schema


def test_types_of_a_workspace():
    types = ModelList([], model=Workspace).to_frame().dtypes
    expected = {
        "id": "string",
        "name": "string",
        "automatic_updates": "string",
        "created_at": "datetime64[us, UTC]",
        "last_used_at": "datetime64[us, UTC]",
        "favorite": "boolean",
        "ttl_ms": "timedelta64[ms]",
        "latest_build.build_number": "Int64",
        "latest_build.status": "string",
        "latest_build.deadline": "datetime64[us, UTC]",
        "health.failing_agents": "object",
    }
    assert {name: str(types[name]) for name in expected} == expected
    schema = ModelList([], model=Workspace).to_polars().schema
    assert schema["ttl_ms"] == pl.Duration("ms")
    assert schema["created_at"] == pl.Datetime("us", "UTC")
    assert schema["health.failing_agents"] == pl.List(pl.String)
    assert schema["favorite"] == pl.Boolean


def test_values_of_a_workspace():
    berlin = timezone(timedelta(hours=1))
    workspace = factories.make(
        Workspace,
        created_at=datetime(2026, 11, 2, 10, 30, tzinfo=berlin).isoformat(),
        ttl_ms=5_400_000,
        last_used_at="0001-01-01T00:00:00Z",
        latest_build=factories.make(WorkspaceBuild, status="running", build_number=7),
    )
    frame = ModelList([workspace]).to_frame()
    assert frame.loc[0, "created_at"] == pd.Timestamp("2026-11-02T09:30:00Z")
    assert frame.loc[0, "ttl_ms"] == pd.Timedelta(minutes=90)
    assert frame.loc[0, "last_used_at"] is pd.NaT
    assert frame.loc[0, "latest_build.status"] == "running"
    assert type(frame.loc[0, "latest_build.status"]) is str
    record = ModelList([workspace]).to_records()[0]
    assert record["ttl_ms"] == timedelta(minutes=90)
    assert record["id"] == str(workspace.id)
    assert ModelList([workspace]).to_polars()["ttl_ms"].to_list() == [timedelta(minutes=90)]


def test_an_unknown_value_of_an_enum_is_its_text():
    build = factories.make(WorkspaceBuild, status="levitating")
    workspace = factories.make(Workspace, latest_build=build)
    assert isinstance(workspace.latest_build.status, WorkspaceStatus)
    assert ModelList([workspace]).to_frame().loc[0, "latest_build.status"] == "levitating"


@pytest.mark.parametrize(
    ("value", "name", "expected", "pandas_type"),
    [
        (
            factories.make(APIKeyWithOwner, lifetime_seconds=90),
            "lifetime_seconds", timedelta(seconds=90), "timedelta64[s]",
        ),
        (
            factories.make(Replica, database_latency=250),
            "database_latency", timedelta(microseconds=250), "timedelta64[us]",
        ),
        (
            factories.make(Template, default_ttl_ms=1),
            "default_ttl_ms", timedelta(milliseconds=1), "timedelta64[ms]",
        ),
        (
            factories.make(ConnectionLatency, p50=12.25),
            "p50", timedelta(microseconds=12_250), "timedelta64[ns]",
        ),
        (
            factories.make(OAuth2ClientConfiguration, client_id_issued_at=1_793_611_800),
            "client_id_issued_at", datetime(2026, 11, 2, 9, 30, tzinfo=timezone.utc),
            "datetime64[us, UTC]",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_numbers_with_a_unit_become_what_they_mean(
    value: Any, name: str, expected: Any, pandas_type: str
):
    found: ModelList[Any] = ModelList([value])
    frame = found.to_frame()
    assert str(frame.dtypes[name]) == pandas_type
    assert frame.loc[0, name].to_pydatetime() == expected if isinstance(expected, datetime) else (
        frame.loc[0, name].to_pytimedelta() == expected
    )  # fmt: skip
    assert found.to_polars()[name].to_list() == [expected]
    assert found.to_records()[0][name] == expected


def test_secrets_are_in_no_column():
    keys = ModelList([GenerateAPIKeyResponse(key=Secret("hunter2"))])
    assert list(keys.to_frame().columns) == []
    assert len(keys.to_frame()) == 1
    for name in MODELS:
        fields = model(name).model_fields
        hidden = {
            field for field, info in fields.items()
            if info.repr is False or "Secret" in str(info.annotation)
        }  # fmt: skip
        assert not hidden & {column.name for column in columns(model(name))}


def test_free_form_values_are_json_and_lists_of_models_are_left_out():
    entry = factories.make(AuditLog, additional_fields={"workspace_name": "dev", "n": [1]})
    frame = ModelList([entry]).to_frame()
    assert json.loads(frame.loc[0, "additional_fields"]) == {"workspace_name": "dev", "n": [1]}
    assert "diff" not in frame.columns
    assert not any(name.startswith("latest_build.resources") for name in names(Workspace))


def names(kind: type[Any]) -> list[str]:
    return [column.name for column in columns(kind)]


def test_models_within_models_can_be_left_out():
    plain = ModelList([], model=Workspace).to_frame(nested=False)
    assert "latest_build.status" not in plain.columns
    assert list(plain.columns) == [name for name in names(Workspace) if "." not in name]


def test_what_is_no_model_has_no_columns():
    for items in (ModelList[Any](), ModelList(["text"]), ModelList([1])):
        with pytest.raises(RequestValidationError, match="Only a list of models has columns"):
            items.to_records()


def test_a_model_list_is_a_list():
    users = ModelList(factories.make_many(MinimalUser, 3), model=MinimalUser)
    assert users == list(users)
    assert isinstance(users[1:], ModelList)
    assert users[1:].model is MinimalUser
    assert users[0] is next(iter(users))
