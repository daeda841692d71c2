"""The script about templates that the documentation promises."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

from coder_sdk.testing import FakeCoder


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "templates" / "docker"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text('variable "image" {\n}\n')
    monkeypatch.chdir(tmp_path)


def test_the_script_runs(fake: FakeCoder):
    fake.add_template("docker")
    with fake.client() as coder:
        version, action = coder.templates.push("default/docker", directory="templates/docker",
                                               activate=False,
                                               variables={"image": "v9"}, on_log=print)  # fmt: skip
        coder.templates.promote(version)
        assert action == "updated"
        assert coder.templates.get("docker").active_version_id == version.id


async def run(fake: FakeCoder) -> bool:
    async with fake.async_client() as coder:
        version, _ = await coder.templates.push(
            "default/docker", directory="templates/docker", activate=False,
            variables={"image": "v9"}, on_log=print,
        )  # fmt: skip
        await coder.templates.promote(version)
        return (await coder.templates.get("docker")).active_version_id == version.id


def test_the_script_runs_asynchronously(fake: FakeCoder):
    fake.add_template("docker")
    assert anyio.run(run, fake)
