"""Forms of signing in: allauth's, with Pelak's fields and words."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, LoginForm, SignupForm, VerifyPhoneForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy

from gis_core import contacts
from map_ui.people.fields import CodeField, NationalCodeField


class SignInForm(LoginForm):
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = gettext_lazy("User name")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "maxlength": "150"}
        self.fields["password"].label = gettext_lazy("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)

    def _setup_password_field(self) -> None:
        """The password stays, although citizens open their accounts without one."""


class SignUpForm(SignupForm):
    """A citizen's account: a name to be called by, a mobile number, the national code if the city asks it."""

    full_name = forms.CharField(
        label=gettext_lazy("Your name"),
        min_length=3,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("full_name", "phone", "national_code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].required = True
        if contacts.asks_national_code():
            self.fields["national_code"] = NationalCodeField()
            self.order_fields(self.field_order)


class CodeFormMixin(forms.Form):
    """A form that asks for a code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = CodeField()


class SignInCodeForm(CodeFormMixin, ConfirmLoginCodeForm):
    """The code that was sent for signing in."""


class MobileCodeForm(CodeFormMixin, VerifyPhoneForm):
    """The code that proves a number."""


class SecondStepForm(CodeFormMixin, AuthenticateForm):
    """The code of the app, or a recovery code, while signing in."""


class SecondStepAgainForm(CodeFormMixin, ReauthenticateForm):
    """The same before something delicate is changed."""


class AppCodeForm(CodeFormMixin, ActivateTOTPForm):
    """The first code of an app that is being set up."""
