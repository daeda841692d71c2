"""Paths to a reading: which files, which dialect, what one page says that another does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from codegen.reading.blocks import Line
from codegen.reading.dialects import glued_text, gutter, piped_text, plain_markdown
from codegen.reading.document import Finding, Level, OperationDoc, Page, Reading, SchemaDoc
from codegen.reading.pages import read_page
from codegen.reading.source import read_lines

# Older pages print the paths without it.
_PREFIX: Final = "/api/v2"
PAGE_SUFFIXES: Final = frozenset({".md", ".markdown", ".txt"})
_DIALECTS: Final = (gutter, plain_markdown, glued_text, piped_text)


def read(paths: Iterable[Path]) -> Reading:
    """Read folders of pages, single pages, or both.

    Args:
        paths: Each a folder, of which all pages are read, or a file.

    Returns:
        All that the pages say. Nothing that a page holds makes this raise: what cannot be
        read is a finding.
    """
    pages: list[Page] = []
    findings: list[Finding] = []
    for path in paths:
        found, remarks = _read_path(path)
        pages.extend(found)
        findings.extend(remarks)
    findings = [finding for page in pages for finding in page.findings] + findings
    operations = tuple(_operations(pages, findings))
    schemas = tuple(_schemas(pages, findings))
    return Reading(tuple(pages), tuple(findings), operations, schemas)


def _read_path(path: Path) -> tuple[list[Page], list[Finding]]:
    """Read one path; a folder may hold pages of prose, a single file may not be one."""
    if not path.is_dir():
        page = read_file(path)
        return [page], [] if _has_facts(page) else [_no_facts(page, "error")]
    try:
        files = sorted(file for file in path.iterdir() if _is_page(file))
    except OSError as error:
        return [], [Finding("error", str(path), 0, f"The folder cannot be read: {error.strerror}.")]
    pages = [read_file(file) for file in files]
    if any(_has_facts(page) for page in pages):
        empty = [page for page in pages if not (page.operations or page.schemas)]
        prose = [page for page in empty if page.dialect == plain_markdown.NAME]
        return pages, [
            _no_facts(page, "info" if page in prose else "error")
            for page in empty
            if not page.findings or page in prose
        ]
    message = "No page of the folder has a complete operation or schema."
    return pages, [Finding("error", str(path), 0, message)]


def _is_page(file: Path) -> bool:
    return file.is_file() and file.suffix in PAGE_SUFFIXES and not file.name.startswith(".")


def _has_facts(page: Page) -> bool:
    return any(op.complete for op in page.operations) or any(
        schema.complete for schema in page.schemas
    )


def _no_facts(page: Page, level: Level) -> Finding:
    """Return the finding for a page of prose, or of nothing at all."""
    return Finding(level, page.file, 1, "The page has no complete operation or schema.")


def read_file(path: Path) -> Page:
    """Read one file; the dialect is found from its text, never from its name."""
    lines = read_lines(path)
    if isinstance(lines, Finding):
        return Page(str(path), None, (), (), (lines,), "unknown")
    return read_text(lines, str(path), path.name)


def read_text(lines: Sequence[Line], file: str, page: str) -> Page:
    """Read the lines of a page, in whatever dialect they are."""
    for dialect in _DIALECTS:
        if dialect.recognises(lines):
            return read_page(dialect.blocks(lines), file, page, dialect.NAME)
    return Page(file, None, (), (), (), "unknown")


def _operations(pages: Iterable[Page], findings: list[Finding]) -> Iterator[OperationDoc]:
    """Yield each operation once."""
    seen: dict[tuple[str, str], OperationDoc] = {}
    for page in pages:
        for operation in page.operations:
            key = (operation.method, operation.path.removeprefix(_PREFIX))
            first = seen.setdefault(key, operation)
            if first is operation:
                yield operation
            else:
                name = f"{operation.method} {operation.path}"
                findings.append(_duplicate(name, page, operation.line, first))


def _schemas(pages: Iterable[Page], findings: list[Finding]) -> Iterator[SchemaDoc]:
    """Yield each schema once."""
    seen: dict[str, SchemaDoc] = {}
    for page in pages:
        for schema in page.schemas:
            first = seen.setdefault(schema.name, schema)
            if first is schema:
                yield schema
            else:
                findings.append(_duplicate(schema.name, page, schema.line, first))


def _duplicate(name: str, page: Page, line: int, first: OperationDoc | SchemaDoc) -> Finding:
    message = f"{name} is told twice; line {first.line} of {first.page} counts."
    return Finding("warning", page.file, line, message)
