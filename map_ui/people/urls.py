"""
Addresses of signing in and out and of one's account.

The names are those by which allauth finds its own pages; what is not named here is not offered.
"""

from allauth.account.views import AccountInactiveView, ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as SecondStepAgainView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django.urls import path, reverse_lazy

from map_ui.people import views

again = "people/again.html"
removal = {"template_name": "people/passkey_remove.html", "success_url": reverse_lazy("mfa_index")}

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="account_login"),
    path("sign-in/code/", views.AskCode.as_view(), name="account_request_login_code"),
    path("sign-in/code/confirm/", views.ConfirmCode.as_view(), name="account_confirm_login_code"),
    path("sign-in/passkey/", LoginWebAuthnView.as_view(), name="mfa_login_webauthn"),
    path(
        "sign-in/second/",
        AuthenticateView.as_view(template_name="people/second_step.html"),
        name="mfa_authenticate",
    ),
    path(
        "sign-in/closed/",
        AccountInactiveView.as_view(template_name="people/closed.html"),
        name="account_inactive",
    ),
    path("sign-in/again/", views.sign_in_again, name="sign-in-again"),
    path("sign-up/", views.SignUp.as_view(), name="account_signup"),
    path("sign-up/number/", views.prove_mobile, name="account_verify_phone"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/", views.Account.as_view(), name="mfa_index"),
    path("account/number/", views.ChangeMobile.as_view(), name="account_change_phone"),
    path("account/password/", ReauthenticateView.as_view(template_name=again), name="account_reauthenticate"),
    path("account/code/", SecondStepAgainView.as_view(template_name=again), name="mfa_reauthenticate"),
    path(
        "account/passkey/",
        ReauthenticateWebAuthnView.as_view(template_name=again),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/app/", views.SetUpApp.as_view(), name="mfa_activate_totp"),
    path(
        "account/app/remove/",
        DeactivateTOTPView.as_view(template_name="people/app_remove.html"),
        name="mfa_deactivate_totp",
    ),
    path(
        "account/recovery-codes/",
        ViewRecoveryCodesView.as_view(template_name="people/recovery_codes.html"),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/recovery-codes/new/",
        GenerateRecoveryCodesView.as_view(template_name="people/recovery_codes_new.html"),
        name="mfa_generate_recovery_codes",
    ),
    path("account/passkeys/add/", views.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "account/passkeys/<int:pk>/remove/", RemoveWebAuthnView.as_view(**removal), name="mfa_remove_webauthn"
    ),
]
