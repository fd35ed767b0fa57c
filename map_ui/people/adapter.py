"""Tells allauth how Pelak does it: where numbers lie, who carries codes, what is said, where to go next."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from gis_core import contacts, short_messages
from gis_core.models import Role, User
from gis_core.personal_data import seal, unseal
from map_ui.people.fields import MobileField
from map_ui.people.second_factor import lacks_second_factor
from map_ui.wording import in_language

#: Where each role begins its day.
DOORS = (
    (Role.INSPECTOR, "inspector"),
    (Role.DISPATCHER, "dispatch"),
    (Role.PLANNER, "plans"),
    (Role.PLAN_APPROVER, "plans"),
    (Role.SUPERVISOR, "overview"),
    (Role.AUDITOR, "audit-book"),
    (Role.ADMINISTRATOR, "administration"),
    (Role.TECHNICAL_OFFICER, "desk"),
    (Role.FOLLOW_UP_OFFICER, "desk"),
    (Role.OFFICE_MANAGER, "desk"),
    (Role.DETAILED_PLAN_DESK, "desk"),
    (Role.MUNICIPAL_STAFF, "desk"),
    (Role.AGENCY, "desk"),
)
WRONG_PASSWORD = gettext_lazy("Name and password do not belong together. Look at both again.")
WRONG_CODE = gettext_lazy("This is not the code that was sent. Look at it again.")
TOO_OFTEN = gettext_lazy("Too many tries. Wait a few minutes, then try again.")
#: What is said after a step, by allauth's name of the message; of the rest nothing is said.
SAID = {
    "account/messages/phone_verified.txt": gettext_noop("The number is yours now."),
    "mfa/messages/totp_activated.txt": gettext_noop("The app is asked for its code from now on."),
    "mfa/messages/totp_deactivated.txt": gettext_noop("The app is no longer asked for a code."),
    "mfa/messages/webauthn_added.txt": gettext_noop("The passkey is kept."),
    "mfa/messages/webauthn_removed.txt": gettext_noop("The passkey is removed."),
    "mfa/messages/recovery_codes_generated.txt": gettext_noop(
        "Recovery codes were made; any older ones are void."
    ),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts: numbers sealed and found by their index, codes by short message, Pelak's words."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": gettext_lazy("This account is closed. Ask the administrator."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": gettext_lazy("This is not your password."),
        "invalid_login": WRONG_PASSWORD,
        "phone_password_mismatch": WRONG_PASSWORD,
        "username_password_mismatch": WRONG_PASSWORD,
        "phone_taken": gettext_lazy("This number belongs to another account."),
        "same_as_current": gettext_lazy("This is the number you have already."),
        "too_many_login_attempts": TOO_OFTEN,
        "rate_limited": TOO_OFTEN,
    }

    def save_user(self, request: HttpRequest, user: User, form: Form, commit: bool = True) -> User:
        """A citizen's account: a name to be called by, a number to prove; nobody sees the user name."""
        contacts.forget_unproved()
        user.full_name = " ".join(form.cleaned_data["full_name"].split())
        super().save_user(request, user, form, commit)
        if form.cleaned_data.get("national_code"):
            contacts.keep_national_code(user, form.cleaned_data["national_code"])
        return user

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """A user name that says nothing about the person."""
        user.username = user.username or f"citizen-{get_random_string(12).lower()}"

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where the person's role begins its day."""
        if lacks_second_factor(request):
            return reverse("mfa_index")
        roles = request.scope.roles
        return reverse(next((door for role, door in DOORS if role in roles), "requests-mine"))

    get_signup_redirect_url = get_login_redirect_url

    def is_safe_url(self, url: str) -> bool:
        """Only pages of our own are gone to."""
        return bool(url) and url.startswith("/") and super().is_safe_url(url)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say what `SAID` has for a message of allauth's, and what it gives as a sentence."""
        message = kwargs.pop("message", None)
        template = kwargs.pop("message_template", None) or (args[0] if args else None)
        told = message or (_(SAID[template]) if template in SAID else None)
        if told:
            super().add_message(request, level, message=told)

    def phone_form_field(self, **kwargs: Any) -> MobileField:
        """A mobile number by the city's validator."""
        return MobileField(**kwargs)

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        """Keep the number, as a claim or as proved."""
        (contacts.prove_mobile if verified else contacts.claim_mobile)(user, phone)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The number and whether it is proved."""
        return contacts.mobile_of(user)

    def set_phone_verified(self, user: User, phone: str) -> None:
        """The code was right: the number is this person's."""
        contacts.prove_mobile(user, phone)

    def get_user_by_phone(self, phone: str) -> User | None:
        """Whose number it is."""
        return contacts.holder_of(phone)

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        """Send the code."""
        _send(phone, gettext_noop("Your code: %(code)s. Give it to nobody."), code=code)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Tell the owner of a number without an account, instead of the person at the page."""
        sentence = gettext_noop("No account has this number. Open one: %(url)s")
        _send(phone, sentence, url=_address("account_signup"))

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Tell the owner of the number that there is an account already."""
        sentence = gettext_noop("This number has an account. Sign in: %(url)s")
        _send(phone, sentence, url=_address("account_login"))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets sealed, their names Pelak's."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": WRONG_CODE}

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return unseal(encrypted_text.encode())

    def get_totp_issuer(self) -> str:
        """The name that the app on the phone shows."""
        return f"{_('Pelak')} {_city_name()}"

    def _get_site_name(self) -> str:
        return self.get_totp_issuer()

    def _get_user_identifier(self, user: User) -> str:
        return str(user)

    def generate_authenticator_name(self, user: User, type: str) -> str:
        """A first name for a passkey."""
        return _("Passkey")


def _send(phone: str, sentence: str, **values: str) -> None:
    short_messages.send(phone, f"{_('Pelak')} {_city_name()}\n{_(sentence) % values}")


def _address(name: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name)}"


def _city_name() -> str:
    return in_language(settings.CITY.name_fa, settings.CITY.name_en)
