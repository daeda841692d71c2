"""The patches as data: each has a reason, none contradicts another, all fit the pages."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from codegen.description import openapi, patches
from codegen.description.build import build
from codegen.description.openapi import Json
from codegen.reading.reader import read
from tests.reference import reference

PATCHES = patches.load()


@pytest.fixture(scope="module")
def description() -> Json:
    return openapi.load()


def test_a_reason_is_one_short_sentence() -> None:
    sentence = re.compile(r"[A-Z][^.]*(?:\.\w[^.]*)*\.")
    wrong = [p for p in PATCHES if not sentence.fullmatch(p.reason) or len(p.reason) > 160]
    assert [str(patch) for patch in wrong] == []


def test_what_is_unconfirmed_asks_for_no_identifier_that_is_one_alone() -> None:
    """A value that is sent may be something else than a UUID as long as nothing shows it."""
    sent = ("Request", "agentsdk.", "ACL", "x-www-form-urlencoded")
    narrow = [
        patch
        for patch in PATCHES
        if patch.evidence == "unconfirmed"
        and any(part in str(step) for step in patch.target for part in sent)
        and isinstance(patch.value, dict)
        and "uuid" in (patch.value.get("format"), _key_format(patch.value))
    ]
    assert [str(patch) for patch in narrow] == []


def _key_format(value: dict[str, Any]) -> str | None:
    names: dict[str, str] = value.get("propertyNames", {})
    return names.get("format")


def test_no_two_patches_write_the_same() -> None:
    written = Counter((*patch.target, key) for patch in PATCHES for key in _keys(patch))
    assert [place for place, count in written.items() if count > 1] == []


def _keys(patch: patches.Patch) -> tuple[str, ...]:
    """The keys that a merge sets, the values that an append adds, else the target itself."""
    if patch.op == "merge":
        return tuple(patch.value)
    if patch.op == "append":
        return tuple(str(value) for value in patch.value)
    return ("",)


def test_no_patch_is_taken_back_by_a_later_one(description: Json) -> None:
    """What a patch wrote is in the committed description, unless it was built upon."""
    lost = list[str]()
    for patch in PATCHES:
        *parent, key = patches.location(description, patch.target)
        node = description
        for part in parent:
            node = node[part]
        if patch.op == "remove":
            lost += [str(patch)] if key in node else []
        elif not _holds(node[key], patch.value):
            lost.append(str(patch))
    assert lost == []


def _holds(now: object, written: object) -> bool:
    if isinstance(now, dict) and isinstance(written, dict):
        return all(key in now and _holds(now[key], value) for key, value in written.items())
    if isinstance(now, list) and isinstance(written, list):
        return all(any(_holds(item, value) for item in now) for value in written)
    return now == written


@pytest.mark.reference
def test_every_patch_fits_the_pages() -> None:
    unpatched = build(read([reference("coder-docs", "v2.36.0")]), "2.36.0")
    assert patches.apply(unpatched, PATCHES) != unpatched
