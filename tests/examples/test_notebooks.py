"""The notebooks run as they stand, have no outputs in git, and both clients work in a cell."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from coder_sdk.testing import FakeCoder

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples" / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))


def loaded(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Annotations of classes are looked up there.
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


RUNNER = loaded(FOLDER / "run.py")


def environment(**more: str) -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith("CODER_")}
    return {**plain, "PYTHONPATH": str(ROOT / "src"), **more}


def notebook(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def outputs(done: Any) -> list[Any]:
    return [output for cell in done.cells for output in cell.get("outputs", [])]


def printed(done: Any) -> str:
    return "".join(item.text for item in outputs(done) if item.output_type == "stream")


def images(done: Any) -> list[str]:
    return [item.data["image/png"] for item in outputs(done) if "image/png" in item.get("data", {})]


def test_there_is_a_notebook_for_each_subject():
    assert NAMES == ["audit", "fleet", "insights"]
    assert RUNNER.notebooks() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_in_git_is_valid_and_has_no_outputs(name: str):
    found = notebook(name)
    nbformat.validate(found)
    assert found.metadata.kernelspec.name == "python3"
    for cell in found.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
        assert not cell.metadata
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    assert json.loads(text)["cells"][0]["source"][0].startswith("# ")
    assert text.endswith("}\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_explains_what_it_does(name: str):
    cells = notebook(name).cells
    prose = [cell for cell in cells if cell.cell_type == "markdown"]
    assert len(prose) >= len(cells) / 3
    for cell in cells:
        if cell.cell_type == "code":
            ast.parse(f"async def cell():\n{indented(cell.source)}")


def indented(source: str) -> str:
    return "\n".join(f"    {line}" for line in source.splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_on_its_invented_deployment(name: str):
    done = RUNNER.executed(notebook(name), environment())
    assert not [item for item in outputs(done) if item.get("name") == "stderr"]
    assert "nothing in this period" not in printed(done)
    assert len(images(done)) >= 2


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_on_a_deployment_in_which_nothing_has_happened(name: str):
    fake = FakeCoder(start="now")
    with fake, fake.serve() as url:
        settings = {"CODER_URL": url, "CODER_SESSION_TOKEN": fake.token_for()}
        done = RUNNER.executed(notebook(name), environment(**settings))
    assert not [item for item in outputs(done) if item.get("name") == "stderr"]
    assert len(images(done)) >= 2


def test_the_invented_deployment_is_always_the_same():
    made_up = loaded(FOLDER / "made_up.py")
    fakes = [made_up.deployment(), made_up.deployment()]
    assert {fake.clock.now() for fake in fakes} == {made_up.NOW}
    found = [fake.client().workspaces.list().to_frame() for fake in fakes]
    assert found[0].equals(found[1])
    assert found[0]["latest_build.status"].nunique() > 1


CELLS = [
    """
import sys
print(sys.prefix)
from coder_sdk.testing import FakeCoder
fake = FakeCoder()
fake.add_template("docker")
fake.add_workspace("dev", template="docker")
""",
    """
import asyncio
asyncio.get_running_loop()  # a notebook has one already
with fake.client() as coder:
    print("sync:", coder.users.get("me").username)
    coder.workspaces.provision("me/fresh", template="docker")
    report = coder.bulk(coder.workspaces.stop, coder.workspaces.list())
report
""",
    """
async with fake.async_client() as coder:
    me = await coder.users.get("me")
    names = sorted([item.name async for item in coder.workspaces.list()])
    frame = await coder.workspaces.list().to_frame()
print("async:", me.username, names, len(frame))
me
""",
]


def test_both_clients_work_in_the_cells_of_a_notebook():
    cells = [nbformat.v4.new_code_cell(text.strip()) for text in CELLS]
    done = RUNNER.executed(nbformat.v4.new_notebook(cells=cells), environment())
    assert f"{sys.prefix}\n" in printed(done)  # the kernel is of this environment
    assert "sync: admin\n" in printed(done)
    assert "async: admin ['dev', 'fresh'] 2\n" in printed(done)
    data = [item.data for item in outputs(done) if "data" in item]
    shown = [item["text/html"] for item in data if "text/html" in item]
    assert "BulkReport: ok=2" in shown[0]
    assert "User admin" in shown[1]


def test_a_failing_cell_is_reported(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any
):
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nbformat.write(broken, tmp_path / "broken.ipynb")
    monkeypatch.setattr(RUNNER, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["run.py", "--save", str(tmp_path / "kept")])
    assert RUNNER.main() == 1
    assert "broken: failed" in capsys.readouterr().out
    kept = nbformat.read(tmp_path / "kept" / "broken.ipynb", as_version=4)
    assert kept.cells[0].outputs[0].ename == "ZeroDivisionError"
