"""Every example runs as it stands, without a deployment."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from coder_sdk.testing import FakeCoder, Timing

ROOT = Path(__file__).resolve().parents[2]
QUICK = Timing(queue=0.01, import_=0.02, build=0.02, cancel=0.01, connect=0.01, startup=0.01)


def started(
    name: str, *arguments: str, cwd: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CODER_")}
    environment |= {"PYTHONPATH": str(ROOT / "src"), **variables}
    return subprocess.run(  # noqa: S603 - runs our own files
        [sys.executable, str(ROOT / "examples" / name), *arguments],
        check=False, capture_output=True, text=True, cwd=cwd, env=environment,
    )  # fmt: skip


def run(name: str, *arguments: str, cwd: Path) -> str:
    done = started(name, *arguments, cwd=cwd)
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


def test_demo_says_what_a_deployment_refuses_and_leaves_nothing(tmp_path: Path):
    long_ago = datetime(2026, 1, 2, tzinfo=timezone.utc)  # its reports end before ours begin
    with FakeCoder(start=long_ago, timing=QUICK) as fake:
        with fake.serve() as url:
            done = started(
                "demo.py", cwd=tmp_path, CODER_URL=url, CODER_SESSION_TOKEN=fake.token_for()
            )
        assert done.returncode == 1
        assert "must not be in the future" in done.stderr
        assert "Traceback" not in done.stderr
        with fake.client() as coder:
            assert coder.workspaces.list().to_list() == []
            assert coder.templates.list() == []
