"""The fake deployment on loopback keeps to our own description, as another tool reads it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
)

from coder_sdk.testing import FakeCoder
from tests.testing.conftest import furnish
from tests.testing.contract import contract, described, exceptions, operations

EXAMPLES = 6
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
INTERNAL, STANDARD = exceptions()["internal"], exceptions()["standard"]
UNKNOWN = "00000000-0000-4000-8000-000000000001"
CONTRACT = contract()
SCHEMA = schemathesis.openapi.from_dict(CONTRACT)
BY_TAG: dict[str, list[Any]] = defaultdict(list)
for found in SCHEMA.get_all_operations():
    BY_TAG[found.ok().definition.raw["tags"][0]].append(found.ok())
for group in BY_TAG.values():
    # What is deleted is missing afterwards.
    group.sort(key=lambda operation: operation.method == "delete")
STEADY = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def subjects(operation: Any, known: dict[str, str]) -> dict[str, str]:
    """What the path names; the owner is needed later, so others are changed and removed."""
    own = any(word in operation.path for word in ("secrets", "skills", "keys"))
    someone = "/users/" in operation.path and operation.method in {"put", "patch", "delete"}
    if "/members/" in operation.path or (someone and not own):
        return {**known, "user": known["other"]}
    return known


def token(operation: Any, fake: FakeCoder) -> str:
    """The token of whoever sends such requests."""
    if "/workspaceagents/me/" in operation.path:
        return next(agent.token for agent in fake._state.agents.values() if not agent.gone)
    return fake.token_for()


def right_values(known: dict[str, str]) -> dict[str, Any]:
    """Values of fields that mean something to the deployment, by name."""
    return {
        "name": "fuzz",
        "username": "fuzz",
        "email": "fuzz@example.com",
        "password": "SomeSecurePassword!1",
        "template_id": known["template"],
        "template_version_id": known["templateversion"],
        "organization_id": known["organization_id"],
        "organization_ids": [known["organization_id"]],
        "content": [{"type": "text", "text": "hi"}],
        "input": "hi",
        "login_type": "password",
        "agent_name": "main",
        "port": 1,
        "protocol": "http",
        "share_level": "owner",
        "roles": [],
        "schedule": "CRON_TZ=UTC 0 8 * * *",
        "start_time": "2026-10-28T00:00:00Z",
        "end_time": "2026-10-30T00:00:00Z",
        "interval": "day",
        "limit": 10,
        "offset": 0,
    }


def fields_of(operation: Any) -> set[str]:
    """The fields of the body of an operation, all of which chance may leave out."""
    content = operation.definition.raw.get("requestBody", {}).get("content", {})
    schemas = CONTRACT["components"]["schemas"]
    names = [str(item["schema"].get("$ref", "")).rpartition("/")[2] for item in content.values()]
    return {field for name in names for field in schemas.get(name, {}).get("properties", {})}


class Run:
    """Sends what schemathesis makes for one operation."""

    def __init__(self, operation: Any, url: str, token: str, known: dict[str, str]) -> None:
        self._operation = operation
        self._name = f"{operation.method.upper()} {operation.path}"
        self._url = url
        self._headers = {"Coder-Session-Token": token}
        self._known = known
        self._right = right_values(known)
        self._fields = fields_of(operation)
        self._count = 0
        self.statuses: list[int] = []
        self.problems: list[str] = []

    def __call__(self) -> None:
        @STEADY
        @given(case=self._operation.as_strategy())
        def send(case: Any) -> None:
            self._send(case)

        with requests.Session() as session:
            self._session = session
            send()

    def _send(self, case: Any) -> None:
        self._count += 1
        unknown = self._count == EXAMPLES
        for name in case.path_parameters or {}:
            case.path_parameters[name] = UNKNOWN if unknown else self._known.get(name, UNKNOWN)
        if self._count % 2:
            self._mean_well(case)
        response = case.call(base_url=self._url, headers=self._headers, session=self._session)
        self.statuses.append(response.status_code)
        if response.status_code == 500 and self._name in INTERNAL:
            return
        if response.status_code >= 400 and self._name in STANDARD:
            assert response.json().keys() == {"error", "error_description"}
            return
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                what = str(failure)[:600]
                self.problems.append(f"{self._name} -> {response.status_code}: {what}")

    def _mean_well(self, case: Any) -> None:
        """Put values that mean something in the place of random ones, the first time of all."""
        for part in (case.query, case.body):
            if isinstance(part, dict):
                whole = self._fields if part is case.body and self._count == 1 else set[str]()
                known = part.keys() | whole
                part.update({key: value for key, value in self._right.items() if key in known})


@pytest.mark.parametrize("tag", sorted(BY_TAG))
def test_answers_are_as_described(tag: str):
    problems: list[str] = []
    succeeded = 0
    for fake, known in furnish():
        client = fake.client()
        known["other"] = str(client.users.get("ada").id)
        known["organization_id"] = str(client.organizations.get("default").id)
        with fake.serve() as url:
            for operation in BY_TAG[tag]:
                run = Run(operation, url, token(operation, fake), subjects(operation, known))
                run()
                problems += run.problems
                succeeded += any(status < 300 for status in run.statuses)
    assert not problems, "\n".join(problems)
    # Refusals alone would say little.
    assert succeeded > len(BY_TAG[tag]) / 2


def test_exceptions_are_about_operations_that_there_are():
    names = {name for name, _ in operations(described())}
    for table in exceptions().values():
        assert not table.keys() - names
    assert not exceptions()["left_out"].keys() & exceptions()["absent"].keys()
