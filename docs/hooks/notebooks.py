"""Pages of the notebooks: run when the site is built, and rendered with what they put out.

The notebooks in the repository have no outputs. Here each is run in a kernel of its own on its
invented deployment, which is the same every time; nothing is fetched. What was run once is kept
below `.make` until the notebook, what it is about, or the package changes.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import nbformat
from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "examples" / "notebooks"
KEPT = ROOT / ".make" / "notebooks"
ORDER = ("insights", "fleet", "audit")
# What the notebooks import where there is no deployment.
INVENTED = "made_up.py"
_STYLE = re.compile(r"<style.*?</style>", re.DOTALL)

# Frames come with a class and a border of their own.
_TABLE = re.compile(r"<table\b[^>]*>")


class Rendered(NamedTuple):
    """A page and its images, by their paths in the site."""

    text: str
    images: dict[str, bytes]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the pages to the navigation, behind the guides of the workflows."""
    workflows = next(part["Workflows"] for part in config.nav or [] if "Workflows" in part)
    pages = [{title_of(read(name)): f"notebooks/{name}.md"} for name in ORDER]
    workflows += [{"Notebooks": pages}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Run the notebooks, and add their pages and images to the site."""
    with ThreadPoolExecutor(len(ORDER)) as pool:
        done = dict(zip(ORDER, pool.map(run, ORDER), strict=True))
    for name, notebook in done.items():
        page = rendered(name, notebook)
        files.append(File.generated(config, f"notebooks/{name}.md", content=page.text))
        for path, image in page.images.items():
            files.append(File.generated(config, path, content=image))
    for name in (*(f"{name}.ipynb" for name in ORDER), INVENTED):
        content = (NOTEBOOKS / name).read_bytes()
        files.append(File.generated(config, f"notebooks/{name}", content=content))
    return files


def read(name: str) -> Any:
    """A notebook as it is in the repository."""
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def title_of(notebook: Any) -> str:
    """The heading of a notebook."""
    first: str = notebook.cells[0].source
    return first.splitlines()[0].removeprefix("# ")


# -- running


def run(name: str) -> Any:
    """A notebook with its outputs, from an earlier build if nothing has changed."""
    kept = KEPT / f"{name}-{_state()}.ipynb"
    if kept.exists():
        return nbformat.read(kept, as_version=4)
    environment = {key: value for key, value in os.environ.items() if key[:6] != "CODER_"}
    notebook = _runner().executed(read(name), environment)
    KEPT.mkdir(parents=True, exist_ok=True)
    for older in KEPT.glob(f"{name}-*.ipynb"):
        older.unlink()
    nbformat.write(notebook, kept)
    return notebook


@cache
def _runner() -> Any:
    spec = importlib.util.spec_from_file_location("run_notebooks", NOTEBOOKS / "run.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("`examples/notebooks/run.py` is missing.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _state() -> str:
    """What the outputs depend on, as one word."""
    digest = hashlib.sha256(sys.version.encode())
    sources = [*NOTEBOOKS.glob("*.ipynb"), *NOTEBOOKS.glob("*.py"), *(ROOT / "src").rglob("*.py")]
    for path in sorted(sources):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# -- rendering


def rendered(name: str, notebook: Any) -> Rendered:
    """A notebook as Markdown, whose images lie beside the page."""
    parts: list[str] = []
    images: dict[str, bytes] = {}
    heading = title_of(notebook)
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            heading = (re.findall(r"^#+ (.*)$", cell.source, re.MULTILINE) or [heading])[-1]
            continue
        parts.append(f"```python\n{cell.source}\n```")
        for kind, value in _outputs(cell):
            if kind == "image":
                image = f"{name}-{number:02}.png"
                images[f"notebooks/{image}"] = value
                parts.append(f"![Plot: {heading}]({image})")
            else:
                parts.append(value)
    note = f"Download this notebook: [{name}.ipynb]({name}.ipynb), and [{INVENTED}]({INVENTED}), "
    note += "which invents the deployment."
    return Rendered("\n\n".join([*parts[:1], note, *parts[1:]]) + "\n", images)


def _outputs(cell: Any) -> Iterator[tuple[str, Any]]:
    """What a cell put out, in the richest form that a page can show."""
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            yield "text", _literal(output.text)
        elif "image/png" in data:
            yield "image", base64.b64decode(data["image/png"])
        elif "text/html" in data:
            # On one line, so that Markdown takes all of it as it is.
            html = " ".join(_STYLE.sub("", data["text/html"]).split())
            html = _TABLE.sub("<table>", html)
            yield "html", f'<div class="notebook-output">{html}</div>'
        elif "text/plain" in data:
            yield "text", _literal(data["text/plain"])


def _literal(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"
