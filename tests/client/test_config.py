"""Settings from arguments, environment, files, keyring, and that no token changes hands."""

from __future__ import annotations

import base64
import json
import os
import pickle
import ssl
import sys
import types
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from respx import MockRouter

from coder_sdk import (
    OMIT,
    AsyncClient,
    Client,
    Config,
    ConfigError,
    InsecureURLWarning,
    RequestValidationError,
)
from coder_sdk._config import _Search
from coder_sdk._header_command import parse_list
from coder_sdk._stored import Stored
from coder_sdk._url import parse_base_url
from tests.colours import TOKEN, URL, Colour

OTHER = "https://other.example"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CODER_CONFIG_DIR", str(tmp_path))
    return tmp_path


def stored(folder: Path, url: str | None = URL, token: str = TOKEN) -> None:
    (folder / "session").write_text(f"{token}\n")
    if url is not None:
        (folder / "url").write_text(f"{url}\n")


def source(config: Config, name: str) -> str:
    return next(setting.source for setting in config.settings if setting.name == name)


def search(
    env: dict[str, str], platform: str = "linux", url: str | None = URL, **given: Any
) -> Config:
    options: dict[str, Any] = {
        "token": None, "headers": None, "verify": True, "cert": None, "proxy": None, **given
    }  # fmt: skip
    return _Search(env, platform).load(url, **options)


def test_arguments_come_first(monkeypatch: pytest.MonkeyPatch, folder: Path):
    monkeypatch.setenv("CODER_URL", OTHER)
    monkeypatch.setenv("CODER_SESSION_TOKEN", "other-token")
    stored(folder, OTHER)
    config = Config.load(URL, token=TOKEN)
    assert str(config.url) == URL
    assert (source(config, "url"), source(config, "token")) == (
        "argument `url`",
        "argument `token`",
    )
    assert config.token == TOKEN


def test_the_environment_comes_second(monkeypatch: pytest.MonkeyPatch, folder: Path):
    monkeypatch.setenv("CODER_URL", "coder.example")
    monkeypatch.setenv("CODER_SESSION_TOKEN", f"{TOKEN}\n")
    stored(folder, OTHER, "other-token")
    config = Config.load()
    assert (str(config.url), config.token) == (URL, TOKEN)
    assert source(config, "token") == "environment `CODER_SESSION_TOKEN`"


def test_what_the_command_stored_comes_last(folder: Path):
    stored(folder)
    config = Config.load()
    assert (str(config.url), config.token) == (URL, TOKEN)
    assert source(config, "url") == f"file {folder / 'url'}"
    assert source(config, "token") == f"file {folder / 'session'}"


def test_a_stored_token_goes_to_its_own_deployment_only(folder: Path):
    stored(folder, OTHER)
    with pytest.raises(ConfigError, match="belongs to another deployment") as caught:
        Config.load(URL)
    assert TOKEN not in str(caught.value)
    assert OTHER in str(caught.value)


def test_a_stored_token_without_an_owner_is_not_used(folder: Path):
    stored(folder, None)
    with pytest.raises(ConfigError, match="whose token it is"):
        Config.load(URL)


def test_a_stored_token_goes_to_other_spellings_of_its_deployment(folder: Path):
    stored(folder, "https://coder.example:443/")
    assert Config.load("CODER.example").token == TOKEN


@pytest.mark.parametrize("other", ["http://coder.example", "https://coder.example:8443"])
def test_another_scheme_or_port_is_another_deployment(folder: Path, other: Any):
    stored(folder, other)
    with pytest.raises(ConfigError, match="another deployment"):
        Config.load(URL)


def test_the_token_of_the_environment_belongs_to_its_url(
    monkeypatch: pytest.MonkeyPatch, folder: Path
):
    monkeypatch.setenv("CODER_URL", OTHER)
    monkeypatch.setenv("CODER_SESSION_TOKEN", TOKEN)
    with pytest.raises(ConfigError, match="`CODER_SESSION_TOKEN` belongs to `CODER_URL`") as caught:
        Config.load(URL)
    assert TOKEN not in str(caught.value)
    assert str(folder / "session") in str(caught.value)


def test_the_token_of_the_environment_alone_goes_to_the_given_url(
    monkeypatch: pytest.MonkeyPatch, folder: Path
):
    monkeypatch.setenv("CODER_SESSION_TOKEN", TOKEN)
    assert Config.load(URL).token == TOKEN


def test_a_missing_url_names_what_was_looked_at(folder: Path):
    with pytest.raises(ConfigError) as caught:
        Config.load()
    text = str(caught.value)
    assert all(
        part in text for part in ("`url`", "`CODER_URL`", str(folder / "url"), "coder login")
    )


def test_a_missing_token_names_what_was_looked_at(folder: Path):
    with pytest.raises(ConfigError) as caught:
        Client(URL)
    text = str(caught.value)
    assert all(
        part in text for part in ("`CODER_SESSION_TOKEN`", str(folder / "session"), "`token`")
    )


@pytest.mark.parametrize(
    "url",
    ["", " ", "ftp://coder.example", "https://", "https://a b", "https://user:pass@coder.example",
     "https://coder.example?x=1", "https://coder.example#x", "https://coder.example:99999",
     "https://coder.example/../x", "https://[::1", "mailto:x@y.example", "https://coder.example:0",
     "https://a<b.example", "https://evil.example\\.coder.example", "https://a%2fb.example",
     "https://xn--a.example", "https://\u2603.example"],
)  # fmt: skip
def test_malformed_urls_are_refused(url: str):
    with pytest.raises(ConfigError, match="`url`") as caught:
        Config.load(url, token=TOKEN)
    assert "pass" not in str(caught.value) or "pass `token`" in str(caught.value)


def test_a_malformed_url_of_the_environment_names_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CODER_URL", "ftp://x")
    with pytest.raises(ConfigError, match="`CODER_URL`"):
        Config.load(token=TOKEN)


def test_explain_names_origins_and_shows_no_secret(monkeypatch: pytest.MonkeyPatch, folder: Path):
    stored(folder)
    monkeypatch.setenv("CODER_HEADER", "X-Proxy=swordfish")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hunter2@proxy.example:3128")
    config = Config.load()
    text = config.explain()
    assert f"url: {URL} (file {folder / 'url'})" in text
    assert f"token: hidden (file {folder / 'session'})" in text
    assert "headers: x-proxy (environment `CODER_HEADER`)" in text
    assert "proxy: http://proxy.example:3128 (environment `HTTPS_PROXY`)" in text
    assert "not used: `CODER_SESSION_TOKEN` is not set" in text
    for shown in (text, repr(config), repr(vars(config))):
        assert not any(secret in shown for secret in (TOKEN, "swordfish"))
    assert "hunter2" not in text


def test_neither_config_nor_client_pickles(folder: Path):
    client = Client(URL, token=TOKEN)
    for value in (client, client.config, client._core):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(value)


@pytest.mark.parametrize(
    ("platform", "env", "expected"),
    [
        ("linux", {"HOME": "/home/a"}, "/home/a/.config/coderv2"),
        ("linux", {"HOME": "/home/a", "XDG_CONFIG_HOME": "/cfg"}, "/cfg/coderv2"),
        ("darwin", {"HOME": "/Users/a"}, "/Users/a/Library/Application Support/coderv2"),
        ("win32", {"APPDATA": "/Users/a/Roaming"}, "/Users/a/Roaming/coderv2"),
        ("win32", {"USERPROFILE": "/Users/a"}, "/Users/a/AppData/Roaming/coderv2"),
        ("linux", {"HOME": "/home/a", "CODER_CONFIG_DIR": "/elsewhere"}, "/elsewhere"),
    ],
)
def test_the_folder_of_each_platform(platform: str, env: Any, expected: Any):
    assert Stored(env, platform).folder == Path(expected)


def test_a_file_that_cannot_be_read_is_an_error(folder: Path):
    (folder / "url").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        Config.load()


# -- keyring


class FakeKeyring(types.ModuleType):
    def __init__(self, entries: Any, *, wrapped: bool) -> None:
        super().__init__("keyring")
        text = json.dumps(entries)
        self.secret = base64.b64encode(text.encode()).decode() if wrapped else text

    def get_password(self, service: str, account: str) -> str:
        assert (service, account) == ("coder-v2-credentials", "coder-login-credentials")
        return self.secret

    def get_credential(self, service: str, account: None) -> Any:
        assert service == "coder-v2-credentials"
        return types.SimpleNamespace(password=self.secret)


ENTRIES = {"coder.example": {"coder_url": "coder.example", "api_token": TOKEN}}


@pytest.mark.parametrize(("platform", "wrapped"), [("darwin", True), ("win32", False)])
def test_the_keyring_is_read_as_the_command_writes_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, wrapped: Any
):
    monkeypatch.setitem(sys.modules, "keyring", FakeKeyring(ENTRIES, wrapped=wrapped))
    env = {"HOME": str(tmp_path), "APPDATA": str(tmp_path)}
    config = search(env, platform, token=OMIT)
    assert config.token == TOKEN
    assert source(config, "token") == "keyring of the system"


@pytest.mark.parametrize("user", ["a", "ab"])
def test_what_windows_takes_for_utf_16_is_read(monkeypatch: pytest.MonkeyPatch, user: str):
    entries = {"coder.example": {"coder_url": "coder.example", "user": user, "api_token": TOKEN}}
    keyring = FakeKeyring(entries, wrapped=False)
    blob = keyring.secret.encode()
    try:
        keyring.secret = blob.decode("utf-16-le")
    except UnicodeDecodeError:
        keyring.secret = blob.decode()
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    token, _, looked_at = Stored({}, "win32").token(parse_base_url(URL))
    assert (token, looked_at) == (TOKEN, [])


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({"CODER_USE_KEYRING": "false"}, "switches the keyring off"),
        ({"CODER_CONFIG_DIR": "/nowhere"}, "not used with `CODER_CONFIG_DIR`"),
        ({}, "no token for other.example"),
    ],
)
def test_the_keyring_is_passed_over_for_a_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, env: Any, reason: str
):
    monkeypatch.setitem(sys.modules, "keyring", FakeKeyring(ENTRIES, wrapped=True))
    token, _, looked_at = Stored({"HOME": str(tmp_path), **env}, "darwin").token(
        parse_base_url(OTHER)
    )
    assert token is None
    assert any(reason in line for line in looked_at)


def test_a_missing_or_broken_keyring_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):

    monkeypatch.setitem(sys.modules, "keyring", None)
    looked_at = Stored({"HOME": str(tmp_path)}, "darwin").token(parse_base_url(URL))[2]
    assert any("extra `keyring`" in line for line in looked_at)
    monkeypatch.setitem(sys.modules, "keyring", types.ModuleType("keyring"))
    looked_at = Stored({"HOME": str(tmp_path)}, "darwin").token(parse_base_url(URL))[2]
    assert any("failed (AttributeError)" in line for line in looked_at)


def test_linux_never_asks_the_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):

    monkeypatch.setitem(sys.modules, "keyring", FakeKeyring(ENTRIES, wrapped=True))
    assert Stored({"HOME": str(tmp_path)}, "linux").token(parse_base_url(URL))[0] is None


# -- headers


def test_header_lists_are_csv():
    assert parse_list('A=1,B=x=y,"C=a,b", D = d ') == {"A": "1", "B": "x=y", "C": "a,b", "D": "d"}


@pytest.mark.parametrize("text", ["swordfish", "=swordfish", "A=1,swordfish"])
def test_malformed_header_lists_are_refused_and_not_shown(text: str):
    with pytest.raises(ConfigError) as caught:
        parse_list(text)
    assert "swordfish" not in str(caught.value)


def test_the_header_command_runs_with_the_url(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CODER_HEADER_COMMAND", 'printf "X-Url=%s\\n\\nX-B=b=c\\n" "$CODER_URL"')
    config = Config.load(URL, token=TOKEN, headers={"X-B": "mine"})
    assert config.headers == {"x-url": URL, "x-b": "mine"}


@pytest.mark.parametrize("command", ["echo nonsense", "exit 3", "echo A=1; exit 1"])
def test_a_header_command_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch, command: Any):
    monkeypatch.setenv("CODER_HEADER_COMMAND", command)
    with pytest.raises(ConfigError, match="CODER_HEADER_COMMAND"):
        Config.load(URL, token=TOKEN)


def test_headers_of_the_environment_belong_to_its_url(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CODER_URL", OTHER)
    monkeypatch.setenv("CODER_HEADER", "X-A=b")
    config = Config.load(URL, token=TOKEN)
    assert config.headers == {}
    assert "another deployment" in config.explain()


def test_injected_headers_are_refused():
    with pytest.raises(RequestValidationError):
        Config.load(URL, token=TOKEN, headers={"X-A": "b\r\nX-C: d"})


def test_headers_reach_every_request(
    colour: Colour, router: MockRouter, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CODER_HEADER", "X-Proxy=swordfish")
    route = router.get("/x").respond(json=None)
    colour.call(colour.client(headers={"X-Two": "2"}).request, "GET", "/x")
    sent = route.calls.last.request.headers
    assert (sent["x-proxy"], sent["x-two"]) == ("swordfish", "2")


# -- TLS and proxies


@pytest.mark.parametrize(
    ("name", "value"), [("CODER_HEADER", "Cookie=x"), ("CODER_HEADER_COMMAND", "echo Cookie=x")]
)
def test_a_header_of_the_environment_that_cannot_be_sent_names_its_variable(name: str, value: str):
    with pytest.raises(ConfigError, match=f"`{name}`: The header `Cookie`"):
        search({"CODER_HEADER": "", "PATH": os.environ["PATH"], name: value})


def test_a_token_that_cannot_be_sent_names_its_origin(folder: Path):
    with pytest.raises(ConfigError, match="environment `CODER_SESSION_TOKEN`: ") as caught:
        search({"CODER_SESSION_TOKEN": "not one"}, token=OMIT)
    assert "not one" not in str(caught.value)
    (folder / "url").write_text(URL)
    (folder / "session").write_text("not one")
    with pytest.raises(ConfigError, match="session: The token has characters"):
        Client()
    for wrong in (5, ["token"], b"token"):
        with pytest.raises(ConfigError, match="`token` has to be a text"):
            Client(URL, token=wrong)  # type: ignore[arg-type]


def test_certificate_and_key_belong_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    file = tmp_path / "cert.pem"
    file.touch()
    monkeypatch.setenv("CODER_CLIENT_TLS_CERT_FILE", str(file))
    with pytest.raises(ConfigError, match="together"):
        Config.load(URL, token=TOKEN)


@pytest.mark.parametrize(
    "name", ["CODER_CLIENT_TLS_CA_FILE", "CODER_CLIENT_TLS_CERT_FILE", "CODER_CLIENT_TLS_KEY_FILE"]
)
def test_missing_tls_files_are_named(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setenv(name, "/nowhere.pem")
    with pytest.raises(ConfigError, match=f"`{name}` names '/nowhere.pem'"):
        Config.load(URL, token=TOKEN)


def test_a_ready_context_is_used():
    context = ssl.create_default_context()
    assert Client(URL, token=TOKEN, verify=context)._core.tls_context() is context


@pytest.mark.parametrize("verify", [None, 1])
def test_what_is_neither_file_nor_context_is_refused(verify: Any):
    with pytest.raises(ConfigError, match="`verify`"):
        Client(URL, token=TOKEN, verify=verify)


def test_clients_with_the_same_settings_share_one_context():
    contexts = {id(Client(URL, token=TOKEN)._core.tls_context()) for _ in range(3)}
    assert len(contexts) == 1
    off = Client(URL, token=TOKEN, verify=False)._core.tls_context()
    assert id(off) not in contexts
    assert off.verify_mode == ssl.CERT_NONE


@pytest.mark.parametrize(
    ("env", "url", "proxy"),
    [
        ({"HTTPS_PROXY": "http://p:1"}, URL, "http://p:1"),
        ({"https_proxy": "p:1"}, URL, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, URL, None),
        ({"HTTP_PROXY": "http://p:1"}, "http://coder.example", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, "http://coder.example", None),
        ({"ALL_PROXY": "socks5://p:1"}, URL, "socks5://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "example"}, URL, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".example, x"}, URL, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, URL, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "coder.example:443"}, URL, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "coder.example:80"}, URL, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "ample"}, URL, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, "https://10.1.2.3", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, "https://11.1.2.3", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, URL, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "2001:db8::5"}, "https://[2001:db8::5]", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "[2001:db8::5]"}, "https://[2001:db8::5]", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "[::5]:443"}, "https://[::5]", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "[::5]:80"}, "https://[::5]", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "2001:db8::/32"}, "https://[2001:db8::5]", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://127.0.0.1:3000", None),
    ],
)
def test_proxies_of_the_environment(env: Any, url: str, proxy: Any):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureURLWarning)
        assert search(env, url=url, proxy=OMIT).proxy == proxy


def test_a_proxy_can_be_switched_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://p:1")
    assert Config.load(URL, token=TOKEN, proxy=None).proxy is None


@pytest.mark.parametrize("proxy", ["nonsense", "ftp://user:hunter2@p", "http://", "http://p:0"])
def test_malformed_proxies_are_refused_and_not_shown(proxy: Any):
    with pytest.raises(ConfigError, match="proxy") as caught:
        Config.load(URL, token=TOKEN, proxy=proxy)
    assert "hunter2" not in str(caught.value)


def test_an_unencrypted_address_warns():
    with pytest.warns(InsecureURLWarning, match="not encrypted"):
        Client("http://coder.example", token=TOKEN)


@pytest.mark.parametrize("url", ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:1"])
def test_this_machine_needs_no_encryption(url: str):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Client(url, token=TOKEN)


@pytest.mark.parametrize("value", [0, -1, float("nan"), True, "5"])
@pytest.mark.parametrize("name", ["timeout", "deadline"])
def test_time_limits_are_checked(name: str, value: Any):
    with pytest.raises(ConfigError, match=name):
        Client(URL, token=TOKEN, **{name: value})


@pytest.mark.parametrize("limit", [float("inf"), 1e12, timedelta.max])
def test_a_time_limit_that_never_comes_is_none(limit: Any):
    client = Client(URL, token=TOKEN, timeout=limit, deadline=limit)
    assert (client._options.timeout, client._options.deadline) == (None, None)


@pytest.mark.parametrize("name", ["a\nb", "ключ", ""])
def test_application_names_are_checked(name: str):
    with pytest.raises(ConfigError, match="app_name"):
        Client(URL, token=TOKEN, app_name=name)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_the_warning_of_an_unencrypted_address_points_at_the_line_of_the_caller(kind: Any):
    with pytest.warns(InsecureURLWarning) as caught:
        kind("http://coder.example", token=TOKEN)
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("url", [f"{URL}/api/v2", f"{URL}/api/v2/", f"{URL}/coder/api/v2"])
def test_the_path_of_the_api_is_no_part_of_the_address(url: str):
    with pytest.raises(ConfigError, match="must not end in `/api/v2`"):
        Config.load(url, token=TOKEN)
