"""Settings shared by every place; each switch is an environment variable explained in `.env.example`."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from gis_core.city import city_path, read_city
from gis_core.settings.database import database, secret

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("PELAK_VAR", BASE_DIR / "var"))
CITY = read_city(city_path())
DEBUG = os.environ.get("PELAK_DEBUG") == "1"
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", urlsplit(PUBLIC_URL).hostname]
ALLOWED_HOSTS += [name for name in os.environ.get("ALLOWED_HOSTS", "").split(",") if name]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECRET_KEY = secret("SECRET_KEY", VAR)
PERSONAL_DATA_KEYS = secret("PERSONAL_DATA_KEYS", VAR).split(",")  # the first seals, all of them open

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "rest_framework",
    "rest_framework_gis",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "gis_core",
    "layers",
    "layers.zoning",
    "layers.network",
    "layers.offices",
    "parcels",
    "parcels.records",
    "parcels.fees",
    "parcels.service_requests",
    "parcels.inspections",
    "parcels.city_wide",
    "map_ui",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "map_ui.middleware.AccessMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "map_ui.content_policy.ContentPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "gis_core.urls"
WSGI_APPLICATION = "gis_core.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Who changed what: looking changes nothing, so only these methods say whose they are.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

DATABASES = {"default": database(os.environ.get("DATABASE_URL"), CITY.database_name)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "gis_core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SESSION_SERIALIZER = "gis_core.sealed_sessions.SealedSerializer"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Signing in (map_ui/people): password for staff, code to the phone for citizens, second factors for all.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0"))
ACCOUNT_ADAPTER = "map_ui.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone"]  # as "phone*" it would be asked of staff, too; the form itself requires it
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 5 * 60
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "map_ui.people.forms.SignInForm",
    "signup": "map_ui.people.forms.SignUpForm",
    "confirm_login_code": "map_ui.people.forms.SignInCodeForm",
    "verify_phone": "map_ui.people.forms.MobileCodeForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "request_login_code": "20/m/ip,3/m/key,20/d/key",
    "verify_phone": "1/30s/key,10/d/key,20/m/ip",
}
MFA_ADAPTER = "map_ui.people.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "map_ui.people.forms.SecondStepForm",
    "reauthenticate": "map_ui.people.forms.SecondStepAgainForm",
    "activate_totp": "map_ui.people.forms.AppCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_URL.startswith("http://")  # passkeys on localhost
SILENCED_SYSTEM_CHECKS = ["account.W001"]
# Who carries short messages: console, file, or a function by its dotted path (gis_core/short_messages.py).
SMS_CARRIER = os.environ.get("SMS_CARRIER") or "console"
SMS_FILE = os.environ.get("SMS_FILE") or VAR / f"sms_{CITY.key}.jsonl"

LANGUAGE_CODE = CITY.languages[0]
LANGUAGES = [("fa", _("Persian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "map_ui" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = CITY.time_zone

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "media" / CITY.key
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["map_ui.api.rendering.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],  # the one gate is map_ui.middleware.AccessMiddleware
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": os.environ.get("API_RATE", "600/min")},
    "EXCEPTION_HANDLER": "map_ui.api.errors.answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pelak",
    "DESCRIPTION": "What may be built on a parcel, with proof; requests, offices and visits.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "map_ui.api.errors.describe_troubles",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"ezdxf": {"level": "WARNING"}},  # it tells of every table that it makes in a drawing
}
