"""Onboarding from a file, and tokens that are replaced in time."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from coder_sdk.testing import FakeCoder
from tests.examples.scripts import script

Capture = pytest.CaptureFixture[str]
Write = Callable[[str], str]


# -- onboard_users


@pytest.fixture
def csv(tmp_path: Path) -> Write:
    def write(text: str) -> str:
        file = tmp_path / "people.csv"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


def written(fake: FakeCoder) -> list[str]:
    return [str(item) for item in fake.requests if item.method != "GET"]


GOOD = """\
email, username, name, roles, groups
ann@example.com, ann, Ann Doe, auditor; template-admin, coder/ops
bob@example.com,,,,
"""


def test_people_get_what_the_file_says(fake: FakeCoder, csv: Write, capsys: Capture) -> None:
    fake.add_group("ops")
    assert script("onboard_users").main([csv(GOOD)]) == 0
    coder = fake.client()
    ann = coder.users.get("ann")
    assert (ann.email, ann.name) == ("ann@example.com", "Ann Doe")
    assert {role.name for role in ann.roles} == {"auditor", "template-admin"}
    (group,) = [item for item in coder.groups.list() if item.name == "ops"]
    assert [member.username for member in group.members] == ["ann"]
    assert coder.users.get("bob").email == "bob@example.com"
    assert capsys.readouterr().out.endswith("ok=2 failed=0 skipped=0\n")


def test_after_an_interruption_it_says_who_was_made(
    fake: FakeCoder, csv: Write, capsys: Capture
) -> None:
    fake.add_group("ops")
    fake.inject("POST /api/v2/users", delay=5, times=None)
    fake.clock.schedule(1, lambda: signal.raise_signal(signal.SIGINT))
    assert script("onboard_users").main([csv(GOOD)]) == 130
    printed = capsys.readouterr().out
    assert "ann@example.com" in printed
    assert printed.splitlines()[-1].startswith("ok=")


def test_a_second_run_changes_nothing(fake: FakeCoder, csv: Write, capsys: Capture) -> None:
    fake.add_group("ops")
    file = csv(GOOD)
    assert script("onboard_users").main([file]) == 0
    before = written(fake)
    assert script("onboard_users").main([file]) == 0
    assert written(fake) == before
    assert capsys.readouterr().out.count("unchanged") == 2


def test_a_dry_run_changes_nothing(fake: FakeCoder, csv: Write, capsys: Capture) -> None:
    fake.add_group("ops")
    assert script("onboard_users").main([csv(GOOD), "--dry-run"]) == 0
    assert written(fake) == []
    assert capsys.readouterr().out.count("would send POST /api/v2/users") == 2


def test_bad_rows_are_named_by_their_lines_before_anything_is_written(
    fake: FakeCoder, csv: Write, capsys: Capture
) -> None:
    file = csv(
        "email,username,roles,groups,organizations\n"
        "ann@example.com,ann_doe,boss,coder/ops,mars\n"
        "ANN@example.com,,,,\n"
        '"not\nan address",,,,\n'
    )
    assert script("onboard_users").main([file]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"{file}:2: 'ann_doe' is no user name",
        f"{file}:2: there is no role 'boss'",
        f"{file}:2: there is no group 'coder/ops'",
        f"{file}:2: there is no organization 'mars'",
        f"{file}:3: ANN@example.com is in line 2 already",
        f"{file}:5: 'not\\nan address' is no e-mail address",
    ]
    assert written(fake) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("mail\nann@example.com\n", "unknown columns: mail"),
        ("username\nann\n", "there is no column `email`"),
        ("", "there is no column `email`"),
    ],
)
def test_a_file_of_another_kind_is_refused(
    csv: Write, capsys: Capture, text: str, complaint: str
) -> None:
    assert script("onboard_users").main([csv(text)]) == 2
    assert complaint in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said(capsys: Capture) -> None:
    assert script("onboard_users").main(["nowhere.csv"]) == 2
    printed = capsys.readouterr().err
    assert "nowhere.csv" in printed
    assert printed.count("\n") == 1


def test_one_that_cannot_be_made_does_not_keep_the_others_out(
    fake: FakeCoder, csv: Write, capsys: Capture
) -> None:
    fake.add_user("bob", email="robert@example.com")
    file = csv("email,username\nbob@example.com,bob\nann@example.com,ann\n")
    assert script("onboard_users").main([file]) == 1
    assert f"{file}:2: " in capsys.readouterr().err
    assert fake.client().users.get("ann").username == "ann"


# -- rotate_tokens


def make(fake: FakeCoder, name: str, days: float) -> str:
    made = fake.client().tokens.create(name, lifetime=timedelta(days=days))
    return made.secret.get_secret_value()


def names(fake: FakeCoder) -> set[str]:
    return {key.token_name for key in fake.client().tokens.list("me")}


def works(fake: FakeCoder, token: str) -> bool:
    return fake.client().tokens.check(token).valid


def test_a_token_that_expires_soon_is_replaced(
    fake: FakeCoder, tmp_path: Path, capsys: Capture
) -> None:
    old = make(fake, "ci", 3)
    assert script("rotate_tokens").main(["ci", "--directory", str(tmp_path)]) == 0
    new = (tmp_path / "ci").read_text()
    assert new != old
    assert works(fake, new)
    assert works(fake, old)
    printed = capsys.readouterr().out
    assert printed.startswith("ci: ci-2 is in ")
    assert new not in printed
    assert [file.name for file in tmp_path.iterdir()] == ["ci"]


@pytest.mark.skipif(os.name != "posix", reason="files have other rights")
def test_only_its_owner_may_read_a_secret(fake: FakeCoder, tmp_path: Path) -> None:
    make(fake, "ci", 3)
    assert script("rotate_tokens").main(["ci", "--directory", str(tmp_path)]) == 0
    assert stat.S_IMODE((tmp_path / "ci").stat().st_mode) == 0o600


def test_the_next_run_deletes_what_was_replaced(
    fake: FakeCoder, tmp_path: Path, capsys: Capture
) -> None:
    old = make(fake, "ci", 3)
    arguments = ["ci", "--directory", str(tmp_path)]
    assert script("rotate_tokens").main([*arguments, "--lifetime", "6.9"]) == 0
    fake.clock.advance(timedelta(days=2))
    assert script("rotate_tokens").main([*arguments, "--within", "1"]) == 0
    assert "; deleted ci\n" in capsys.readouterr().out
    assert not works(fake, old)
    assert works(fake, (tmp_path / "ci").read_text())


def test_a_token_that_lasts_is_left_alone(fake: FakeCoder, tmp_path: Path, capsys: Capture) -> None:
    make(fake, "ci", 7)
    assert script("rotate_tokens").main(["ci", "--directory", str(tmp_path), "--within", "2"]) == 0
    assert capsys.readouterr().out.startswith("ci: valid until ")
    assert list(tmp_path.iterdir()) == []
    assert "ci-2" not in names(fake)


def test_a_dry_run_only_says_what_is_due(fake: FakeCoder, tmp_path: Path, capsys: Capture) -> None:
    make(fake, "ci", 3)
    assert script("rotate_tokens").main(["ci", "--directory", str(tmp_path), "--dry-run"]) == 0
    assert capsys.readouterr().out == "ci: ci would be replaced\n"
    assert "ci-2" not in names(fake)


def test_a_secret_that_cannot_be_saved_leaves_the_old_token_working(
    fake: FakeCoder, tmp_path: Path, capsys: Capture
) -> None:
    old = make(fake, "ci", 3)
    (tmp_path / "ci" / "in the way").mkdir(parents=True)
    make(fake, "nightly", 3)
    arguments = ["ci", "nightly", "gone", "--directory", str(tmp_path)]
    assert script("rotate_tokens").main(arguments) == 1
    printed = capsys.readouterr()
    assert "ci: " in printed.err
    assert "There is no token `gone`" in printed.err
    assert "nightly-2 is in" in printed.out
    assert works(fake, old)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ci", "nightly"]


def test_a_folder_that_is_not_there_is_said_before_anything_is_done(
    fake: FakeCoder, capsys: Capture
) -> None:
    with pytest.raises(SystemExit) as ended:
        script("rotate_tokens").main(["ci", "--directory", "/nowhere"])
    assert ended.value.code == 2
    assert "/nowhere" in capsys.readouterr().err
    assert fake.requests == []
