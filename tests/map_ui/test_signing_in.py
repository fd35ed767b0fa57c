"""Ways in: by password, by a code to the phone, with a second step where a role needs one."""

import base64
import dataclasses
import json
import re
from datetime import timedelta

import pytest
import shapely
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from gis_core import contacts
from gis_core.models import Contact, Role, User
from gis_core.startup import UnfitCity, refuse_unknown_roles
from parcels.inspections.models import Inspector
from tests.builders import ORIGIN, geos
from tests.map_ui.one_time_codes import shown_by_the_app
from tests.parcels.service_requests.situations import someone

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
NUMBER = "09131234567"
MINA = {"full_name": "مینا کاظمی", "phone": "۰۹۱۳ ۱۲۳ ۴۵۶۷", "national_code": "۰۴۹۹۳۷۰۸۹۹"}


@pytest.fixture(autouse=True)
def sent(settings, tmp_path):
    """What was sent by short message, the oldest first; limits of other tests are forgotten."""
    cache.clear()
    settings.SMS_CARRIER, settings.SMS_FILE = "file", tmp_path / "sms.jsonl"

    def messages() -> list[str]:
        path = settings.SMS_FILE
        return [json.loads(line)["text"] for line in path.read_text().splitlines()] if path.exists() else []

    return messages


def code_in(text: str) -> str:
    return re.search(r"\b\d{6}\b", text)[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def signed_up(sent, **changed) -> Client:
    """A citizen who has just opened an account."""
    client = Client()
    client.post("/sign-up/", MINA | changed)
    client.post("/sign-up/number/", {"code": code_in(sent()[-1])})
    return client


def with_password(user: User, client: Client | None = None) -> Client:
    client = client or Client()
    client.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    return client


# by password


def test_signing_in_leads_to_ones_desk_and_never_to_another_site():
    someone("dispatcher", "d1")
    typed = {"login": "d1", "password": PASSWORD}
    assert Client().post("/sign-in/", typed)["Location"] == "/dispatch/"
    assert Client().post("/sign-in/?next=https://evil.example/", typed)["Location"] == "/dispatch/"
    assert Client().post("/sign-in/?next=/offices/", typed)["Location"] == "/offices/"


@pytest.mark.parametrize("role", Role.values)
def test_each_role_finds_an_open_door_after_signing_in(role):
    user = someone(role, "somebody")
    if role == Role.INSPECTOR:
        Inspector.objects.create(user=user, code="7", start=geos(shapely.Point(ORIGIN)))
    client = Client()
    door = client.post("/sign-in/", {"login": "somebody", "password": PASSWORD})["Location"]
    assert client.get(door).status_code == 200


def test_too_many_wrong_passwords_have_to_wait():
    someone("citizen", "c1")
    client = Client()
    answers = [client.post("/sign-in/", {"login": "c1", "password": "x"}).status_code for _ in range(9)]
    assert answers[0] == 400
    assert answers[-1] == 429
    right = client.post("/sign-in/", {"login": "c1", "password": PASSWORD})
    assert right.status_code == 429


def test_a_name_that_nobody_has_is_told_the_same_as_a_wrong_password():
    someone("citizen", "c1")
    pages = [
        Client().post("/sign-in/", {"login": name, "password": "x"}).content.decode() for name in ("c1", "c2")
    ]
    there, not_there = (re.sub(r'(name="csrfmiddlewaretoken" )?value="[^"]*"', "", page) for page in pages)
    assert there == not_there


def test_a_closed_account_is_shown_the_door():
    user = someone("citizen", "c1")
    User.objects.filter(pk=user.pk).update(is_active=False)
    client = with_password(user)
    assert client.get("/my/requests/")["Location"].startswith("/sign-in/")


def test_a_link_signs_nobody_out():
    client = with_password(someone("citizen"))
    client.get("/sign-out/")
    assert client.get("/my/requests/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/my/requests/")["Location"].startswith("/sign-in/")


# by a code to the phone


def test_a_citizen_opens_an_account_by_a_code_and_is_led_on(sent):
    client = Client()
    asked = client.post("/sign-up/?next=/services/", MINA)
    assert asked["Location"] == "/sign-up/number/"
    assert client.get("/my/requests/").status_code == 302
    assert client.post("/sign-up/number/", {"code": code_in(sent()[-1])})["Location"] == "/services/"
    user = User.objects.get(full_name="مینا کاظمی")
    assert list(user.grants.values_list("role", flat=True)) == ["citizen"]
    assert contacts.holder_of(NUMBER) == user
    assert "مینا کاظمی" in client.get("/account/").content.decode()


def test_a_citizen_signs_in_by_a_code_in_persian_digits(sent):
    signed_up(sent)
    client = Client()
    client.post("/sign-in/code/?next=/my/requests/", {"phone": "۰۹۱۳۱۲۳۴۵۶۷"})
    code = code_in(sent()[-1]).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    answer = client.post("/sign-in/code/confirm/?next=/my/requests/", {"code": f"{code[:3]} {code[3:]}"})
    assert answer["Location"] == "/my/requests/"
    assert client.get("/my/requests/").status_code == 200


def test_the_third_wrong_code_makes_it_void(sent):
    signed_up(sent)
    client = Client()
    client.post("/sign-in/code/", {"phone": NUMBER})
    code = code_in(sent()[-1])
    for _ in range(2):
        assert client.post("/sign-in/code/confirm/", {"code": wrong(code)}).status_code == 400
    assert client.post("/sign-in/code/confirm/", {"code": wrong(code)})["Location"] == "/sign-in/code/"
    assert "سه بار رمز نادرست" in client.get("/sign-in/code/").content.decode()
    client.post("/sign-in/code/confirm/", {"code": code})
    assert client.get("/my/requests/").status_code == 302


def test_a_number_that_nobody_has_is_told_the_same_as_ones_own(sent):
    signed_up(sent)
    pages = {}
    for number in (NUMBER, "09350001567"):
        client = Client()
        assert client.post("/sign-in/code/", {"phone": number})["Location"] == "/sign-in/code/confirm/"
        assert client.post("/sign-in/code/confirm/", {"code": "0"}).status_code == 400
        shown = client.get("/sign-in/code/confirm/").content.decode()
        pages[number] = re.sub(r'value="[^"]*"', "", shown)
    assert len(set(pages.values())) == 1
    assert "/sign-up/" in sent()[-1]  # only who has the phone learns it


def test_a_taken_number_opens_no_second_account_and_does_not_say_so(sent):
    signed_up(sent)
    cache.clear()
    client = Client()
    assert client.post("/sign-up/", MINA | {"full_name": "دیگری"})["Location"] == "/sign-up/number/"
    assert "/sign-in/" in sent()[-1]
    assert not User.objects.filter(full_name="دیگری").exists()
    assert client.post("/sign-up/number/", {"code": "000000"}).status_code == 400


def test_a_claim_that_nobody_proved_keeps_the_number_from_nobody(sent):
    Client().post("/sign-up/", MINA | {"full_name": "مدعی"})
    cache.clear()
    signed_up(sent)
    assert contacts.holder_of(NUMBER).full_name == MINA["full_name"]
    assert Contact.objects.count() == 1


def test_accounts_that_were_never_proved_are_forgotten_after_a_day(sent):
    Client().post("/sign-up/", MINA | {"full_name": "مدعی"})
    User.objects.filter(full_name="مدعی").update(date_joined=timezone.now() - timedelta(days=2))
    signed_up(sent, phone="09121112233")
    assert not User.objects.filter(full_name="مدعی").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"phone": "123"}, "شمارهٔ همراه"), ({"national_code": "1234567890"}, "کد ملی"), ({"full_name": ""}, "")],
)
def test_what_is_typed_wrong_is_told_and_nothing_is_sent(sent, changed, said):
    answer = Client().post("/sign-up/", MINA | changed)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert sent() == []


def test_only_a_few_codes_a_minute_are_sent_to_one_number(sent):
    signed_up(sent)
    answers = [Client().post("/sign-in/code/", {"phone": NUMBER}).status_code for _ in range(5)]
    assert answers == [302, 302, 302, 429, 429]


def test_numbers_and_codes_lie_sealed_wherever_they_lie(sent):
    signed_up(sent)
    Client().post("/sign-in/code/", {"phone": NUMBER})
    row = Contact.objects.get()
    kept = [bytes(row.mobile_encrypted), bytes(row.national_code_encrypted)]
    kept += [session.session_data.encode() for session in Session.objects.all()]
    for session in Session.objects.all():
        payload = session.session_data.split(":")[0].lstrip(".")
        kept.append(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert len(kept) >= 6
    for secret in (NUMBER, "0499370899", code_in(sent()[-1])):
        assert not any(secret.encode() in text for text in kept)


def test_another_number_is_taken_only_with_its_code(sent):
    client = signed_up(sent)
    client.post("/account/number/", {"phone": "09129998877"})
    client.post("/sign-up/number/", {"code": wrong(code_in(sent()[-1]))})
    assert contacts.holder_of("09129998877") is None
    client.post("/sign-up/number/", {"code": code_in(sent()[-1])})
    assert contacts.holder_of("09129998877").full_name == MINA["full_name"]
    assert contacts.holder_of(NUMBER) is None


def test_the_serving_role_writes_nothing_where_pelak_keeps_nothing():
    for table in ("account_emailaddress", "account_emailconfirmation"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} DEFAULT VALUES")


# the second step


def set_up_the_app(client: Client) -> str:
    """Set up the second step; gives the secret that the app keeps."""
    client.post("/account/password/?next=/account/app/", {"password": PASSWORD})
    secret = re.search(r'totp-secret">([A-Z2-7]+)<', client.get("/account/app/").content.decode())[1]
    answer = client.post("/account/app/", {"code": shown_by_the_app(secret)})
    assert answer["Location"] == "/account/recovery-codes/"
    return secret


@pytest.fixture
def staff_needs_it(settings):
    """A city whose municipal staff needs a second step."""
    settings.CITY = dataclasses.replace(
        settings.CITY, second_factor_roles=frozenset({"municipal_staff", "technical_officer"})
    )


def test_an_officer_who_needs_a_second_step_reaches_no_desk_without_it(staff_needs_it):
    officer = someone("municipal_staff")
    client = Client()
    first = client.post("/sign-in/?next=/desk/", {"login": officer.username, "password": PASSWORD})
    assert client.get(first["Location"])["Location"] == "/account/"
    assert "گام دوم" in client.get("/account/").content.decode()
    set_up_the_app(client)
    assert client.get("/desk/").status_code == 200


def test_next_time_the_password_alone_lets_the_officer_nowhere(staff_needs_it):
    officer = someone("municipal_staff")
    secret = set_up_the_app(with_password(officer))
    client = Client()
    first = client.post("/sign-in/", {"login": officer.username, "password": PASSWORD})
    assert first["Location"] == "/sign-in/second/"
    assert client.get("/desk/")["Location"].startswith("/sign-in/")
    client.post("/sign-in/second/", {"code": wrong(shown_by_the_app(secret))})
    assert client.get("/desk/")["Location"].startswith("/sign-in/")
    cache.clear()  # a code of an app holds once; the next one comes in half a minute
    assert client.post("/sign-in/second/", {"code": shown_by_the_app(secret)})["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_a_recovery_code_lets_in_once(staff_needs_it):
    officer = someone("municipal_staff")
    known = with_password(officer)
    set_up_the_app(known)
    code = re.search(r'<li><bdi dir="ltr">(\w+)<', known.get("/account/recovery-codes/").content.decode())[1]
    client = with_password(officer)
    assert client.post("/sign-in/second/", {"code": code})["Location"] == "/desk/"
    again = with_password(officer)
    again.post("/sign-in/second/", {"code": code})
    assert again.get("/desk/").status_code == 302


def test_a_session_from_before_does_not_share_the_second_step(staff_needs_it):
    officer = someone("municipal_staff")
    earlier = with_password(officer)
    set_up_the_app(with_password(officer))
    assert earlier.get("/desk/")["Location"] == "/account/"


def test_without_any_second_step_left_the_role_waits_again(staff_needs_it):
    client = with_password(someone("municipal_staff"))
    set_up_the_app(client)
    client.post("/account/app/remove/")
    assert client.get("/desk/")["Location"] == "/account/"


def test_programs_are_told_by_a_code_that_the_role_waits(staff_needs_it):
    officer = with_password(someone("technical_officer"))
    assert officer.get("/api/visits/mine/").json()["code"] == "SECOND_STEP_NEEDED"


def test_a_waiting_role_files_nothing_on_behalf_of_others(staff_needs_it, rf):
    from gis_core.access import allowed
    from map_ui.people.second_factor import scope_asking

    request = rf.get("/")
    request.user, request.session = someone("technical_officer"), {}
    assert not allowed(scope_asking(request), "file_on_behalf")
    request.session["second_factor_of"] = request.user.pk
    assert allowed(scope_asking(request), "file_on_behalf")


def test_what_one_person_showed_counts_for_nobody_else(staff_needs_it, rf):
    from map_ui.people.second_factor import scope_asking

    request = rf.get("/")
    request.user, request.session = someone("municipal_staff"), {}
    request.session["second_factor_of"] = someone("municipal_staff").pk
    assert scope_asking(request).roles == frozenset()


def test_ways_in_change_only_after_the_password_is_shown_again():
    client = with_password(someone("citizen"))
    for address in ("/account/app/", "/account/passkeys/add/", "/account/recovery-codes/new/"):
        assert client.get(address)["Location"].startswith("/account/password/")


def test_a_misspelt_role_is_refused_before_anything_is_served(settings):
    settings.CITY = dataclasses.replace(settings.CITY, second_factor_roles=frozenset({"municipal_stuff"}))
    with pytest.raises(UnfitCity, match="municipal_stuff"):
        refuse_unknown_roles()


def test_the_secret_of_the_app_lies_sealed():
    secret = set_up_the_app(with_password(someone("citizen")))
    assert secret not in json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
