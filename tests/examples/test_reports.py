"""Reports of costs, exports of the audit log, metrics, and the templates of a monorepo."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from coder_sdk.testing import FakeCoder
from tests.examples.scripts import script

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def costly(fake: FakeCoder) -> None:
    fake.add_group("Everyone", quota_allowance=50)
    fake.add_template("docker", daily_cost=3)
    fake.add_template("gpu", daily_cost=20)
    fake.add_user("ada")
    fake.add_workspace("dev", template="docker")
    fake.add_workspace("old", template="docker", running=False)
    fake.add_workspace("lab", template="gpu", owner="ada")


# -- cost_report


@pytest.mark.usefixtures("costly")
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("user", [["coder", "ada", "1", "1", "20", "20", "50"],
                  ["coder", "admin", "2", "1", "3", "3", "50"]]),
        ("template", [["coder", "gpu", "1", "1", "20"], ["coder", "docker", "2", "1", "3"]]),
        ("organization", [["coder", "3", "2", "23"]]),
    ],
)  # fmt: skip
def test_costs_are_added_up(capsys: Capture, by: str, expected: list[list[str]]) -> None:
    assert script("cost_report").main(["--by", by, "--format", "csv"]) == 0
    header, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    assert rows == expected
    assert len(header) == len(rows[0])


def test_the_table_stands_in_columns(fake: FakeCoder, costly: None, capsys: Capture) -> None:
    assert script("cost_report").main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "organization  user   workspaces  running  daily_cost  consumed  budget",
        "coder         ada             1        1          20        20      50",
        "coder         admin           2        1           3         3      50",
    ]


def test_without_a_license_there_are_no_budgets(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    from tests.docs.deployment import reach  # noqa: PLC0415 - of another deployment

    with FakeCoder(edition="agpl") as fake:
        reach(monkeypatch, fake)
        fake.add_template("docker")
        fake.add_workspace("dev", template="docker")
        assert script("cost_report").main(["--format", "csv"]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[1] == "coder,admin,1,1,0,,"
    assert printed.err.startswith("cost_report: no budgets: ")


# -- export_audit


NOW = datetime.now(timezone.utc)


def noon(days: int) -> datetime:
    """Noon in UTC so many days ago."""
    return datetime.combine(NOW.date() - timedelta(days=days), time(12), timezone.utc)


@pytest.fixture
def audited(fake: FakeCoder, monkeypatch: pytest.MonkeyPatch) -> None:
    # It stays this day for the script, should midnight come meanwhile.
    monkeypatch.setattr(script("export_audit"), "datetime", SimpleNamespace(now=lambda _: NOW))
    fake.add_audit("create", "template", "docker", moment=noon(2))
    fake.add_audit("write", "template", "docker", moment=noon(2) + timedelta(hours=1))
    fake.add_audit("login", "user", "ada", moment=noon(1))


def files(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


def test_each_day_gets_a_file(fake: FakeCoder, audited: None, tmp_path: Path) -> None:
    assert script("export_audit").main([str(tmp_path), "--days", "3"]) == 0
    found = files(tmp_path)
    assert sorted(found) == [f"audit-{noon(days).date()}.jsonl" for days in (3, 2, 1)]
    entries = [json.loads(line) for name in sorted(found) for line in found[name].splitlines()]
    assert [(entry["action"], entry["resource_target"]) for entry in entries] == [
        ("write", "docker"), ("create", "docker"), ("login", "ada"),
    ]  # fmt: skip
    assert entries[0]["user"]["username"] == "admin"


def test_the_audit_log_as_csv(fake: FakeCoder, audited: None, tmp_path: Path) -> None:
    assert script("export_audit").main([str(tmp_path), "--days", "1", "--format", "csv"]) == 0
    (text,) = files(tmp_path).values()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["user"], row["action"], row["resource_target"]) == ("admin", "login", "ada")
    assert datetime.fromisoformat(row["time"]) == noon(1)


def test_a_day_is_read_once(
    fake: FakeCoder, audited: None, tmp_path: Path, capsys: Capture
) -> None:
    assert script("export_audit").main([str(tmp_path), "--days", "2"]) == 0
    asked = len(fake.requests)
    assert script("export_audit").main([str(tmp_path), "--days", "2"]) == 0
    assert len(fake.requests) == asked
    assert capsys.readouterr().err.count("entries") == 2


def test_an_interruption_leaves_no_half_file_and_the_next_run_goes_on(
    fake: FakeCoder, audited: None, tmp_path: Path, capsys: Capture
) -> None:
    assert script("export_audit").main([str(tmp_path), "--days", "1"]) == 0
    fake.inject("GET /api/v2/audit", status=403, message="Forbidden.")
    assert script("export_audit").main([str(tmp_path), "--days", "3"]) == 1
    assert "Forbidden." in capsys.readouterr().err
    assert list(files(tmp_path)) == [f"audit-{noon(1).date()}.jsonl"]
    assert script("export_audit").main([str(tmp_path), "--days", "3"]) == 0
    assert len(files(tmp_path)) == 3


def test_a_folder_that_cannot_be_made_is_said(
    fake: FakeCoder, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "audit").write_text("a file")
    assert script("export_audit").main([str(tmp_path / "audit")]) == 1
    assert capsys.readouterr().err.startswith("export_audit: ")


def test_an_unknown_time_zone_is_said(fake: FakeCoder, tmp_path: Path, capsys: Capture) -> None:
    assert script("export_audit").main([str(tmp_path), "--tz", "Mars/Olympus"]) == 1
    assert "Mars/Olympus" in capsys.readouterr().err
    assert fake.requests == []


# -- metrics_exporter

LINE = re.compile(r'(coder_\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (-?[\d.e+-]+)')


def parsed(text: str) -> dict[str, float]:
    """The samples of the text format, each after its help and its type."""
    samples: dict[str, float] = {}
    known: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# "):
            known.add(" ".join(line.split()[1:3]))
            continue
        found = LINE.fullmatch(line)
        assert found is not None, line
        assert {f"HELP {found[1]}", f"TYPE {found[1]}"} <= known
        samples[f"{found[1]}{{{found[2]}}}" if found[2] else found[1]] = float(found[3])
    return samples


@pytest.fixture
def used(fake: FakeCoder, costly: None) -> None:
    for user, latency in (("ada", 20.0), ("admin", 40.0)):
        fake.add_usage(
            user,
            template="docker",
            moment=datetime.now(timezone.utc) - timedelta(days=2),
            latency_ms=latency,
        )


def test_metrics_are_printed_once(fake: FakeCoder, used: None, capsys: Capture) -> None:
    assert script("metrics_exporter").main(["--once"]) == 0
    samples = parsed(capsys.readouterr().out)
    assert samples["coder_up"] == 1
    assert samples['coder_info{version="v2.36.0"}'] == 1
    assert samples['coder_workspaces{template="docker",status="stopped"}'] == 1
    assert samples['coder_workspaces_daily_cost{template="gpu"}'] == 20
    assert samples['coder_users{status="active"}'] == 2
    assert samples["coder_active_users"] == 2
    assert samples['coder_app_usage_seconds{app="vscode",type="builtin"}'] == 7200
    assert samples["coder_user_latency_p50_milliseconds"] == 30
    assert samples["coder_user_latency_p95_milliseconds"] == 40


def test_a_deployment_that_refuses_is_down(fake: FakeCoder, capsys: Capture) -> None:
    fake.inject("/api/v2/insights/**", status=403, message="Forbidden.", times=None)
    assert script("metrics_exporter").main(["--once"]) == 1
    printed = capsys.readouterr()
    assert parsed(printed.out) == {"coder_up": 0}
    assert "Forbidden." in printed.err


def test_labels_are_escaped() -> None:
    module = script("metrics_exporter")
    text = module.rendered([("coder_info", {"version": 'a"b\\c\nd'}, 1)])
    assert r'coder_info{version="a\"b\\c\nd"} 1' in text.splitlines()
    assert parsed(text)


@contextmanager
def served(module: Any, exporter: Any) -> Iterator[str]:
    with module.make_server(exporter, "127.0.0.1", 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def fetched(url: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own on loopback
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def test_scrapes_are_answered_from_one_look(fake: FakeCoder, used: None) -> None:
    module = script("metrics_exporter")
    with fake.client() as coder, served(module, module.Exporter(coder, every=300)) as url:
        status, kind, text = fetched(f"{url}/metrics")
        assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
        assert parsed(text)["coder_up"] == 1
        asked = len(fake.requests)
        assert fetched(f"{url}/metrics")[2] == text
        assert len(fake.requests) == asked
        assert fetched(f"{url}/")[0] == 404


def test_old_metrics_are_asked_for_anew(fake: FakeCoder, used: None) -> None:
    module = script("metrics_exporter")
    with fake.client() as coder:
        exporter = module.Exporter(coder, every=0)
        before = parsed(exporter.collect())
        fake.add_user("grace")
        after = parsed(exporter.collect())
    name = 'coder_users{status="active"}'
    assert (before[name], after[name]) == (2, 3)


# -- push_templates


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    for name in ("docker", "gpu"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(f'locals {{ name = "{name}" }}\n')
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "README.md").write_text("No template.\n")
    return tmp_path


def active(fake: FakeCoder, name: str) -> Any:
    coder = fake.client()
    return coder.template_versions.get(coder.templates.get(f"default/{name}").active_version_id)


def writes(fake: FakeCoder) -> int:
    return sum(item.method != "GET" for item in fake.requests)


def test_after_an_interruption_it_says_what_was_pushed(
    fake: FakeCoder, monorepo: Path, capsys: Capture
) -> None:
    fake.clock.schedule(1, lambda: signal.raise_signal(signal.SIGINT))
    assert script("push_templates").main([str(monorepo)]) == 130
    printed = capsys.readouterr().out
    assert "docker" in printed
    assert printed.splitlines()[-1].startswith("ok=")


def test_only_what_changed_is_written(fake: FakeCoder, monorepo: Path, capsys: Capture) -> None:
    arguments = [str(monorepo), "--promote", "--message", "0123abc"]
    assert script("push_templates").main(arguments) == 0
    assert capsys.readouterr().out.count("created (sha-") == 2
    assert active(fake, "gpu").message == "0123abc"
    before, old = writes(fake), active(fake, "gpu").id
    assert script("push_templates").main(arguments) == 0
    assert writes(fake) == before
    assert capsys.readouterr().out.count("unchanged") == 2
    (monorepo / "gpu" / "main.tf").write_text("# another\n")
    assert script("push_templates").main(arguments) == 0
    assert re.search(r"docker +unchanged.*\ngpu +updated", capsys.readouterr().out)
    assert active(fake, "gpu").id != old


def test_without_promote_the_active_version_stays(
    fake: FakeCoder, monorepo: Path, capsys: Capture
) -> None:
    assert script("push_templates").main([str(monorepo)]) == 0
    old = active(fake, "gpu").id
    (monorepo / "gpu" / "main.tf").write_text("# another\n")
    assert script("push_templates").main([str(monorepo)]) == 0
    assert active(fake, "gpu").id == old
    assert "updated (sha-" in capsys.readouterr().out


def test_a_dry_run_pushes_nothing(fake: FakeCoder, monorepo: Path, capsys: Capture) -> None:
    assert script("push_templates").main([str(monorepo), "--dry-run"]) == 0
    assert capsys.readouterr().out.endswith("Would be: ok=2 failed=0 skipped=0\n")
    assert writes(fake) == 0


def test_an_import_that_fails_shows_the_end_of_its_log(
    fake: FakeCoder, monorepo: Path, capsys: Capture
) -> None:
    fake.fail_next_import("unsupported block type")
    assert script("push_templates").main([str(monorepo)]) == 1
    printed = capsys.readouterr()
    assert "unsupported block type" in printed.err
    assert "ok=1 failed=1" in printed.out


@pytest.mark.parametrize(
    ("name", "complaint"), [("docs", "no folder in"), ("my_gpu", "no template can have the name")]
)
def test_folders_that_are_no_templates_are_said(
    fake: FakeCoder, tmp_path: Path, capsys: Capture, name: str, complaint: str
) -> None:
    (tmp_path / name).mkdir()
    if name != "docs":
        (tmp_path / name / "main.tf").write_text("\n")
    with pytest.raises(SystemExit) as ended:
        script("push_templates").main([str(tmp_path)])
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err
    assert fake.requests == []
