"""`python -m codegen api`: a break of the public API is found, unless the changelog tells it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codegen.__main__ import main
from codegen.commands.api import RECORD
from codegen.promise.snapshot import Snapshot, take

ROOT = Path(__file__).parents[2]

INIT = """
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coder_sdk._client import AsyncClient, Client
    from coder_sdk._models import CreateUser, User

__all__ = ["OMIT", "AsyncClient", "Client", "CreateUser", "User"]

OMIT: int = 0
"""
CLIENT = """
class Base:
    def url(self, name: str = "") -> str: ...
    def _private(self): ...

class Client(Base):
    users: Users
    def __enter__(self) -> Client: ...
    def get(self, user: str, *, name: str | None = None, limit: int = 0) -> str | None: ...
    @property
    def version(self) -> str: ...

class AsyncClient(Base):
    async def get(self, user: str, *, name: str | None = None, limit: int = 0) -> str | None: ...
"""
MODELS = """
class RequestModel: ...

class User:
    id: int
    name: str | None = None

class CreateUser(RequestModel):
    name: str
    size: int | None = None
"""


class Package:
    """A small package, the record of its last release, and its changelog fragments."""

    def __init__(self, folder: Path) -> None:
        self.source, self.record, self.changes = folder / "src", folder / "api.json", folder / "c"
        (self.source / "coder_sdk").mkdir(parents=True)
        self.changes.mkdir()
        self.texts = {"__init__": INIT, "_client": CLIENT, "_models": MODELS}
        self.edit("_client")

    def edit(self, module: str, old: str = "", new: str = "") -> None:
        assert old in self.texts[module]
        self.texts[module] = self.texts[module].replace(old, new) if old else self.texts[module]
        for name, text in self.texts.items():
            path = self.source / "coder_sdk" / f"{name}.py"
            path.write_text(f"from __future__ import annotations\n{text}", encoding="utf-8")

    def check(self, *more: str) -> int:
        places = ["--source", str(self.source), "--against", str(self.record)]
        return main(["api", *places, "--changes", str(self.changes), *more])


@pytest.fixture
def package(tmp_path: Path) -> Package:
    made = Package(tmp_path)
    assert made.check("--record") == 0
    return made


def test_what_did_not_change_breaks_nothing(package: Package, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()
    assert package.check() == 0
    assert capsys.readouterr().err == ""


BREAKS = [
    ("__init__", '"OMIT", ', "", "coder_sdk.OMIT: "),
    ("_client", "def url(", "def _url(", "coder_sdk.Client.url: "),
    ("_client", "    def __enter__(self) -> Client: ...\n", "", "coder_sdk.Client.__enter__: "),
    ("_client", ", limit: int = 0", "", "coder_sdk.Client.get: "),
    ("_client", "limit: int = 0", "limit: int", "coder_sdk.Client.get: "),
    ("_client", "limit: int = 0", "limit: int = 1", "coder_sdk.Client.get: "),
    ("_client", "limit: int = 0", "limit: bool = 0", "takes `bool` instead of `int` (`limit`)"),
    ("_client", ") -> str | None", ") -> str | int", "returns `str | int` instead of `str | None`"),
    ("_client", "user: str, *,", "*, user: str,", "(`user`)"),
    ("_client", "async def get", "def get", "coder_sdk.AsyncClient.get: is asynchronous no more"),
    ("_client", "    @property\n", "", "coder_sdk.Client.version: "),
    ("_client", "class Client(Base):", "class Client:", "coder_sdk.Client"),
    ("_models", "id: int", "number: int", "coder_sdk.User.id: "),
    ("_models", "id: int", "id: int | None", "coder_sdk.User.id: is `int | None` instead of `int`"),
    ("_models", "size: int | None = None", "size: int", "coder_sdk.CreateUser.size: is required"),
]


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: case[3])
def test_a_break_is_found(
    package: Package, capsys: pytest.CaptureFixture[str], case: tuple[str, str, str, str]
):
    module, old, new, told = case
    package.edit(module, old, new)
    assert package.check() == 1
    printed = capsys.readouterr().err
    assert told in printed
    assert "`changes/+NAME.breaking.md`" in printed


COMPATIBLE = [
    ("_client", "limit: int = 0", "limit: int = 0, more: str = ''"),
    ("_client", "user: str,", "user: str | int,"),
    ("_client", ") -> str | None", ") -> str"),
    ("_client", "def _private(self)", "def _other(self)"),
    ("_client", "class Base:", "class Above:\n    def more(self): ...\n\nclass Base(Above):"),
    ("_models", "id: int", "id: int\n    email: str"),
    ("_models", "name: str\n", "name: str | None\n"),
]


@pytest.mark.parametrize(("module", "old", "new"), COMPATIBLE)
def test_what_gives_more_or_asks_less_breaks_nothing(
    package: Package, module: str, old: str, new: str
):
    package.edit(module, old, new)
    assert package.check() == 0


def test_where_a_public_name_is_defined_does_not_matter(package: Package):
    package.texts["_models"], moved = MODELS.split("\nclass CreateUser")
    package.texts["_new"] = f"from coder_sdk._models import RequestModel\n\nclass CreateUser{moved}"
    package.edit("__init__", "_models import CreateUser, User", "_models import User")
    package.edit(
        "__init__",
        "_models import User",
        "_models import User\n    from coder_sdk._new import CreateUser",
    )
    assert package.check() == 0


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("+users.breaking.md", "`Client.get` gives text in any case.", 0),
        ("+users.removed.md", "The field `coder.client.get()` is gone.", 0),
        ("12.breaking.md", "Everything of `Client` is another one.", 0),
        ("12.removed.1.md", "Everything of `Client` is another one.", 0),
        ("+users.added.md", "`Client.get` gives text in any case.", 1),
        ("+users.breaking.md", "Something else broke: `User.get`.", 1),
        ("+users.breaking.md", "Client.get is not marked as code.", 1),
    ],
)
def test_a_fragment_tells_a_break_that_it_names(package: Package, name: str, text: str, code: int):
    package.edit("_client", ") -> str | None", ") -> str | int")
    (package.changes / name).write_text(text, encoding="utf-8")
    assert package.check() == code


def test_a_break_of_a_class_and_its_twin_is_told_once(
    package: Package, capsys: pytest.CaptureFixture[str]
):
    package.edit("_client", "limit: int = 0", "limit: int")
    assert package.check() == 1
    assert "1 changes break" in capsys.readouterr().err


def test_without_a_record_the_usage_is_wrong(package: Package, capsys: pytest.CaptureFixture[str]):
    package.record.unlink()
    assert package.check() == 2
    assert "--record" in capsys.readouterr().err


def test_the_record_is_read_as_it_was_written():
    text = RECORD.read_text(encoding="utf-8")
    assert Snapshot.loads(text).dumps() == text


def test_the_record_names_every_public_name_of_the_package():
    taken = take("coder_sdk", ROOT / "src")
    for path in ("__init__.py", "wire/__init__.py", "testing/__init__.py"):
        text = (ROOT / "src" / "coder_sdk" / path).read_text(encoding="utf-8")
        listed = re.findall(r'^    "(\w+)",$', text.partition("__all__")[2], flags=re.MULTILINE)
        module = ".".join(["coder_sdk", *path.split("/")[:-1]])
        assert listed
        assert set(listed) <= taken.modules[module].keys()
    groups = taken.definitions["coder_sdk.resources.groups.GroupsEndpoints"]
    assert groups.members["get"].startswith("def get(self, group: GroupRef, *, ")
