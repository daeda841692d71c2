"""Every dialect says what the markdown says; mutilated pages lose only what is cut off."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.reading.blocks import Line
from codegen.reading.document import Page
from codegen.reading.reader import read_text
from tests.codegen.reading.comparison import differences, facts
from tests.codegen.reading.scrapes import glued_page, mirror_page, piped_page

SAMPLES = Path(__file__).parent / "samples"
NAMES = ("gadgets", "schemas")
DIALECTS = {"mirror": "gutter", "piped": "piped text", "glued": "glued text"}
PAGES = sorted(path.name for path in SAMPLES.iterdir())
ReadPage = Callable[[str], Page]


@cache
def sample(name: str) -> tuple[Line, ...]:
    lines = (SAMPLES / name).read_text().split("\n")
    return tuple(Line(text, number) for number, text in enumerate(lines, start=1))


@cache
def whole(name: str) -> Page:
    return read_text(sample(name), name, name)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_scrape_says_what_the_page_says(name: str, dialect: str):
    expected, found = whole(f"{name}.md"), whole(f"{name}.{dialect}.txt")
    assert found.dialect == DIALECTS[dialect]
    assert found.findings == ()
    assert found.tag == expected.tag
    for docs, others in (
        (expected.operations, found.operations),
        (expected.schemas, found.schemas),
    ):
        assert not list(differences(facts(docs), facts(others)))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_findings_keep_the_lines_of_the_scrape(page: ReadPage, dialect: str):
    text = (SAMPLES / f"schemas.{dialect}.txt").read_text()
    lines = text.split("\n")
    number = next(
        n
        for n, line in enumerate(lines)
        if "created_at" in line and "string" in line and "true" in line
    )
    lines[number] = lines[number].replace("string", "strnig", 1)
    found = page("\n".join(lines))
    assert found.findings
    assert any(abs(finding.line - number - 1) <= 1 for finding in found.findings)


@pytest.mark.parametrize("page_name", PAGES)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_page_cut_anywhere_keeps_what_came_before(page_name: str, data: st.DataObject):
    lines = sample(page_name)
    end = data.draw(st.integers(min_value=0, max_value=len(lines)))
    found = read_text(lines[:end], page_name, page_name)
    full = whole(page_name)
    before = {operation.path: operation for operation in full.operations}
    assert all(before[op.path] == op for op in found.operations if op.complete)
    assert [schema.name for schema in found.schemas] == [
        schema.name for schema in full.schemas[: len(found.schemas)]
    ]
    assert not [finding for finding in found.findings if finding.level == "error"]


@pytest.mark.parametrize("page_name", PAGES)
def test_a_cut_inside_an_example_is_a_warning(page_name: str):
    lines = sample(page_name)
    end = next(n for n, line in enumerate(lines) if '"kind": "' in line.text)
    found = read_text(lines[: end + 1], page_name, page_name)
    assert [finding.level for finding in found.findings] == ["warning"]
    assert "cut in its last section" in found.findings[0].message
    assert [doc.complete for doc in (*found.operations, *found.schemas)][-1] is False


@settings(deadline=None, max_examples=300)
@given(
    text=st.lists(
        st.sampled_from([line.text for name in PAGES for line in sample(name)])
        | st.text(st.characters(exclude_characters="\r\n")),
        max_size=40,
    )
)
def test_no_text_makes_the_reader_raise(text: list[str]):
    lines = [Line(line, number) for number, line in enumerate(text, start=1)]
    assert read_text(lines, "page", "page").file == "page"


def test_a_hidden_address_is_the_sample_address(page: ReadPage):
    text = (
        (SAMPLES / "gadgets.piped.txt")
        .read_text()
        .replace("user@example.com", "[email\xa0protected]")
    )
    example = page(text).operations[0].response_examples["200"]
    assert example.value[0]["owners"][0]["email"] == "user@example.com"


def test_a_title_after_the_last_operation_is_a_cut_section(page: ReadPage):
    text = (SAMPLES / "gadgets.piped.txt").read_text()
    cut = text.partition("Rename gadget\n")
    found = page(cut[0] + cut[1])
    assert [operation.title for operation in found.operations] == ["Get gadgets"]
    assert [finding.level for finding in found.findings] == ["warning"]


def test_glued_cells_prefer_names_of_the_example(page: ReadPage):
    text = """codersdk.Thing
{"name": "string", "object": {}, "use": {}, "user": {}}
Properties
NameTypeRequiredRestrictionsDescription
namestringtrueTrue names only
objectcodersdk.Otherfalse
usearray of array of codersdk.Thingfalse
usercodersdk.UserfalseNot false"""
    (thing,) = page(text).schemas
    assert [(field.name, list(field.type.refs()), field.required) for field in thing.fields] == [
        ("name", [], True),
        ("object", ["codersdk.Other"], False),
        ("use", ["codersdk.Thing"], False),
        ("user", ["codersdk.User"], False),
    ]
    assert [field.note for field in thing.fields] == ["True names only", "", "", "Not false"]


@pytest.mark.parametrize("scrape", [mirror_page, piped_page, glued_page])
def test_the_committed_scrapes_are_those_of_the_samples(scrape: Callable[[str], str]):
    dialect = scrape.__name__.partition("_")[0]
    for name in NAMES:
        text = scrape((SAMPLES / f"{name}.md").read_text())
        assert (SAMPLES / f"{name}.{dialect}.txt").read_text() == text
