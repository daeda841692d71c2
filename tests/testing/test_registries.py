"""Nouns that are only kept: AI providers, OAuth2 applications, skills, keys, proxies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coder_sdk import (
    APIStatusError,
    BadRequestError,
    Client,
    ConflictError,
    FeatureUnavailableError,
    NotFoundError,
    PermissionDeniedError,
    RedirectError,
    ValidationFailedError,
)
from coder_sdk.testing import FakeCoder
from coder_sdk.testing._fake import Edition

SKILL = "---\nname: deploy\ndescription: How to deploy\n---\nbody"


@pytest.fixture
def fake() -> Iterator[FakeCoder]:
    with FakeCoder(experiments=["oauth2"]) as made:
        yield made


def test_a_provider_is_kept_with_its_keys_masked(fake: FakeCoder) -> None:
    coder = fake.client()
    made = coder.ai_providers.create(
        type="openai", name="local", base_url="http://127.0.0.1:9/v1", api_keys=["sk-test"]
    )
    assert made.api_keys[0].masked == "s...t"
    assert coder.ai_providers.get("local") == coder.ai_providers.get(made.id) == made
    changed = coder.ai_providers.update(
        "local", enabled=True, api_keys=[{"id": made.api_keys[0].id}, {"api_key": "abc"}]
    )
    assert changed.enabled
    assert [key.masked for key in changed.api_keys] == ["s...t", "a...c"]
    assert [item.name for item in coder.ai_providers.list()] == ["local"]
    coder.ai_providers.delete("local")
    with pytest.raises(NotFoundError):
        coder.ai_providers.get("local")


def test_a_provider_needs_its_address(fake: FakeCoder) -> None:
    with pytest.raises(ValidationFailedError) as caught:
        fake.client().ai_providers.create(type="openai", name="local")
    assert [item.field for item in caught.value.validations] == ["base_url"]


def test_members_do_not_see_the_registries(fake: FakeCoder) -> None:
    fake.add_user("ada")
    ada = fake.client("ada")
    for call in (ada.ai_providers.list, ada.oauth2_apps.list):
        with pytest.raises(PermissionDeniedError):
            call()


def test_an_application_is_kept_with_its_secrets(fake: FakeCoder) -> None:
    coder = fake.client()
    app = coder.oauth2_apps.create(name="app", callback_url="http://127.0.0.1:9999/cb")
    assert app.endpoints.token == "https://coder.test/oauth2/tokens"
    secret = coder.oauth2_apps.create_secret(app.id)
    (shown,) = coder.oauth2_apps.secrets(app.id)
    assert secret.client_secret_full.get_secret_value().endswith(shown.client_secret_truncated)
    assert len(shown.client_secret_truncated) == 6
    coder.oauth2_apps.delete_secret(app.id, shown.id)
    assert coder.oauth2_apps.secrets(app.id) == []
    changed = coder.oauth2_apps.update(app.id, name="new", callback_url=app.callback_url)
    assert coder.oauth2_apps.get(app.id) == changed
    coder.oauth2_apps.delete(app.id)
    assert coder.oauth2_apps.list() == []
    with pytest.raises(NotFoundError, match="OAuth2 application not found"):
        coder.oauth2_apps.delete(app.id)


def test_no_code_is_worth_a_token(fake: FakeCoder) -> None:
    with pytest.raises(APIStatusError) as caught:
        fake.client().request("POST", "/oauth2/revoke", body={})
    assert caught.value.status == 401


def test_a_skill_is_called_as_its_content_says(fake: FakeCoder) -> None:
    coder = fake.client()
    made = coder.skills.create("me", content=SKILL)
    assert (made.name, made.description) == ("deploy", "How to deploy")
    changed = SKILL.replace("How to", "When to")
    assert coder.skills.update("me", "deploy", content=changed).description == "When to deploy"
    assert coder.skills.get("me", "deploy").content == changed
    assert [skill.name for skill in coder.skills.list("me")] == ["deploy"]
    with pytest.raises(BadRequestError, match="Invalid skill content"):
        coder.skills.create("me", content="no frontmatter")
    coder.skills.delete("me", "deploy")
    assert coder.skills.list("me") == []


def test_skills_of_others_are_hidden(fake: FakeCoder) -> None:
    fake.add_user("ada")
    fake.add_user("ben")
    with pytest.raises(NotFoundError):
        fake.client("ada").skills.list("ben")


def test_a_call_by_another_host_name_is_sent_to_the_front() -> None:
    with FakeCoder(redirect_to_access_url=True) as fake, fake.serve() as url:
        with Client(url, token=fake.token_for()) as coder:
            assert coder.users.get("me").username == "admin"
        other = url.replace("127.0.0.1", "localhost")
        with Client(other, token=fake.token_for()) as coder:
            with pytest.raises(RedirectError) as caught:
                coder.users.get("me")
            assert coder.request("GET", "/healthz", into=str) == "OK"
        assert caught.value.to_url.rstrip("/") == url


def test_only_addresses_of_applications_are_led_to(fake: FakeCoder) -> None:
    fake.set_app_host("*.apps.coder.test")
    coder = fake.client()
    path = "/api/v2/applications/reconnecting-pty-signed-token"
    agent = "38b314ec-82a4-4f07-8201-85b565e66152"
    good = {"url": "wss://pty.apps.coder.test/pty", "agentID": agent}
    assert len(coder.request("POST", path, body=good)["signed_token"]) == 40
    with pytest.raises(BadRequestError, match="Invalid hostname in URL"):
        coder.request("POST", path, body={**good, "url": "wss://evil.test/pty"})
    with pytest.raises(BadRequestError, match="Invalid redirect_uri"):
        coder.applications.auth_redirect(redirect_uri="https://evil.test/")


def test_notifications_are_not_pushed_into_the_house(fake: FakeCoder) -> None:
    subscribe = fake.client().notifications.create_webpush_subscription
    keys = {"auth_key": "a", "p256dh_key": "b"}
    subscribe("me", endpoint="https://push.example.com/x", **keys)
    with pytest.raises(BadRequestError, match="Invalid webpush endpoint"):
        subscribe("me", endpoint="https://10.0.0.1/x", **keys)


def test_a_provisioner_key_belongs_to_its_organization(fake: FakeCoder) -> None:
    coder = fake.client()
    coder.organizations.create(name="lab")
    coder.provisioner_keys.create("lab", name="builders")
    coder.provisioner_keys.create("default", name="builders")
    coder.provisioner_keys.delete("lab", "builders")
    assert [key.name for key in coder.provisioner_keys.list("default")] == ["builders"]
    with pytest.raises(ConflictError):
        coder.provisioner_keys.create("default", name="Builders")


def test_a_proxy_is_a_region(fake: FakeCoder) -> None:
    coder = fake.client()
    made = coder.workspace_proxies.create(name="paris", display_name="Paris", icon="/paris.png")
    assert made.proxy_token.get_secret_value().startswith(str(made.proxy.id))
    assert made.proxy.status is not None
    assert (made.proxy.status.status, made.proxy.healthy) == ("unregistered", False)
    assert [item.name for item in coder.workspace_proxies.list().regions] == ["primary", "paris"]
    assert [item.name for item in coder.workspace_proxies.regions().regions] == ["primary", "paris"]
    assert coder.workspace_proxies.get("paris") == coder.workspace_proxies.get(made.proxy.id)
    fake.add_user("ada")
    ada = fake.client("ada")
    assert [item.name for item in ada.workspace_proxies.regions().regions] == ["primary"]
    with pytest.raises(NotFoundError):
        ada.workspace_proxies.list()


def test_a_proxy_is_renamed_gets_another_token_and_goes(fake: FakeCoder) -> None:
    coder = fake.client()
    made = coder.workspace_proxies.create(name="paris", display_name="Paris", icon="").proxy
    fields = {"id": made.id, "display_name": "Lyon", "icon": ""}
    changed = coder.workspace_proxies.update(made.id, name="lyon", **fields)
    assert (changed.proxy.name, changed.proxy.display_name) == ("lyon", "Lyon")
    assert changed.proxy_token.get_secret_value() == ""
    again = coder.workspace_proxies.update("lyon", name="lyon", regenerate_token=True, **fields)
    assert again.proxy_token.get_secret_value().startswith(str(made.id))
    with pytest.raises(ConflictError):
        coder.workspace_proxies.create(name="lyon", display_name="", icon="")
    with pytest.raises(ValidationFailedError):
        coder.workspace_proxies.create(name="primary", display_name="", icon="")
    coder.workspace_proxies.delete("lyon")
    with pytest.raises(NotFoundError):
        coder.workspace_proxies.get("lyon")


@pytest.mark.parametrize("edition", ["agpl", "enterprise-unlicensed"])
def test_neither_is_there_without_a_license(edition: Edition) -> None:
    with FakeCoder(edition=edition) as fake:
        coder = fake.client()
        for call in (coder.workspace_proxies.list, lambda: coder.provisioner_keys.list("default")):
            with pytest.raises(FeatureUnavailableError):
                call()
        assert [item.name for item in coder.workspace_proxies.regions().regions] == ["primary"]
