"""Ways in, walked in a browser: by a code to the phone, with an app as second step, by a passkey alone."""

import random
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from gis_core.city import DEMO_CITY
from tests.accessibility import violations
from tests.conftest import Served, follow
from tests.map_ui.one_time_codes import shown_by_the_app
from tests.stories.conftest import DESK, PHONE, Town, accounts_of, seen, sign_in, walked

pytestmark = [pytest.mark.story, pytest.mark.browser]


@pytest.fixture(scope="module")
def strict_town(demo_city_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The demo city, whose municipal staff needs a second step of signing in."""
    folder = tmp_path_factory.mktemp("strict")
    text = DEMO_CITY.read_text(encoding="utf-8")
    strict = text.replace("second_factor_roles = []", 'second_factor_roles = ["municipal_staff"]')
    assert strict != text
    (folder / "city.toml").write_text(strict, encoding="utf-8")
    with walked(demo_city_template, folder, str(folder / "city.toml")) as served:
        served.manage("demo_accounts")
        yield Town(served, accounts_of(folder / "secrets" / "demo_accounts_demo.json"))


def window_on(chromium, served: Served, size: tuple[int, int], *, host: str = "127.0.0.1"):
    """A page, and the list in which troubles of its scripts and its policy are gathered."""
    context = chromium.new_context(
        base_url=served.url.replace("127.0.0.1", host),
        viewport={"width": size[0], "height": size[1]},
        locale="fa-IR",
        has_touch=size == PHONE,
        reduced_motion="reduce",
    )
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    return page, troubles


def nothing_in_the_way(page) -> None:
    """Everybody can use this page: rules of WCAG, and nothing beside the screen."""
    page.wait_for_load_state()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desktop", "phone"])
def test_a_citizen_opens_an_account_and_comes_back_by_a_code(chromium, demo_city, size):
    page, troubles = window_on(chromium, demo_city, size)
    number = f"0912{random.randrange(10**7):07d}"
    page.goto("/sign-in/")
    seen(page, "80-sign-in")
    nothing_in_the_way(page)
    follow(page, 'a[href^="/sign-up/"]')
    page.fill("#id_full_name", "مینا کاظمی")
    page.fill("#id_phone", number)
    page.fill("#id_national_code", "1234567890")
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-invalid=true]")
    seen(page, "81-wrong-code-of-a-person")
    nothing_in_the_way(page)
    page.fill("#id_national_code", "۰۴۹۹۳۷۰۸۹۹")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_code")
    seen(page, "82-which-code")
    nothing_in_the_way(page)
    assert number[:8] not in page.content()
    page.fill("#id_code", demo_city.code_sent_to(number))
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/requests/")
    page.goto("/account/")
    seen(page, "83-account")
    nothing_in_the_way(page)
    follow(page, 'form[action="/sign-out/"] button')
    page.goto("/my/requests/")
    page.fill("#id_phone", number)
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_code")
    page.fill("#id_code", "۰")
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-invalid=true]")
    page.fill("#id_code", demo_city.code_sent_to(number))
    page.keyboard.press("Enter")
    page.wait_for_url("**/my/requests/")
    assert [trouble for trouble in troubles if "400" not in trouble] == []


def test_an_officer_who_needs_a_second_step_reaches_the_desk_only_with_it(chromium, strict_town):
    name, password = strict_town.accounts["municipal_staff"]
    page, troubles = window_on(chromium, strict_town.served, DESK)
    sign_in(page, name, password)
    page.goto("/desk/")
    page.wait_for_url("**/account/")
    seen(page, "84-role-waits")
    nothing_in_the_way(page)
    follow(page, 'a[href="/account/app/"]')
    page.fill("#id_password", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/app/")
    seen(page, "85-app")
    nothing_in_the_way(page)
    expect(page.locator(".totp-picture")).not_to_have_js_property("naturalWidth", 0)
    secret = page.inner_text(".totp-secret")
    page.fill("#id_code", shown_by_the_app(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/recovery-codes/")
    seen(page, "86-recovery-codes")
    nothing_in_the_way(page)
    recovery = page.locator(".recovery-codes bdi").first.inner_text()
    page.goto("/desk/")
    expect(page.locator(".desk-head")).to_be_visible()

    other, _ = window_on(chromium, strict_town.served, PHONE)
    other.goto("/desk/")
    other.fill("#username", name)
    other.fill("#password", password)
    other.keyboard.press("Enter")
    other.wait_for_url("**/sign-in/second/")
    seen(other, "87-second-step")
    nothing_in_the_way(other)
    other.fill("#id_code", recovery)
    other.keyboard.press("Enter")
    other.wait_for_url("**/desk/")
    assert troubles == []


def test_a_passkey_lets_in_alone(chromium, town):
    page, troubles = window_on(chromium, town.served, DESK, host="localhost")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    # An account that no other story signs in with: from here on it asks for a second step.
    sign_in(page, *town.accounts["auditor"])
    page.goto("/account/passkeys/add/")
    page.fill("#id_password", town.accounts["auditor"][1])
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/passkeys/add/")
    page.fill("#passkey-name", "گوشی")
    seen(page, "88-passkey")
    nothing_in_the_way(page)
    page.click(".passkey button")
    page.wait_for_url("**/account/recovery-codes/")
    page.goto("/account/")
    expect(page.locator("main")).to_contain_text("گوشی")
    follow(page, 'form[action="/sign-out/"] button')
    page.goto("/sign-in/")
    page.click(".passkey button")
    page.wait_for_url("**/audit/")
    assert troubles == []
