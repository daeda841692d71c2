"""Archives of templates: what belongs in one, the same bytes from the same files, and back.

The rules are those of the `coder` command line: hidden files, Terraform's state and files of
variables stay out, the lock file goes in. Times, owners and the order on disk leave no trace, so
that the same files always give the same archive.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from hashlib import pbkdf2_hmac, sha256
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from coder_sdk._errors.base import RequestValidationError
from coder_sdk.workflows._given import refused, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ArchiveDiff", "TemplateFile", "content_digest", "diff_files", "pack", "unpack"]

SERVER_LIMIT: Final = 100 * 1024 * 1024
"""Bytes that the server takes."""
CLI_LIMIT: Final = 1024 * 1024
"""Bytes that the command line takes, and so whoever wants to push the template by it."""
_LOCK: Final = ".terraform.lock.hcl"
_ROUNDS: Final = 200_000
_DIGITS: Final = 12


@frozen
class TemplateFile:
    """A file of a template.

    Attributes:
        name: Its path in the template, with forward slashes.
        content: Its bytes.
        executable: Whether it may be run.
    """

    name: str
    content: bytes = field(repr=False)
    executable: bool = False


def is_packed(name: str) -> bool:
    """Whether a file belongs in the archive.

    Args:
        name: Its path in the template, with forward slashes.

    Example:
        >>> is_packed("main.tf"), is_packed(".git/config"), is_packed("a/x.tfstate.backup")
        (True, False, False)
    """
    parts = PurePosixPath(name).parts
    if any(part.startswith(".") for part in parts[:-1]):
        return False
    if parts[-1].startswith(".") and parts[-1] != _LOCK:
        return False
    return not (
        ".tfstate" in name
        or name in {"terraform.tfvars", "terraform.tfvars.json"}
        or name.endswith((".auto.tfvars", ".auto.tfvars.json"))
    )


def template_files(files: Mapping[str, str | bytes]) -> list[TemplateFile]:
    """Files given by name, those that belong in an archive.

    Raises:
        RequestValidationError: A name is no text, or a content neither text nor bytes.
    """
    texts("files", files.keys())
    for content in files.values():
        if not isinstance(content, (str, bytes)):
            raise refused("files", "a mapping of paths to texts or bytes", content, of="to ")
    return [
        TemplateFile(name, content.encode() if isinstance(content, str) else content)
        for name, content in files.items()
        if is_packed(check_member(name))
    ]


def check_template(files: Iterable[TemplateFile], where: str) -> None:
    """Refuse what is no Terraform template.

    Raises:
        RequestValidationError: There is no Terraform file at the top.
    """
    for file in files:
        if "/" not in file.name and file.name.endswith((".tf", ".tf.json")):
            return
    raise RequestValidationError(
        f"{where} is no template: it has no `.tf` or `.tf.json` file at its top.",
        parameter="directory",
    )


def pack(files: Iterable[TemplateFile]) -> bytes:
    """Pack files, always into the same bytes.

    Args:
        files: The files; their order does not matter.

    Returns:
        A tar archive in the format that the server asks for.

    Raises:
        RequestValidationError: A name is too long for the format, or no relative path.

    Example:
        >>> one = TemplateFile("main.tf", b"# a")
        >>> two = TemplateFile("modules/x.tf", b"# b")
        >>> pack([one, two]) == pack([two, one])
        True
    """
    target = io.BytesIO()
    ordered = sorted(files, key=lambda file: file.name)
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for folder in _folders(ordered):
            info = tarfile.TarInfo(f"{folder}/")
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            _add(archive, info, b"")
        for file in ordered:
            info = tarfile.TarInfo(check_member(file.name))
            info.size, info.mode = len(file.content), 0o755 if file.executable else 0o644
            _add(archive, info, file.content)
    return target.getvalue()


def _folders(files: Iterable[TemplateFile]) -> list[str]:
    found = {
        str(parent)
        for file in files
        for parent in PurePosixPath(file.name).parents
        if str(parent) != "."
    }
    return sorted(found)


def _add(archive: tarfile.TarFile, info: tarfile.TarInfo, content: bytes) -> None:
    try:
        archive.addfile(info, io.BytesIO(content))
    except ValueError as error:
        raise RequestValidationError(
            f"The archive cannot hold {info.name!r}: {error}.", parameter="directory"
        ) from error


def unpack(archive: bytes) -> list[TemplateFile]:
    """Read the files of an archive; what is no regular file is left out.

    Args:
        archive: A tar archive.

    Raises:
        RequestValidationError: It is none, or a name in it leads out of the template.

    Example:
        >>> unpack(pack([TemplateFile("main.tf", b"")]))[0].name
        'main.tf'
    """
    try:
        return list(_members(archive))
    except tarfile.TarError as error:
        raise RequestValidationError(f"This is no archive of a template: {error}.") from error


def _members(archive: bytes) -> Iterator[TemplateFile]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        for member in opened:
            found = opened.extractfile(member) if member.isfile() else None
            if found is not None:
                name = check_member(member.name.removeprefix("./"))
                yield TemplateFile(name, found.read(), bool(member.mode & 0o100))


def check_member(name: str) -> str:
    """Refuse a name that leads out of the template.

    Raises:
        RequestValidationError: It is absolute, or has a part that is `..`.
    """
    path = PurePosixPath(name)
    wrong = not name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name
    if wrong or (path.parts and path.parts[0].endswith(":")):
        raise RequestValidationError(f"{name!r} is no path of a file in a template.")
    return name


def content_digest(files: Iterable[TemplateFile]) -> str:
    """What tells two templates apart: names and contents, and nothing of the archive's form.

    Example:
        >>> one, two = TemplateFile("main.tf", b""), TemplateFile("main.tf", b"#")
        >>> content_digest([one]) == content_digest([two])
        False
    """
    total = sha256()
    for file in sorted(files, key=lambda file: file.name):
        own = sha256(file.content).hexdigest()
        total.update(f"{file.name}\0{int(file.executable)}\0{own}\n".encode())
    return total.hexdigest()


def version_name(
    digest: str, variables: Mapping[str, str], tags: Mapping[str, str], provisioner: str
) -> str:
    """A name for a version that says what it is made of.

    Values of variables may be secrets and short; they go through many rounds, so that nobody finds
    them by trying.

    Example:
        >>> version_name("0f" * 32, {}, {}, "terraform")
        'sha-0f0f0f0f0f0f'
    """
    settings = sorted(variables.items()), sorted(tags.items()), provisioner
    if settings == ([], [], "terraform"):
        return f"sha-{digest[:_DIGITS]}"
    salted = pbkdf2_hmac("sha256", repr(settings).encode(), digest.encode(), _ROUNDS)
    return f"sha-{salted.hex()[:_DIGITS]}"


@frozen
class ArchiveDiff:
    """What differs between the files of two versions.

    Attributes:
        added: Names that only the second has.
        removed: Names that only the first has.
        changed: Names whose contents differ.
        text: The differences as a unified diff; of binary files only that they differ.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        return self.text


def diff_files(old: Iterable[TemplateFile], new: Iterable[TemplateFile]) -> ArchiveDiff:
    """Compare the files of two versions.

    Example:
        >>> diff = diff_files([TemplateFile("a.tf", b"x")], [TemplateFile("a.tf", b"y")])
        >>> diff.changed
        ('a.tf',)
    """
    before = {file.name: file for file in old}
    after = {file.name: file for file in new}
    both = before.keys() & after.keys()
    changed = tuple(sorted(name for name in both if before[name] != after[name]))
    names = sorted({*changed, *(before.keys() ^ after.keys())})
    text = "".join(_lines(name, before.get(name), after.get(name)) for name in names)
    return ArchiveDiff(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        changed,
        text,
    )


def _lines(name: str, old: TemplateFile | None, new: TemplateFile | None) -> str:
    try:
        before, after = (
            [] if file is None else file.content.decode().splitlines(keepends=True)
            for file in (old, new)
        )
    except UnicodeDecodeError:
        return f"Binary files {name} differ\n"
    first = "/dev/null" if old is None else f"a/{name}"
    second = "/dev/null" if new is None else f"b/{name}"
    lines = unified_diff(before, after, first, second)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
