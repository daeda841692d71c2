from __future__ import annotations

import json
from pathlib import Path

import pytest

from codegen.description import openapi
from codegen.description.build import build
from codegen.reading.document import Reading
from codegen.reading.reader import read
from tests.reference import reference


@pytest.fixture(scope="session")
def reading() -> Reading:
    return read([reference("coder-docs", "v2.36.0")])


@pytest.fixture(scope="session")
def unpatched(reading: Reading) -> openapi.Json:
    return build(reading, "2.36.0")


@pytest.fixture(scope="session")
def swagger() -> openapi.Json:
    path: Path = reference("oracle", "swagger-v2.36.0.json")
    content: openapi.Json = json.loads(path.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="session")
def committed() -> openapi.Json:
    return openapi.load()
