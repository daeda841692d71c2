"""The reader of TypeScript declarations, on a sample in the grammar of the generated types."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.description.typescript import Declarations, Field, TypeScriptError, parse

SAMPLE = Path(__file__).parent / "data" / "types.ts"


@pytest.fixture(scope="module")
def declarations() -> Declarations:
    return parse(SAMPLE.read_text(encoding="utf-8"), SAMPLE.name)


def test_all_declarations_are_found(declarations: Declarations) -> None:
    assert list(declarations.interfaces) == ["Car", "Vehicle", "Priced", "Empty", "Key"]
    assert list(declarations.enums) == ["Color", "Fuel"]
    assert declarations.aliases == {"Anything": "Record<string, unknown> | null", "Part": "T"}


def test_presence_and_nullability_of_each_field(declarations: Declarations) -> None:
    fields = {field.name: field for field in declarations.interfaces["Car"].fields}
    marks = {name: (field.optional, field.nullable) for name, field in fields.items()}
    assert marks == {
        "plate": (False, False),
        "owner": (True, True),
        "previous_owners": (False, False),
        "doors": (True, False),
        "color": (False, True),
        "gearbox": (False, False),
        "extras": (False, False),
        "serial-number": (False, False),
        "readonly": (False, False),
        "route": (False, False),
        "parts": (True, False),
        "note": (True, False),
    }


def test_types_keep_their_nesting(declarations: Declarations) -> None:
    fields = {field.name: field.type for field in declarations.interfaces["Car"].fields}
    assert fields["previous_owners"] == "Person[]"
    assert fields["extras"] == "Record<string, Record<string, readonly string[]> | null>"
    assert fields["parts"] == "Bag<Record<string, Part<Bolt>[]>>"
    assert fields["gearbox"] == '"manual" | "automatic"'


def test_inherited_fields_of_several_parents_are_flattened(declarations: Declarations) -> None:
    fields = declarations.flattened("Car")
    assert list(fields)[:3] == ["id", "last_ride_at", "price"]
    assert fields["price"] == Field("price", optional=True, nullable=False, type="T")
    assert list(declarations.flattened("Empty")) == ["id", "last_ride_at"]


def test_the_array_that_follows_an_enum_adds_its_values(declarations: Declarations) -> None:
    assert declarations.enums["Color"] == ("blue", "red", "", "green")
    assert declarations.enums["Fuel"] == ("diesel", "petrol")


def test_the_comment_above_tells_the_package(declarations: Declarations) -> None:
    assert declarations.interfaces["Key"].package == "agentsdk"
    assert declarations.interfaces["Car"].package == "codersdk"


def test_the_end_of_a_line_stands_for_a_semicolon() -> None:
    text = """
        export interface A {
            readonly x?: string
            readonly y: readonly B[] |
                null
            z: Record<string,
                number>
        }
        export type C =
            | "one"
            | "two"
        export type D = string
    """
    declared = parse(text)
    fields = {field.name: field for field in declared.interfaces["A"].fields}
    assert list(fields) == ["x", "y", "z"]
    assert fields["y"] == Field("y", optional=False, nullable=True, type="B[]")
    assert fields["z"].type == "Record<string, number>"
    assert declared.enums == {"C": ("one", "two")}
    assert declared.aliases == {"D": "string"}


def test_a_missing_parent_is_named() -> None:
    declared = parse("export interface A extends B { readonly x: string; }")
    with pytest.raises(TypeScriptError, match="`A` extends `B`, which is missing"):
        declared.flattened("A")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("export interface A { readonly x: string; }\nexport class B {}", r"x\.ts:2: Expected `in"),
        ("export interface A {\n  readonly x string;\n}", r"x\.ts:2: Expected `:`, found 'string'"),
        ("export type A = ;", r"x\.ts:1: Expected a type, found ';'"),
        ("export type A = {", r"x\.ts:1: The file ends before `;`"),
        ("export interface A {\n", "The file ends"),
        ("\nexport type A = §;", r"x\.ts:2: Unknown character"),
        ("interface A {}", r"x\.ts:1: Expected `export`"),
    ],
)
def test_what_is_not_known_is_an_error_with_its_place(text: str, message: str) -> None:
    with pytest.raises(TypeScriptError, match=message):
        parse(text, "x.ts")
