"""Bodies of raw bytes, up and down."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from respx import MockRouter

from coder_sdk import ConnectionLostError, RequestValidationError, UnauthorizedError
from coder_sdk._decode import ResponseTypes
from coder_sdk._prepare import encode_body
from coder_sdk._request import CallOptions, RawBody, Request, raw_body
from tests.client.faults import FaultServer
from tests.client.test_auth import OTHER, Provider
from tests.colours import TOKEN, Colour

CONTENT = bytes(range(256)) * 1024


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def upload(content: Any, on_progress: Any = None) -> Request[Any]:
    request: Request[Any] = Request(
        "POST", "/api/v2/files", body=raw_body("application/x-tar", content, on_progress)
    )
    request.types = ResponseTypes(None, Any)
    return request


class Wrapper:
    """Behaves like a file and is none, as temporary files with a name are."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def sources(  # noqa: PLR0911 - one line for each kind
    kind: str, tmp_path: Path, colour: Any
) -> Any:
    path = tmp_path / "content.tar"
    path.write_bytes(CONTENT)
    if kind == "path":
        return path
    if kind == "path text":
        return str(path)
    if kind == "file":
        return io.BytesIO(CONTENT)
    if kind == "temporary file":
        return Wrapper(CONTENT)
    if kind == "buffer":
        return memoryview(bytearray(CONTENT))
    if kind == "bytes":
        return CONTENT
    parts = (CONTENT[:1000], b"", CONTENT[1000:])
    if kind == "async iterator":

        async def chunks() -> AsyncIterator[bytes]:
            for part in parts:
                yield part

        return chunks()
    return iter(parts)


@pytest.mark.parametrize(
    "kind",
    [
        "bytes",
        "buffer",
        "path",
        "path text",
        "file",
        "temporary file",
        "iterator",
        "async iterator",
    ],
)
def test_uploads_from_everything_that_holds_bytes(
    colour: Colour, router: MockRouter, tmp_path: Path, kind: str
):
    if kind == "async iterator" and not colour.is_async:
        pytest.skip("the sync client has no event loop")
    route = router.post("/api/v2/files").respond(201, json={"hash": "x"})
    heard: list[tuple[int, int | None]] = []
    progress = colour.function(lambda done, total: heard.append((done, total)))
    body = upload(sources(kind, tmp_path, colour), progress)
    assert colour.call(colour.client()._call, body) == {"hash": "x"}
    sent = route.calls.last.request
    assert sent.content == CONTENT
    assert sent.headers["content-type"] == "application/x-tar"
    sized = "iterator" not in kind
    assert sent.headers.get("content-length") == (str(len(CONTENT)) if sized else None)
    assert sent.headers.get("transfer-encoding") == (None if sized else "chunked")
    assert heard[-1] == (len(CONTENT), len(CONTENT) if sized else None)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


def test_a_file_is_sent_from_where_it_stands(colour: Colour, router: MockRouter):
    route = router.post("/api/v2/files").respond(json=None)
    file = io.BytesIO(b"0123456789")
    file.seek(4)
    colour.call(colour.client()._call, upload(file))
    assert route.calls.last.request.content == b"456789"


def test_a_missing_file_is_named_before_anything_is_sent(colour: Colour, router: MockRouter):
    with pytest.raises(RequestValidationError, match="cannot be read"):
        colour.call(colour.client()._call, upload("/nowhere.tar"))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (io.StringIO("text"), "open as text"),
        (5, "int was given"),
        (None, "NoneType was given"),
        (["text"], "str came out"),
        (Path(__file__).parent, "cannot be read"),
    ],
)
def test_what_holds_no_bytes_is_refused(
    colour: Colour, router: MockRouter, content: Any, found: str
):
    with pytest.raises(RequestValidationError, match=found):
        colour.call(colour.client()._call, upload(content))
    assert not router.calls


@pytest.mark.skipif(os.name == "nt", reason="there are no named pipes in folders")
def test_a_pipe_is_read_to_its_end(colour: Colour, router: MockRouter, tmp_path: Path):
    route = router.post("/api/v2/files").respond(json=None)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(CONTENT,))
    writer.start()
    colour.call(colour.client()._call, upload(pipe))
    writer.join()
    assert route.calls.last.request.content == CONTENT


@pytest.mark.parametrize("kind", ["bytes", "path", "file", "temporary file"])
def test_what_can_be_read_again_is_sent_again(
    colour: Colour, router: MockRouter, tmp_path: Path, kind: str
):
    route = router.post("/api/v2/files").mock(
        side_effect=[httpx.Response(429), httpx.Response(200, json=1)]
    )
    assert colour.call(colour.client()._call, upload(sources(kind, tmp_path, colour))) == 1
    assert [call.request.content for call in route.calls] == [CONTENT, CONTENT]


def test_an_iterator_that_was_begun_is_not_sent_again(
    colour: Colour, router: MockRouter, tmp_path: Path
):
    route = router.post("/api/v2/files").mock(side_effect=[httpx.Response(429)] * 9)
    with pytest.raises(Exception, match="429"):
        colour.call(colour.client()._call, upload(sources("iterator", tmp_path, colour)))
    assert route.call_count == 1


def test_an_iterator_is_not_replayed_with_a_new_token(
    colour: Colour, router: MockRouter, tmp_path: Path
):
    route = router.post("/api/v2/files").respond(401, json={"message": "no"})
    client = colour.client(token=Provider(colour, TOKEN, OTHER))
    with pytest.raises(UnauthorizedError):
        colour.call(client._call, upload(sources("iterator", tmp_path, colour)))
    assert route.call_count == 1


def test_what_an_iterator_raises_comes_out(colour: Colour, router: MockRouter):
    def broken() -> Iterator[bytes]:
        yield b"x"
        raise ZeroDivisionError("the caller's own")

    router.post("/api/v2/files").respond(json=None)
    with pytest.raises(ZeroDivisionError):
        colour.call(colour.client()._call, upload(broken()))


def test_a_raw_body_takes_no_extra_fields():
    request: Request[Any] = Request(
        "POST", "/x", body=RawBody("a/b", b""), options=CallOptions(extra_body={"a": 1})
    )
    with pytest.raises(RequestValidationError, match="extra_body"):
        encode_body(request)


# -- down


def download(colour: Any, client: Any, use: Any) -> Any:
    request: Request[Any] = Request("GET", "/api/v2/files/x", accept="application/x-tar")
    request.types = ResponseTypes(None, bytes)
    return colour.within(client._streaming(request), use)


def test_a_download_goes_to_a_file_at_once(colour: Colour, router: MockRouter, tmp_path: Path):
    router.get("/api/v2/files/x").respond(content=CONTENT)
    target = tmp_path / "out.tar"
    target.write_bytes(b"old")
    heard: list[tuple[int, int | None]] = []
    progress = colour.function(lambda done, total: heard.append((done, total)))
    size = download(colour, colour.client(), lambda response: response.to_file(target, progress))
    assert size == len(CONTENT)
    assert target.read_bytes() == CONTENT
    assert heard[-1] == (len(CONTENT), len(CONTENT))
    assert names(tmp_path) == ["out.tar"]


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_a_download_has_the_rights_of_any_new_file(
    colour: Colour, router: MockRouter, tmp_path: Path
):
    router.get("/api/v2/files/x").respond(content=CONTENT)
    target, other = tmp_path / "out.tar", tmp_path / "other"
    before = os.umask(0o027)
    try:
        other.touch()
        download(colour, colour.client(), lambda response: response.to_file(target))
    finally:
        os.umask(before)
    assert target.stat().st_mode == other.stat().st_mode
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_cut_download_leaves_no_file(colour: Colour, tmp_path: Path):
    with FaultServer("cut_body", times=9) as server:
        with pytest.raises(ConnectionLostError) as caught:
            download(
                colour, colour.client(server.url),
                lambda response: response.to_file(tmp_path / "out.tar"),
            )  # fmt: skip
        assert caught.value.operation == "GET /api/v2/files/x"
        assert len(server.requests) == 1
    assert names(tmp_path) == []


def test_a_cut_download_keeps_the_old_file(colour: Colour, tmp_path: Path):
    target = tmp_path / "out.tar"
    target.write_bytes(b"old")
    with FaultServer("cut_chunked", times=9) as server, pytest.raises(ConnectionLostError):
        download(colour, colour.client(server.url), lambda response: response.to_file(target))
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["out.tar"]


def test_a_download_that_is_refused_never_makes_a_file(
    colour: Colour, router: MockRouter, tmp_path: Path
):
    router.get("/api/v2/files/x").respond(404, json={"message": "no"})
    with pytest.raises(Exception, match="404"):
        download(colour, colour.client(), lambda response: response.to_file(tmp_path / "out.tar"))
    assert names(tmp_path) == []


def test_a_download_begins_again_only_before_its_body(colour: Colour, router: MockRouter):
    route = router.get("/api/v2/files/x").mock(
        side_effect=[httpx.Response(503), httpx.Response(200, content=CONTENT)]
    )
    assert download(colour, colour.client(), lambda response: response.read()) == CONTENT
    assert route.call_count == 2


def test_an_open_response_decodes(colour: Colour, router: MockRouter):
    headers = {"X-Request-Id": "r", "Content-Type": "application/json"}
    router.get("/x").respond(content=b'{"a":1}', headers=headers)
    request: Request[Any] = Request("GET", "/x")
    request.types = ResponseTypes(None, dict[str, int])

    def use(response: Any) -> Any:
        assert (response.status, response.request_id, response.size) == (200, "r", 7)
        return response.parse()

    assert colour.within(colour.client()._streaming(request), use) == json.loads('{"a":1}')


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (5, "int was given"),
        (None, "NoneType was given"),
        (bytes, "the class bytes was given"),
        ("", "an empty path was given"),
        ("no\0such", "cannot be read"),
        (Path("/"), "cannot be read"),
    ],
)
def test_what_is_no_body_is_refused(colour: Colour, router: MockRouter, content: Any, text: str):
    with pytest.raises(RequestValidationError, match=text):
        colour.call(colour.client().files.upload, content)
    assert not router.calls


def test_a_closed_file_is_refused(colour: Colour, router: MockRouter, tmp_path: Path):
    with (tmp_path / "file").open("xb") as file:
        file.write(b"x")
    with pytest.raises(RequestValidationError, match="closed file"):
        colour.call(colour.client().files.upload, file)
    assert not router.calls


def test_what_cannot_hear_of_progress_is_refused(colour: Colour, router: MockRouter):
    with pytest.raises(RequestValidationError, match="`on_progress` has to be a function, not int"):
        colour.call(colour.client().files.upload, b"x", on_progress=5)
    assert not router.calls


@pytest.mark.parametrize("media_type", [5, None, "a/b\r\nX-Other: c", "ü"])
def test_a_media_type_cannot_inject_a_header(colour: Colour, router: MockRouter, media_type: Any):
    with pytest.raises(RequestValidationError, match="The value of the header `content-type` has"):
        colour.call(colour.client().files.upload, b"x", content_type=media_type)
    assert not router.calls


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"path": 5}, RequestValidationError, "`path` has to be a path, not int"),
        ({"path": None}, RequestValidationError, "`path` has to be a path, not NoneType"),
        ({"path": b"x"}, RequestValidationError, "`path` has to be a path, not bytes"),
        ({"path": ""}, RequestValidationError, "`path` has to be the path of a file"),
        ({"path": "a\0b"}, RequestValidationError, "`path` has to be the path of a file"),
        ({"path": "/"}, IsADirectoryError, "'/'"),
        ({"path": "x", "on_progress": 5}, RequestValidationError, "`on_progress` has to be"),
    ],
)
def test_a_download_is_not_read_for_what_is_no_file(  # noqa: PLR0913, PLR0917 - a row and fixtures
    colour: Colour,
    router: MockRouter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
    error: type[Exception],
    text: str,
):
    monkeypatch.chdir(tmp_path)
    router.get("/api/v2/files/x").respond(content=b"content")
    client = colour.client()
    with pytest.raises(error, match=text):
        download(colour, client, lambda response: response.to_file(**options))
    assert not names(tmp_path)


@pytest.mark.parametrize("size", [0, -1, True, 1.5, "5"])
def test_chunks_have_at_least_one_byte(colour: Colour, router: MockRouter, size: Any):
    router.get("/api/v2/files/x").respond(content=b"content")

    def use(response: Any) -> Any:
        chunks = response.iter_bytes(size)
        return chunks.__anext__() if colour.is_async else next(chunks)

    with pytest.raises(RequestValidationError, match="`chunk_size` has to be a whole number"):
        download(colour, colour.client(), use)
