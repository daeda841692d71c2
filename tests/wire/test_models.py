"""Every generated model builds, decodes what it describes, dumps it again, pickles and copies."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

import coder_sdk.models
from coder_sdk.wire import CaseInsensitiveModel, OpaqueModel, OpenEnum, OpenIntEnum
from tests.wire.exchanges import declared, differences
from tests.wire.samples import sample

SCHEMAS = declared()[1].schemas
NAMES = declared()[1].names
MODELS = sorted(
    name
    for name, python in NAMES.items()
    if isinstance(getattr(coder_sdk.models, python), type)
    and issubclass(getattr(coder_sdk.models, python), BaseModel)
)
ENUMS = sorted(name for name, schema in SCHEMAS.items() if schema.get("enum"))


def model(name: str) -> Any:
    return getattr(coder_sdk.models, NAMES[name])


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes


def test_every_documented_schema_has_a_type():
    assert len([name for name in SCHEMAS if "." in name and "#" not in name]) >= 564
    assert sorted(NAMES.values()) == sorted(coder_sdk.models.__all__)


WHOLE: list[dict[str, Any]] = [
    {},
    {"mode": "json"},
    {"mode": "json", "by_alias": True},
    {"exclude_unset": True},
    {"exclude_defaults": True},
]


@pytest.fixture(scope="module")
def workspace() -> coder_sdk.models.Workspace:
    """A workspace as a server sends it, whose build has a job without a template."""
    value = sample(SCHEMAS["codersdk.Workspace"], SCHEMAS)
    value["last_used_at"] = "0001-01-01T00:00:00Z"
    value["latest_build"]["job"]["metadata"]["template_id"] = str(UUID(int=0))
    return coder_sdk.models.Workspace.model_validate_json(json.dumps(value))


@pytest.mark.parametrize("options", WHOLE, ids=str)
def test_whole_dump_makes_the_same_model_again(
    workspace: coder_sdk.models.Workspace, options: dict[str, Any]
):
    assert type(workspace).model_validate(workspace.model_dump(**options)) == workspace
    written = {name: value for name, value in options.items() if name != "mode"}
    text = workspace.model_dump_json(**written)
    assert type(workspace).model_validate_json(text) == workspace


def test_dump_without_none_lacks_what_is_always_sent(workspace: coder_sdk.models.Workspace):
    with pytest.raises(ValidationError) as caught:
        type(workspace).model_validate(workspace.model_dump(exclude_none=True))
    assert {problem["type"] for problem in caught.value.errors()} == {"missing"}
    assert {problem["loc"][-1] for problem in caught.value.errors()} == {
        "last_used_at",
        "template_id",
    }


@pytest.mark.parametrize("name", MODELS)
def test_model_decodes_dumps_and_pickles_its_sample(name: str):
    value = sample(SCHEMAS[name], SCHEMAS)
    decoded = model(name).model_validate_json(json.dumps(value))
    dumped = json.loads(decoded.model_dump_json(by_alias=True, exclude_unset=True))
    assert list(differences(value, dumped)) == []
    assert model(name).model_validate(value) == decoded
    assert pickled(decoded) == decoded
    assert copy.deepcopy(decoded) == decoded


@pytest.mark.parametrize("name", MODELS)
def test_model_describes_itself_as_json_schema(name: str):
    for mode in ("validation", "serialization"):
        described = model(name).model_json_schema(mode=mode)
        # A recursive model stands among the definitions and is referred to.
        found = described.get("title") or described["$ref"].rpartition("/")[2]
        assert found == NAMES[name]


@pytest.mark.parametrize("name", ENUMS)
def test_enum_has_every_documented_value_and_takes_others(name: str):
    enum = model(name)
    assert [member.value for member in enum] == list(dict.fromkeys(SCHEMAS[name]["enum"]))
    assert issubclass(enum, OpenEnum | OpenIntEnum)
    other = enum(999) if issubclass(enum, OpenIntEnum) else enum("from-the-future")
    assert not other.is_known
    assert pickled(other) == other


@pytest.mark.parametrize("name", MODELS)
def test_constructor_refuses_unknown_keywords(name: str):
    if issubclass(model(name), OpaqueModel):
        pytest.skip("an opaque model takes anything")
    with pytest.raises(ValueError, match="no_such_field"):
        model(name)(**{**sample(SCHEMAS[name], SCHEMAS), "no_such_field": 1})


def test_keys_of_types_without_json_names_may_come_in_any_case():
    found = [name for name in MODELS if issubclass(model(name), CaseInsensitiveModel)]
    assert found
    for name in found:
        value = sample(SCHEMAS[name], SCHEMAS)
        lower = {key.lower(): inner for key, inner in value.items()}
        assert model(name).model_validate(lower) == model(name).model_validate(value)


def test_modules_import_alone_and_in_any_order():
    folder = Path(coder_sdk.models.__file__).parent
    modules = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    assert len(modules) <= 37
    # In a process of its own: classes that are imported twice are not the same classes.
    script = f"""
import importlib, sys
for module in reversed({modules!r}):
    for name in [name for name in sys.modules if name.startswith("coder_sdk.models")]:
        del sys.modules[name]
    importlib.import_module("coder_sdk.models." + module)
"""
    environment = {**os.environ, "PYTHONPATH": str(folder.parents[1])}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)  # noqa: S603 - our own script


def test_unknown_names_are_no_models():
    with pytest.raises(AttributeError, match="has no attribute 'NoSuchModel'"):
        coder_sdk.models.NoSuchModel  # noqa: B018 - reading it is the test


def test_dir_lists_every_model():
    assert set(coder_sdk.models.__all__) <= set(dir(coder_sdk.models))


def test_aliases_decode_too():
    aliases = sorted(set(NAMES) - set(MODELS) - set(ENUMS))
    assert aliases
    for name in aliases:
        value = sample(SCHEMAS[name], SCHEMAS)
        adapter: TypeAdapter[Any] = TypeAdapter(model(name))
        decoded = adapter.validate_json(json.dumps(value))
        assert json.loads(adapter.dump_json(decoded, by_alias=True)) == value
