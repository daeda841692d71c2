"""The documentation's own markdown: what a page says, and where it says it badly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codegen.reading.document import Page, TypeText

SAMPLES = Path(__file__).parent / "samples"
ReadPage = Callable[[str], Page]

AUTHENTICATED = (
    "To perform this operation, you must be authenticated. [Learn more](authentication.md)."
)
OPERATION = f"""# Things

## Get thing

### Code samples

```sh
# Example request using curl
curl -X GET http://coder-server:8080/api/v2/things \\
  -H 'Accept: application/json' \\
  -H 'Coder-Session-Token: API_KEY'
```

`GET /api/v2/things`

### Responses

| Status | Meaning | Description | Schema |
|--------|---------|-------------|--------|
| 200    | OK      | OK          |        |

{AUTHENTICATED}
"""
SCHEMA = """# Schemas

## codersdk.Thing

```json
{
  "name": "string"
}
```

### Properties

| Name   | Type   | Required | Restrictions | Description |
|--------|--------|----------|--------------|-------------|
| `name` | string | false    |              |             |

## codersdk.Other

```json
{}
```

### Properties

None
"""


@pytest.fixture
def gadgets(page: ReadPage) -> Page:
    return page((SAMPLES / "gadgets.md").read_text())


@pytest.fixture
def schemas(page: ReadPage) -> Page:
    return page((SAMPLES / "schemas.md").read_text())


def test_an_operation_has_its_title_path_tag_and_anchor(gadgets: Page):
    first = gadgets.operations[0]
    assert (first.title, first.method, first.path) == ("Get gadgets", "GET", "/api/v2/gadgets")
    assert (first.tag, first.page, first.anchor) == ("Gadgets", "page.md", "get-gadgets")
    assert first.line == 5
    assert first.authenticated
    assert not gadgets.operations[2].authenticated


def test_the_sample_call_tells_the_media_types(gadgets: Page):
    curl = gadgets.operations[1].curl
    assert curl is not None
    assert (curl.method, curl.accepts) == ("PATCH", ("application/json",))
    assert curl.content_types == ("application/json",)
    assert curl.authenticated


def test_parameters_have_place_type_and_required(gadgets: Page):
    kind, after, since, owners = gadgets.operations[0].parameters
    assert (kind.name, kind.location, kind.required) == ("kind", "query", True)
    assert after.type == TypeText("string", format="uuid")
    assert (since.type.format, since.note) == ("date-time", "Built since | or at")
    assert owners.type == TypeText("array", "uuid", items=TypeText("string", "uuid"))


def test_fields_of_a_form_keep_their_depth(gadgets: Page):
    form = gadgets.operations[2]
    assert [(field.name, field.depth) for field in form.parameters] == [
        ("body", 0),
        ("client_id", 1),
        ("grant_type", 1),
    ]
    assert form.body_example is not None
    assert form.body_example.media == "yaml"


def test_an_empty_code_span_is_the_empty_value(gadgets: Page):
    (kind,) = gadgets.operations[0].parameter_enums
    assert (kind.owner, kind.values) == ("kind", ("", "large", "small"))


def test_values_of_a_form_field_belong_to_its_bare_name(gadgets: Page):
    (grant,) = gadgets.operations[2].parameter_enums
    assert (grant.owner, grant.values) == ("grant_type", ("authorization_code", "refresh_token"))


def test_responses_have_status_and_type(gadgets: Page):
    renamed, empty = gadgets.operations[1].responses
    assert (renamed.status, renamed.type) == ("200", TypeText("ref", ref="codersdk.Gadget"))
    assert (empty.status, empty.type) == ("204", None)


def test_an_unfolded_array_has_items_maps_and_depths(gadgets: Page):
    (unfolded,) = gadgets.operations[0].response_schemas
    item, first, *_ = unfolded.fields
    assert (item.is_item, item.depth, item.type.kind) == (True, 0, "array")
    assert (first.name, first.depth, first.type.format) == ("id", 1, "uuid")
    (value,) = [field for field in unfolded.fields if field.is_map_value]
    assert (value.depth, value.type.kind) == (2, "string")
    assert unfolded.enums[0].owner == "kind"


def test_examples_are_parsed(gadgets: Page):
    assert gadgets.operations[0].response_examples["200"].value[0]["kind"] == "large"


def test_a_schema_has_fields_with_types(schemas: Page):
    gadget = schemas.schemas[1]
    types = {field.name: field.type for field in gadget.fields}
    assert types["history"] == TypeText("array", items=TypeText("array"))
    assert types["kind"] == TypeText("ref", ref="codersdk.GadgetKind")
    assert types["value"] == TypeText("any")
    assert {enum.owner: enum.values for enum in gadget.enums} == {
        "kind": ("large", "small"),
        "level": ("", "high", "low"),
    }


def test_a_map_a_schema_without_properties_and_an_enum_differ(schemas: Page):
    found = {schema.name: schema for schema in schemas.schemas}
    assert found["codersdk.GadgetMap"].fields[0].is_map_value
    assert not found["key.Opaque"].has_properties
    assert found["codersdk.GadgetKind"].is_enum
    assert found["codersdk.GadgetKind"].values == ("large", "small")


def test_a_description_with_empty_lines_stays_in_its_row(schemas: Page):
    probe = schemas.schemas[0]
    assert [field.name for field in probe.fields] == [
        "interval",
        "target",
        "host",
        "port",
        "timeout",
    ]
    assert probe.fields[0].note == "Seconds between looks. Less than one is refused."
    assert [field.line for field in probe.fields] == [22, 26, 27, 28, 29]


def test_the_spelling_of_older_releases_says_the_same(page: ReadPage):
    found = page((SAMPLES / "schemas-v2.0.md").read_text())
    gadget, kind, nothing = found.schemas
    assert found.findings == ()
    assert [field.name for field in gadget.fields] == ["kind", "level", "weight"]
    assert gadget.fields[0].note == "Kind says what it is. It goes on in a row of its own."
    assert [(enum.owner, enum.values) for enum in gadget.enums] == [
        ("kind", ("", "big")),
        ("level", ("high", "low")),
    ]
    assert kind.values == ("", "big")
    assert not nothing.has_properties


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("| string |", "| strnig |", 15, "unknown type 'strnig'"),
        ("| false    |", "| maybe    |", 15, "`Required` is neither true nor false: 'maybe'"),
        ("| Restrictions |", "| Limits |", 13, "unknown table columns"),
        ("### Properties\n\n|", "### Attributes\n\n|", 11, "unknown heading 'attributes'"),
        (
            "|              |             |\n",
            "| x            |             |\n",
            15,
            "restriction 'x'",
        ),
        ('"name": "string"', '"name": oops', 5, "the example is no valid JSON"),
        ('"name": "string"', '"title": "string"', 15, "no row tells of title"),
        (
            "| `name` | string | false    |              |             |",
            "| `name`",
            13,
            "lacks cells",
        ),
    ],
)
def test_an_unknown_construct_is_an_error_with_its_line(
    page: ReadPage, old: str, new: str, line: int, message: str
):
    found = page(SCHEMA.replace(old, new, 1))
    (finding, *_) = [one for one in found.findings if message in one.message]
    assert (finding.level, finding.file) == ("error", "folder/page.md")
    assert finding.line in {line, line + 2}


def test_an_unknown_part_of_an_operation_is_an_error(page: ReadPage):
    text = OPERATION.replace("### Responses", "### Rate limits\n\nNone.\n\n### Responses")
    (finding,) = page(text + OPERATION.partition("\n")[2]).findings
    assert (finding.level, finding.line) == ("error", 16)
    assert "unknown heading 'rate limits'" in finding.message


def test_an_operation_without_its_path_is_an_error(page: ReadPage):
    text = OPERATION.replace("`GET /api/v2/things`\n", "") + OPERATION.partition("\n")[2]
    found = page(text)
    assert [operation.path for operation in found.operations] == ["/api/v2/things"]
    assert [finding.level for finding in found.findings] == ["error"]


def test_a_section_of_prose_is_told(page: ReadPage):
    found = page(OPERATION + "\n## See also\n\nOther pages.\n")
    assert [(finding.level, finding.line) for finding in found.findings] == [("info", 24)]


def test_a_fence_that_was_never_closed_costs_its_section_only(page: ReadPage):
    broken = SCHEMA.replace('  "name": "string"\n}\n```\n', '  "name": "string"\n')
    found = page(broken)
    assert [schema.complete for schema in found.schemas] == [False, True]
    assert {finding.level for finding in found.findings} == {"error"}


def test_a_second_example_without_a_heading_is_left_out(page: ReadPage):
    found = page(SCHEMA.replace("## codersdk.Other\n", ""))
    assert [schema.name for schema in found.schemas] == ["codersdk.Thing"]
    assert [field.name for field in found.schemas[0].fields] == ["name"]
    assert [finding.level for finding in found.findings] == ["warning"]


def test_a_second_operation_without_a_heading_is_left_out(page: ReadPage):
    found = page(OPERATION + OPERATION.partition("## Get thing\n")[2].replace("things", "others"))
    assert [operation.path for operation in found.operations] == ["/api/v2/things"]
    assert [finding.level for finding in found.findings] == ["warning"]


def test_a_page_that_begins_inside_a_section_says_so(page: ReadPage):
    found = page("### Responses\n\nNone\n\n" + OPERATION)
    assert [operation.path for operation in found.operations] == ["/api/v2/things"]
    assert [finding.level for finding in found.findings] == ["warning"]


def test_an_unknown_block_among_tables_is_an_error(page: ReadPage):
    text = OPERATION.replace("### Responses\n", "### Responses\n\n```json\n{}\n```\n")
    (finding,) = page(text + OPERATION.partition("\n")[2]).findings
    assert (finding.level, finding.line) == ("error", 18)
    assert "unknown block below 'responses'" in finding.message


def test_a_part_without_types_is_passed_over_and_told(page: ReadPage):
    text = OPERATION.replace("### Responses", "### Response Headers\n\nNone.\n\n### Responses")
    found = page(text)
    assert [(finding.level, finding.line) for finding in found.findings] == [("info", 16)]
    assert found.operations[0].complete
