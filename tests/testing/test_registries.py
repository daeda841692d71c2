"""Nouns of the deployment that are only kept: AI providers, OAuth2 applications, skills."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coder_sdk import (
    APIStatusError,
    BadRequestError,
    Client,
    NotFoundError,
    PermissionDeniedError,
    RedirectError,
    ValidationFailedError,
)
from coder_sdk.testing import FakeCoder

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
