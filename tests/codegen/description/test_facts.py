"""Facts by full names: presence, nullability, and what the declarations lack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codegen.__main__ import main
from codegen.description import facts, typescript
from codegen.description.facts import Presence
from tests.reference import needs_reference, reference

SAMPLE = Path(__file__).parent / "data" / "types.ts"


def _from(text: str, documented: dict[str, tuple[str, ...]]) -> facts.Facts:
    return facts.from_declarations(typescript.parse(text), documented)


def test_a_bare_name_is_resolved_by_its_fields() -> None:
    found = _from(
        "export interface Group { readonly quota: number; readonly members?: string[]; }",
        {"codersdk.Group": ("quota", "members"), "serpentine.Group": ("parent", "yaml")},
    )
    assert found.schemas["codersdk.Group"]["members"] == Presence(optional=True)
    assert "serpentine.Group" not in found.schemas


def test_the_package_in_the_comment_decides_where_the_schema_is_documented() -> None:
    text = "// From agentsdk/keys.go\nexport interface Key { readonly a: string; }"
    found = _from(text, {"codersdk.Key": ("a",), "agentsdk.Key": ()})
    assert "agentsdk.Key" in found.schemas
    assert "codersdk.Key" not in found.schemas


def test_a_type_that_no_page_documents_is_named_after_its_package() -> None:
    found = _from("export interface Fresh { readonly a: string | null; }", {})
    assert found.presence("codersdk.Fresh", "a") == Presence(nullable=True)


def test_one_generic_type_stands_for_each_documented_use() -> None:
    found = _from("export interface RegionsResponse<R> { readonly regions: readonly R[]; }", {})
    for name in ("Region", "WorkspaceProxy"):
        full = f"codersdk.RegionsResponse-codersdk_{name}"
        assert found.presence(full, "regions") == Presence()


def test_a_type_of_the_dashboard_alone_is_left_out() -> None:
    found = _from("export interface AIProviderSettings { readonly deleted: boolean; }", {})
    assert found.presence("codersdk.AIProviderSettings", "deleted") is None


def test_a_key_in_another_case_is_found() -> None:
    found = _from("export interface Latency { readonly P50: number | null; }", {})
    assert found.presence("codersdk.Latency", "p50") == Presence(nullable=True)


def test_what_is_unknown_is_none() -> None:
    found = _from("export interface Known { readonly a: string; }", {})
    assert found.presence("codersdk.Known", "b") is None
    assert found.presence("codersdk.Other", "a") is None


def test_fields_of_chat_parts_that_are_not_listed_are_always_sent() -> None:
    found = _from("", {})
    assert found.presence("codersdk.ChatMessagePart", "text") == Presence()
    assert found.presence("codersdk.ChatMessagePart", "args") == Presence(optional=True)
    assert found.presence("codersdk.ChatMessagePart", "file_id") == Presence(nullable=True)


@pytest.mark.parametrize("code", ["", "?", "|null", "?|null"])
def test_the_spelling_of_presence_is_read_back(code: str) -> None:
    assert Presence.from_code(code).code == code


def test_an_unknown_spelling_of_presence_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown presence"):
        Presence.from_code("!")


def test_the_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    made = facts.from_declarations(typescript.parse(SAMPLE.read_text(encoding="utf-8")), {})
    path = tmp_path / "facts.json"
    path.write_text(made.dumps(), encoding="utf-8")
    read = facts.load(path)
    assert read.dumps() == made.dumps()
    assert read.presence("codersdk.Car", "price") == Presence(optional=True)
    assert set(read.enums["codersdk.Color"]) == {"", "blue", "green", "red"}


def test_the_command_writes_the_facts_of_a_typescript_file(tmp_path: Path) -> None:
    output = tmp_path / "facts.json"
    assert main(["facts", str(SAMPLE), "-o", str(output)]) == 0
    schemas = json.loads(output.read_text(encoding="utf-8"))["schemas"]
    assert schemas["codersdk.Car"]["owner"] == "?|null"
    assert schemas["codersdk.Car"]["last_ride_at"] == "|null"


def test_the_command_prints_the_facts_without_an_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["facts", str(SAMPLE)]) == 0
    assert json.loads(capsys.readouterr().out)["schemas"]["agentsdk.Key"] == {"private_key": ""}


def test_the_command_names_the_place_of_what_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.ts"
    broken.write_text("export interface A {\n  readonly x;\n}\n", encoding="utf-8")
    assert main(["facts", str(broken), "-o", str(tmp_path / "out.json")]) == 1
    assert f"{broken}:2: Expected `:`" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_the_command_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["facts", str(tmp_path / "none.ts")])
    assert exit_info.value.code == 2


class TestAgainstTheReference:
    pytestmark = needs_reference

    def test_the_committed_facts_are_those_of_the_release(self) -> None:
        data = json.loads(reference("facts", "wire-v2.36.0.json").read_text(encoding="utf-8"))
        committed = facts.load()
        checked = 0
        for bare, interface in data["interfaces"].items():
            if f"codersdk.{bare}" not in committed.schemas or bare == "AIProviderSettings":
                continue
            for name, told in interface["fields"].items():
                known = committed.presence(f"codersdk.{bare}", name)
                assert known == Presence(told["optional"], told["nullable"]), (bare, name)
                checked += 1
        assert checked > 2_500

    def test_the_command_makes_the_committed_file(self, tmp_path: Path) -> None:
        output = tmp_path / "facts.json"
        assert main(["facts", str(reference("facts", "wire-v2.36.0.json")), "-o", str(output)]) == 0
        assert output.read_text(encoding="utf-8") == facts.FACTS.read_text(encoding="utf-8")
