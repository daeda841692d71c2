"""The real pages: every release, the scraped pages, and scrapes made of whole releases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codegen.reading.document import Page, Reading
from codegen.reading.reader import read
from tests.codegen.reading.comparison import differences, facts
from tests.codegen.reading.scrapes import glued_page, mirror_page, piped_page
from tests.reference import reference

pytestmark = pytest.mark.reference

COUNTS = {
    "v2.0.0": (156, 237),
    "v2.10.0": (189, 283),
    "v2.18.0": (226, 312),
    "v2.25.0": (265, 381),
    "v2.30.0": (290, 431),
    "v2.33.0": (307, 460),
    "v2.34.0": (334, 533),
    "v2.35.0": (344, 548),
    "v2.36.0": (357, 564),
}
RELEASES = [f"v2.{minor}.0" for minor in range(37)]
ReadPage = Callable[[str], Page]


def seed(number: int) -> Path:
    (path,) = reference("seeds").glob(f"{number:03}_*")
    return path


@pytest.mark.parametrize("release", RELEASES)
def test_every_release_is_read_without_loss(release: str, reading_of: Callable[[str], Reading]):
    reading = reading_of(release)
    assert {finding.level for finding in reading.findings} == {"info"}
    assert all(doc.complete for doc in (*reading.operations, *reading.schemas))
    assert {page.dialect for page in reading.pages} == {"markdown"}
    counts = len(reading.operations), len(reading.schemas)
    assert counts == COUNTS.get(release, counts)


def test_the_newest_release_has_28_tags(reading_of: Callable[[str], Reading]):
    assert len(reading_of("v2.36.0").tags) == 28


@pytest.mark.parametrize("release", RELEASES)
def test_every_reference_has_its_schema(release: str, reading_of: Callable[[str], Reading]):
    reading = reading_of(release)
    types = [field.type for schema in reading.schemas for field in schema.fields]
    for operation in reading.operations:
        types += [parameter.type for parameter in operation.parameters]
        types += [response.type for response in operation.responses if response.type]
        for table in operation.response_schemas:
            types += [field.type for field in table.fields]
    named = {name for kind in types for name in kind.refs()}
    assert named <= {schema.name for schema in reading.schemas}


@pytest.mark.parametrize(
    ("number", "counts", "tags", "dialect"),
    [
        (0, (0, 119), (), "glued text"),
        (1, (0, 347), (), "markdown"),
        (2, (53, 0), ("Enterprise",), "piped text"),
        (3, (35, 0), ("Users",), "gutter"),
        (4, (11, 0), ("Members",), "gutter"),
    ],
)
def test_a_scraped_page_is_read_alone(
    number: int, counts: tuple[int, int], tags: tuple[str, ...], dialect: str
):
    reading = read([seed(number)])
    assert (len(reading.operations), len(reading.schemas)) == counts
    assert reading.tags == tags
    assert [page.dialect for page in reading.pages] == [dialect]
    # Only the first one is damaged.
    assert {finding.level for finding in reading.findings} == ({"warning"} if not number else set())


def test_the_glued_page_lost_a_heading_and_its_end():
    lost, cut = read([seed(0)]).findings
    assert (lost.line, "'codersdk.ExternalAuthDevice'" in lost.message) == (2748, True)
    assert "cut in its last section 'codersdk.PatchGroupRequest'" in cut.message


# What the release beside each scraped page says otherwise: the page is from between two
# releases. Everything else is equal.
@pytest.mark.parametrize(
    ("number", "release", "page", "expected"),
    [
        (
            0,
            "v2.5.0",
            "schemas.md",
            {"codersdk.PatchGroupRequest/fields", "codersdk.PatchGroupRequest/has_properties"},
        ),
        (
            1,
            "v2.21.0",
            "schemas.md",
            {
                "codersdk.Experiment/values",
                "codersdk.ServerSentEvent",
                "codersdk.ServerSentEventType",
                "codersdk.TerminalFontName",
                "codersdk.UpdateUserAppearanceSettingsRequest/enums",
                "codersdk.UpdateUserAppearanceSettingsRequest/example",
                "codersdk.UpdateUserAppearanceSettingsRequest/fields/terminal_font#0",
                "codersdk.UserAppearanceSettings/enums",
                "codersdk.UserAppearanceSettings/example",
                "codersdk.UserAppearanceSettings/fields/terminal_font#0",
            },
        ),
        (2, "v2.16.0", "enterprise.md", set()),
        (
            3,
            "v2.34.0",
            "users.md",
            {
                "GET /users/{user}/appearance/response_examples/200",
                "GET /users/{user}/keys/tokens/response_schemas",
                "GET /users/{user}/preferences/response_examples/200",
                "PUT /users/{user}/appearance/body_example",
                "PUT /users/{user}/appearance/response_examples/200",
                "PUT /users/{user}/preferences/body_example",
                "PUT /users/{user}/preferences/response_examples/200",
            },
        ),
        (
            4,
            "v2.32.0",
            "members.md",
            {
                "GET /organizations/{organization}/members/response_examples/200",
                "GET /organizations/{organization}/members/response_schemas",
                "GET /organizations/{organization}/members/{user}/response_examples/200",
                "GET /organizations/{organization}/paginated-members/parameters/after_id#0",
                "GET /organizations/{organization}/paginated-members/parameters/q#0",
                "GET /organizations/{organization}/paginated-members/response_examples/200",
                "GET /organizations/{organization}/paginated-members/response_schemas",
            },
        ),
    ],
)
def test_a_scraped_page_says_what_the_release_beside_it_says(
    number: int, release: str, page: str, expected: set[str], releases: dict[str, Path]
):
    scraped, original = read([seed(number)]), read([releases[release] / page])
    names = facts((*scraped.operations, *scraped.schemas))
    others = facts((*original.operations, *original.schemas))
    assert names
    if number == 0:  # it ends with this schema
        others = {name: doc for name, doc in others.items() if name in names}
    found = {path.lstrip("/") for path in differences(names, others)}
    assert found == expected


def test_scrapes_of_whole_releases_say_what_the_pages_say(
    releases: dict[str, Path], page: ReadPage
):
    for release in ("v2.4.0", "v2.20.0", "v2.36.0"):
        for file in sorted(releases[release].glob("*.md")):
            text = file.read_text(encoding="utf-8")
            original = page(text)
            expected = facts((*original.operations, *original.schemas))
            if not expected:
                continue
            for scrape in (mirror_page, piped_page, glued_page):
                found = page(scrape(text))
                where = f"{release}/{file.name} by {scrape.__name__}"
                docs = facts((*found.operations, *found.schemas))
                assert not list(differences(expected, docs)), where
                assert found.tag == original.tag, where
                assert not [one for one in found.findings if one.level != "info"], where
