"""The fake deployment answers recorded requests as the recorded server did."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from tests.reference import needs_reference, reference
from tests.testing.replay import Scenario, differences, load, objects, replayed

DATA = Path(__file__).resolve().parents[1] / "data" / "fake"
SERVERS = {
    "v2.36.0": ("agpl", "2.36.0"),
    "v2.36.0-unlicensed": ("enterprise-unlicensed", "2.36.0"),
    "v2.24.0": ("agpl", "2.24.0"),
}


def sample() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Exchanges with the objects that their ids belong to."""
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    known: dict[str, Any] = {}
    for line in (DATA / "exchanges.jsonl").read_text().splitlines():
        value = json.loads(line)
        if "objects" in value:
            known = value
        else:
            found.append((known, value))
    return found


SAMPLE = sample()


@pytest.mark.parametrize(
    ("known", "exchange"), SAMPLE, ids=[exchange["key"] for _, exchange in SAMPLE]
)
def test_a_sample_of_recorded_requests_is_answered_alike(known: Any, exchange: Any):
    scenario = Scenario(list(objects(known["objects"])), known["edition"])
    assert differences(exchange["response"], scenario.ask(exchange)) == []


class TestReference:
    pytestmark = needs_reference

    @pytest.mark.parametrize("release", SERVERS)
    def test_every_recorded_request_that_is_modelled_is_answered_alike(self, release: Any):
        exchanges = load(reference("recordings", release))
        modelled = set((DATA / f"modelled-{release}.txt").read_text().split())
        known = list(objects(exchanges))
        scenario = Scenario(known, *SERVERS[release])
        found: dict[str, list[str]] = {}
        for exchange in exchanges:
            if exchange["key"] in modelled:
                problems = differences(exchange["response"], scenario.ask(exchange))
                if problems:
                    found[exchange["key"]] = problems
                if exchange["request"]["method"] != "GET":
                    scenario = Scenario(known, *SERVERS[release])
        assert found == {}
        assert len(modelled) > 50

    @pytest.mark.parametrize("release", SERVERS)
    def test_recorded_sequences_are_answered_alike(self, release: Any):
        exchanges = load(reference("recordings", release))
        wanted = set((DATA / f"sequences-{release}.txt").read_text().split())
        known = list(objects(exchanges))
        found: dict[str, list[str]] = {}
        seen: set[str] = set()
        for name, file in groupby(exchanges, key=lambda exchange: exchange["key"].split(":")[0]):
            if any(key.startswith(f"{name}:") for key in wanted):
                for key, problems in replayed(Scenario(known, *SERVERS[release]), list(file)):
                    seen.add(key)
                    if key in wanted and problems:
                        found[key] = problems
        assert found == {}
        assert wanted <= seen
