"""Signing in and proving it again: the institution first, one narrow column, each step in the person's language."""

import pytest
from django.test import Client

from accounts.models import Organisation, User
from tests.people import make_person, sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "a long sentence for tests"


@pytest.fixture
def basma_with_password(rabita: Organisation) -> User:
    return make_person("Basma", ["reviewer"], rabita, password=PASSWORD)


def test_sign_in_names_the_institution_and_offers_a_passkey(client: Client, rabita: Organisation) -> None:
    html = client.get("/account/login/").content.decode()
    assert "رابطة العلماء" in html
    assert "ادخل بمفتاح المرور" in html
    assert "لا تسجيل" not in html


def test_there_is_no_open_registration(client: Client, rabita: Organisation) -> None:
    html = client.get("/account/signup/").content.decode()
    assert "الدخول بدعوة" in html
    assert '<input type="password"' not in html


def test_a_right_password_leads_to_the_second_step(client: Client, basma_with_password: User) -> None:
    answer = client.post("/account/login/", {"login": basma_with_password.email, "password": PASSWORD}, follow=True)
    html = answer.content.decode()
    assert "كلمة السر صحيحة" in html
    assert 'autocomplete="one-time-code"' in html
    assert "لستُ أنا" in html


def test_a_wrong_password_keeps_the_address_and_says_so(client: Client, basma_with_password: User) -> None:
    answer = client.post("/account/login/", {"login": basma_with_password.email, "password": "wrong"})
    html = answer.content.decode()
    assert basma_with_password.email in html
    assert 'role="alert"' in html


def test_proving_it_again_shows_what_will_be_signed(client: Client, bob: User) -> None:
    sign_in(client, bob)
    session = client.session
    session["confirming"] = {"next": "/review/7/", "what": "النسخة 4", "role": "مراجع", "digest": "7f3a91c4" + "0" * 56}
    session.save()
    html = client.get("/account/2fa/reauthenticate/?next=/review/7/").content.decode()
    assert "النسخة 4" in html
    assert "7f3a 91c4" in html
    assert "النسخة 4" not in client.get("/account/2fa/reauthenticate/?next=/elsewhere/").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/account/2fa/",
        "/account/2fa/recovery-codes/generate/",
        "/account/2fa/totp/deactivate/",
        "/account/2fa/webauthn/",
        "/account/2fa/webauthn/add/",
        "/account/email/",
        "/account/logout/",
        "/account/password/reset/",
        "/account/password/reset/done/",
        "/account/password/reset/key/done/",
        "/account/confirm-email/",
        "/account/inactive/",
    ],
)
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_each_page_of_ones_account_renders(client: Client, bob: User, path: str, language: str) -> None:
    bob.language = language
    bob.save()
    answer = sign_in(client, bob).get(path)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert f'lang="{language}"' in html
    assert "style=" not in html


def test_setting_up_the_app_shows_the_square_and_the_key(client: Client, nadia: User) -> None:
    client.force_login(nadia)
    html = client.get("/account/2fa/totp/activate/", follow=True).content.decode()
    assert 'class="qr" src="data:image/svg+xml;base64,' in html or "أثبت أنك أنت" in html
