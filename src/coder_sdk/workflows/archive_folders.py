"""Reads the files of a template from a folder, and writes them into one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from coder_sdk._errors.base import RequestValidationError
from coder_sdk.workflows._given import check_mappings, check_paths
from coder_sdk.workflows.archive import (
    TemplateFile,
    check_template,
    is_packed,
    template_files,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def read_source(
    directory: str | os.PathLike[str] | None,
    files: Mapping[str, str | bytes] | None,
    *,
    terraform: bool,
) -> list[TemplateFile]:
    """The files of a template, from a folder or as they are given.

    Raises:
        RequestValidationError: Neither or both are given, or it is no template.
    """
    check_paths(directory=directory)
    check_mappings(files=files)
    if (directory is None) == (files is None):
        raise RequestValidationError("Give either a `directory` or `files`.", parameter="directory")
    if directory is not None:
        folder = Path(directory)
        if not folder.is_dir():
            raise RequestValidationError(
                f"There is no directory {str(folder)!r}.", parameter="directory"
            )
        found, where = list(_walk(folder, "", ())), str(folder.resolve())
    else:
        found, where = template_files(files or {}), "`files`"
    if terraform:
        check_template(found, where)
    return found


def _walk(folder: Path, prefix: str, above: tuple[Path, ...]) -> Iterator[TemplateFile]:
    """The files of a folder; links are followed, as an archive could not hold what they lead to."""
    real = folder.resolve()
    if real in above:
        raise RequestValidationError(
            f"{str(folder)!r} is a link to a folder that it lies in.", parameter="directory"
        )
    for path in sorted(folder.iterdir()):
        name = f"{prefix}{path.name}"
        if not is_packed(name):
            continue
        if path.is_dir():
            yield from _walk(path, f"{name}/", (*above, real))
        elif path.is_file():
            executable = os.name != "nt" and os.access(path, os.X_OK)
            yield TemplateFile(name, path.read_bytes(), executable)
        elif path.is_symlink():
            raise RequestValidationError(
                f"{str(path)!r} is a link that leads nowhere.", parameter="directory"
            )


def write_folder(
    directory: str | os.PathLike[str], files: Sequence[TemplateFile], *, overwrite: bool
) -> str:
    """Write the files of a template into a folder; what else is in it is left alone.

    Returns:
        `created` if there was no folder, or an empty one, `updated` or `unchanged`.

    Raises:
        RequestValidationError: Files are there with other contents, and may not be overwritten.
    """
    folder = Path(directory)
    for file in files:
        if not (folder / file.name).resolve().is_relative_to(folder.resolve()):
            raise RequestValidationError(
                f"{file.name!r} leads out of {str(folder)!r} by a link.", parameter="directory"
            )
    is_new = not folder.exists() or not any(folder.iterdir())
    differing = [file for file in files if not _has(folder / file.name, file)]
    taken = [file.name for file in differing if (folder / file.name).exists()]
    if taken and not overwrite:
        raise RequestValidationError(
            f"{str(folder)!r} has other contents in {', '.join(taken)}.",
            parameter="directory",
            hint="Pass `overwrite=True` to replace them.",
        )
    for file in differing:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        path.chmod(0o755 if file.executable else 0o644)
    if not differing:
        return "unchanged"
    return "created" if is_new else "updated"


def _has(path: Path, file: TemplateFile) -> bool:
    return path.is_file() and path.read_bytes() == file.content
