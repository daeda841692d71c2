"""Every example runs as it stands, without a deployment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(name: str, *arguments: str, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CODER_")}
    environment["PYTHONPATH"] = str(ROOT / "src")
    done = subprocess.run(  # noqa: S603 - runs our own files
        [sys.executable, str(ROOT / "examples" / name), *arguments],
        check=False, capture_output=True, text=True, cwd=cwd, env=environment, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_quickstart_prints_who_i_am_the_workspaces_and_the_templates(tmp_path: Path):
    printed = run("quickstart.py", cwd=tmp_path)
    assert "Signed in as admin" in printed
    assert "admin/dev" in printed
    assert "coder/docker" in printed


def test_demo_does_the_whole_main_job(tmp_path: Path):
    pytest.importorskip("matplotlib")
    plot = tmp_path / "plot.png"
    printed = run("demo.py", "--plot", str(plot), cwd=tmp_path)
    assert "created: version" in printed
    assert printed.count("ok=3 failed=0 skipped=0") == 2  # three provisioned, three deleted
    assert "(exit status 0)" in printed
    assert "template sdk-demo: deleted" in printed
    assert plot.read_bytes().startswith(b"\x89PNG")
