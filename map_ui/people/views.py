"""The way in and out: by password, by code to the phone or by passkey; opening an account; one's account."""

from http import HTTPStatus
from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from allauth.account.internal.stagekit import clear_login
from allauth.account.views import (
    ChangePhoneView,
    ConfirmLoginCodeView,
    LoginView,
    RequestLoginCodeView,
    SignupView,
    _VerifyPhoneChangeView,
    _VerifyPhoneSignupView,
)
from allauth.mfa.base.views import IndexView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.contrib import messages
from django.contrib.auth import logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gis_core import contacts, short_messages
from gis_core.models import Role
from gis_core.personal_data import masked
from map_ui.people.forms import SignInForm
from map_ui.people.second_factor import lacks_second_factor, remember


class WrongIsBad:
    """A form that is wrong answers 400, and 429 when the trouble is too many tries."""

    def form_invalid(self, form: Form) -> HttpResponse:
        """The form again, with what is wrong."""
        response = super().form_invalid(form)
        if response.status_code == HTTPStatus.OK:
            codes = {error.code for errors in form.errors.as_data().values() for error in errors}
            waits = bool(codes & {"too_many_login_attempts", "rate_limited"})
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS if waits else HTTPStatus.BAD_REQUEST
        return response


class Door:
    """The page with every way in; `form` asks for the password, `code_form` for a number."""

    template_name = "people/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Both forms, whichever of them was sent."""
        context = super().get_context_data(**kwargs)
        context["stays_here"] = short_messages.stays_here()
        return context


class SignIn(WrongIsBad, Door, LoginView):
    """By user name and password, or by passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The other form beside this one."""
        return {"code_form": RequestLoginCodeForm(), **super().get_context_data(**kwargs)}


class AskCode(WrongIsBad, Door, RequestLoginCodeView):
    """Send a code to the number."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """This form as the one of the number, the other beside it."""
        context = super().get_context_data(**kwargs)
        return context | {"code_form": context["form"], "form": SignInForm(request=self.request)}


class ConfirmCode(WrongIsBad, ConfirmLoginCodeView):
    """The code that was sent; the third wrong one makes it void."""

    template_name = "people/code.html"

    def form_invalid(self, form: Form) -> HttpResponse:
        """The page again as long as tries are left."""
        response = super().form_invalid(form)
        if response.status_code == HTTPStatus.FOUND:
            _only_message(self.request, _("Three wrong codes: that code is void. Ask for a new one."))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The number as it is shown."""
        return super().get_context_data(**kwargs) | _of_the_code(self._process.state["phone"])


class SignUp(WrongIsBad, SignupView):
    """Open a citizen's account by proving a mobile number."""

    template_name = "people/sign_up.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether short messages go anywhere."""
        return super().get_context_data(**kwargs) | {"stays_here": short_messages.stays_here()}


class NewMobile(WrongIsBad, _VerifyPhoneSignupView):
    """The code that proves the number of a new account."""

    template_name = "people/code.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The number as it is shown."""
        return super().get_context_data(**kwargs) | _of_the_code(self.process.phone)


class OtherMobile(WrongIsBad, _VerifyPhoneChangeView):
    """The code that proves another number of a person who has signed in."""

    template_name = "people/code.html"

    def respond_process_succeeded(self, form: Form) -> HttpResponse:
        """Back to the account."""
        return redirect("mfa_index")

    def respond_process_failed(self, form: Form) -> HttpResponse:
        """Back to the account: the old number stays."""
        messages.error(self.request, _("Three wrong codes: the number was not changed."))
        return redirect("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The number as it is shown."""
        return super().get_context_data(**kwargs) | _of_the_code(self.process.phone)


class ChangeMobile(WrongIsBad, ChangePhoneView):
    """Another number for the codes."""

    template_name = "people/number.html"


class SetsUpSecondStep:
    """Who has just set up a second step has shown it."""

    def form_valid(self, form: Form) -> HttpResponse:
        """Keep it, and let the roles hold that waited for it."""
        response = super().form_valid(form)
        remember(self.request, self.request.user)
        return response


class SetUpApp(WrongIsBad, SetsUpSecondStep, ActivateTOTPView):
    """An app with codes as second step."""

    template_name = "people/app.html"


class AddPasskey(WrongIsBad, SetsUpSecondStep, AddWebAuthnView):
    """A passkey as second step, or as the only one."""

    template_name = "people/passkey_add.html"


class Account(IndexView):
    """One's own account: roles, number, ways of signing in, the way out."""

    template_name = "people/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows."""
        mobile = contacts.mobile_of(self.request.user)
        return super().get_context_data(**kwargs) | {
            "roles": [(Role(grant.role).label, grant) for grant in self.request.scope.grants],
            "waiting": lacks_second_factor(self.request),
            "roles_waiting": [Role(role).label for role in getattr(self.request, "roles_waiting", ())],
            "mobile": masked(mobile[0]) if mobile and mobile[1] else "",
        }


@never_cache
def prove_mobile(request: HttpRequest) -> HttpResponse:
    """The code that proves a number: of a new account, or another number of one's own."""
    view = OtherMobile if request.user.is_authenticated else NewMobile
    return view.as_view()(request)


@require_POST
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Leave a half-done way in and begin anew; what else the session holds stays."""
    clear_login(request)
    return redirect("account_login")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Asks once, then signs out; a link alone signs nobody out."""
    if request.method == "POST":
        logout(request)
        return redirect("home")
    return redirect("mfa_index")


def _of_the_code(phone: str) -> dict[str, Any]:
    return {"mobile": masked(phone), "stays_here": short_messages.stays_here()}


def _only_message(request: HttpRequest, sentence: str) -> None:
    """Say this in place of what was to be said."""
    list(messages.get_messages(request))
    messages.error(request, sentence)
