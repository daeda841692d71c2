"""A notebook that was run becomes a page: prose, code, what was printed, tables and images."""

from __future__ import annotations

import base64
import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("mkdocs")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hook() -> Any:
    path = ROOT / "docs" / "hooks" / "notebooks.py"
    spec = importlib.util.spec_from_file_location("notebook_pages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["notebook_pages"] = module
    spec.loader.exec_module(module)
    return module


def notebook(*outputs: Any) -> Any:
    cells = [
        nbformat.v4.new_markdown_cell("# The title\n\nProse."),
        nbformat.v4.new_code_cell("show()", outputs=list(outputs)),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def shown(kind: str, data: str) -> Any:
    return nbformat.v4.new_output("display_data", {kind: data, "text/plain": "<object>"})


def test_every_notebook_has_a_page(hook: Any):
    names = {path.stem for path in hook.NOTEBOOKS.glob("*.ipynb")}
    assert set(hook.ORDER) == names
    assert hook.title_of(hook.read("fleet")) == "The fleet of workspaces"


def test_text_is_a_block_of_its_own(hook: Any):
    printed = nbformat.v4.new_output("stream", name="stdout", text="one\ntwo\n")
    text = hook.rendered("fleet", notebook(printed)).text
    assert text.startswith(
        "# The title\n\nProse.\n\nDownload this notebook: [fleet.ipynb](fleet.ipynb), and"
    )
    assert text.endswith("```python\nshow()\n```\n\n```text\none\ntwo\n```\n")


def test_a_table_is_one_line_of_html_without_styles(hook: Any):
    style = "<style scoped>\n td { color: red }\n</style>"
    html = f'<div>\n{style}\n<table border="1" class="d">\n</table></div>'
    text = hook.rendered("fleet", notebook(shown("text/html", html))).text
    assert text.endswith('<div class="notebook-output"><div> <table> </table></div></div>\n')


def test_an_image_lies_beside_the_page_and_says_what_it_is(hook: Any):
    page = hook.rendered("fleet", notebook(shown("image/png", base64.b64encode(b"png").decode())))
    assert page.text.endswith("![Plot: The title](fleet-02.png)\n")
    assert page.images == {"notebooks/fleet-02.png": b"png"}


def test_what_was_run_is_kept_until_something_changes(
    hook: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    runs: list[Any] = []

    class Runner:
        @staticmethod
        def executed(found: Any, environment: dict[str, str]) -> Any:
            runs.append(environment)
            return found

    monkeypatch.setattr(hook, "KEPT", tmp_path)
    monkeypatch.setattr(hook, "_runner", lambda: Runner)
    monkeypatch.setenv("CODER_URL", "https://coder.example.com")
    assert hook.run("fleet") == hook.run("fleet")
    assert len(runs) == 1
    assert "CODER_URL" not in runs[0]  # the site is about the invented deployment
    monkeypatch.setattr(hook, "_state", lambda: "changed")
    hook.run("fleet")
    assert len(runs) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["fleet-changed.ipynb"]
