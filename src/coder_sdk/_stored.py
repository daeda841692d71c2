"""What `coder login` stored: files in the configuration folder, or the keyring of the system."""

from __future__ import annotations

import base64
import binascii
import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coder_sdk._errors.base import ConfigError
from coder_sdk._json import as_object
from coder_sdk._url import parse_base_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coder_sdk._url import BaseUrl

_FOLDER: Final = "coderv2"
_SERVICE: Final = "coder-v2-credentials"
_MAC_ACCOUNT: Final = "coder-login-credentials"
_FALSE: Final = frozenset({"0", "f", "false", "no", "off"})


class Stored:
    """The command's storage on this machine."""

    def __init__(self, env: Mapping[str, str], platform: str) -> None:
        self._env = env
        self._platform = platform
        chosen = env.get("CODER_CONFIG_DIR")
        self._is_default = not chosen
        self.folder = Path(chosen) if chosen else self._default_folder()

    def _default_folder(self) -> Path:
        home = Path(self._env.get("HOME") or self._env.get("USERPROFILE") or Path.home())
        if self._platform == "darwin":
            return home / "Library" / "Application Support" / _FOLDER
        if self._platform == "win32":
            roaming = self._env.get("APPDATA")
            return (Path(roaming) if roaming else home / "AppData" / "Roaming") / _FOLDER
        config = self._env.get("XDG_CONFIG_HOME")
        return (Path(config) if config else home / ".config") / _FOLDER

    def path(self, name: str) -> Path:
        """Path of one of the files."""
        return self.folder / name

    def read(self, name: str) -> str | None:
        """Text of one of the files, trimmed; `None` if it does not exist.

        Raises:
            ConfigError: It exists and cannot be read.
        """
        path = self.path(name)
        try:
            return path.read_text(encoding="utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path} cannot be read: {type(error).__name__}.") from None

    def token(self, base: BaseUrl) -> tuple[str | None, str | None, list[str]]:
        """Token that is stored for a deployment, its source, and what else was looked at."""
        looked_at: list[str] = []
        if self._platform in {"darwin", "win32"}:
            found = self._from_keyring(base, looked_at)
            if found:
                return found, "keyring of the system", looked_at
        token = self.read("session")
        path = self.path("session")
        if not token:
            looked_at.append(f"there is no file {path}" if token is None else f"{path} is empty")
            return None, None, looked_at
        owner = self.read("url")
        if not owner:
            looked_at.append(f"{path} has no file `url` beside it that says whose token it is")
            return None, None, looked_at
        if parse_base_url(owner, f"file {self.path('url')}").key != base.key:
            looked_at.append(f"the token in {path} belongs to another deployment ({owner})")
            return None, None, looked_at
        return token, f"file {path}", looked_at

    def _from_keyring(self, base: BaseUrl, looked_at: list[str]) -> str | None:
        if self._env.get("CODER_USE_KEYRING", "").strip().lower() in _FALSE:
            looked_at.append("`CODER_USE_KEYRING` switches the keyring off")
            return None
        if not self._is_default:
            looked_at.append("the keyring is not used with `CODER_CONFIG_DIR`")
            return None
        try:
            secret = self._secret(import_module("keyring"))
        except ImportError:
            looked_at.append("the keyring needs the extra `keyring`")
            return None
        except Exception as error:  # noqa: BLE001 - every backend raises its own
            looked_at.append(f"the keyring failed ({type(error).__name__})")
            return None
        entries = _entries(secret, looked_at)
        host = base.host if base.port is None else f"{base.host}:{base.port}"
        token = as_object(entries.get(host.lower())).get("api_token")
        if not token:
            looked_at.append(f"the keyring has no token for {host}")
        return str(token) if token else None

    def _secret(self, keyring: Any) -> str | None:
        if self._platform == "darwin":
            secret: str | None = keyring.get_password(_SERVICE, _MAC_ACCOUNT)
            return secret
        credential = keyring.get_credential(_SERVICE, None)
        return None if credential is None else credential.password


def _entries(secret: str | None, looked_at: list[str]) -> dict[str, Any]:
    """The map of the keyring by host; on macOS it is wrapped in base64."""
    if not secret:
        return {}
    try:
        # NOTE: On Windows the library takes what the command wrote for UTF-16 if it can.
        text = (secret if secret.isascii() else secret.encode("utf-16-le").decode()).strip()
        if not text.startswith("{"):
            text = base64.b64decode(text, validate=True).decode()
        entries = json.loads(text)
    except (ValueError, binascii.Error):
        looked_at.append("the entry of the keyring cannot be read")
        return {}
    return as_object(entries)
