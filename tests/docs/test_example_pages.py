"""Every example has a page of the site, with what it says of itself and its source."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mkdocs")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def hook() -> Any:
    path = ROOT / "docs" / "hooks" / "examples.py"
    spec = importlib.util.spec_from_file_location("example_pages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["example_pages"] = module
    spec.loader.exec_module(module)
    return module


def test_every_script_and_job_has_a_page_of_its_own(hook: Any):
    files = [*hook.EXAMPLES.glob("*.py"), *hook.EXAMPLES.glob("ci/*.yml")]
    names = {str(path.relative_to(hook.EXAMPLES)) for path in files}
    assert set(hook.shown()) == names
    assert len({hook.page_of(name) for name in names}) == len(names)


def test_a_script_is_shown_with_its_docstring_its_commands_and_its_source(hook: Any):
    source = '"""Do it.\n\nNeeds: a token.\n\nUsage:\n    python do.py \\\\\n        --now\n"""\n'
    text = hook.rendered("do.py", source)
    assert "# do.py\n\nDo it.\n\nNeeds: a token.\n" in text
    assert "```console\n$ python do.py \\\n    --now\n```" in text
    assert text.endswith(f'````python title="examples/do.py"\n{source.rstrip()}\n````\n')


def test_a_job_is_shown_with_the_comment_that_it_begins_with(hook: Any):
    text = hook.rendered("ci/job.yml", "# Tests.\n#\n# Copy it.\non: push # always\n")
    assert "# job.yml\n\nTests.\n\nCopy it.\n\n## Source" in text
    assert "on: push # always" in text


def test_links_to_the_repository_lead_to_the_pages(hook: Any):
    for path in (ROOT / "docs").rglob("*.md"):
        page = str(path.relative_to(ROOT / "docs"))
        text = hook.with_pages(path.read_text(encoding="utf-8"), page)
        assert "/main/examples" not in text.replace("/main/examples/notebooks", ""), page
    text = hook.with_pages(f"[a]({hook.SOURCE.format('blob')}/ci_token.py)", "guides/ci.md")
    assert text == "[a](../examples/ci-token.md)"
    assert "](ci-workspace.md)" in hook.overview()
    assert ".py)" not in hook.overview()
