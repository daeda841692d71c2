"""Uploads and downloads."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from typing import Final

from coder_sdk.testing._query import is_uuid
from coder_sdk.testing._router import Routes
from coder_sdk.testing._state.files import StoredFile
from coder_sdk.testing._web import Call, Reply, answer, missing, refuse

routes = Routes()
_TAR: Final = "application/x-tar"
_ZIP: Final = frozenset({"application/zip", "application/x-zip-compressed"})


@routes("POST", "/api/v2/files")
def upload(call: Call) -> Reply:
    """Store an archive; the same bytes of the same user are stored once."""
    media_type = call.headers.get("content-type", "")
    if media_type != _TAR and media_type not in _ZIP:
        raise refuse(400, f'Unsupported content type header "{media_type}".')
    if not call.actor.can("file", "create", owner=call.actor.user.id):
        raise missing()
    if len(call.body) > call.state.upload_limit:
        text = "Failed to read file from request."
        raise refuse(400, text, "http: request body too large")
    content = call.body if media_type == _TAR else _to_tar(call.body)
    digest = hashlib.sha256(content).hexdigest()
    for stored in call.state.files.values():
        if stored.sha256 == digest and stored.user_id == call.actor.user.id:
            return answer({"hash": stored.id})
    stored = StoredFile(
        id=call.state.new_id(),
        user_id=call.actor.user.id,
        media_type=_TAR,
        content=content,
        sha256=digest,
        created_at=call.state.now,
    )
    call.state.files[stored.id] = stored
    return answer({"hash": stored.id}, 201)


def _to_tar(content: bytes) -> bytes:
    target = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as archive,
            tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as tar,
        ):
            for name in archive.namelist():
                data = archive.read(name)
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    except zipfile.BadZipFile:
        raise refuse(400, "Incomplete .zip archive file.", "zip: not a valid zip file") from None
    return target.getvalue()


@routes("GET", "/api/v2/files/{fileID}")
def download(call: Call) -> Reply:
    """Give an archive back, as it is or as zip."""
    if not is_uuid(call.params["fileID"]):
        raise refuse(400, "File id must be a valid UUID.")
    stored = call.state.files.get(call.params["fileID"])
    if stored is None or not call.actor.can("file", "read", owner=stored.user_id):
        raise missing()
    kind = call.get("format")
    if kind == "zip":
        return Reply(200, _to_zip(stored.content), {"content-type": "application/zip"})
    if kind:
        raise refuse(400, "Unsupported conversion format.")
    return Reply(200, stored.content, {"content-type": stored.media_type})


def _to_zip(content: bytes) -> bytes:
    target = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(content)) as tar,
        zipfile.ZipFile(target, "w") as archive,
    ):
        for member in tar.getmembers():
            found = tar.extractfile(member)
            if found is not None:
                archive.writestr(member.name, found.read())
    return target.getvalue()
