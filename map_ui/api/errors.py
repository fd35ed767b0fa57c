"""Turns troubles into answers of the API: a machine code and the sentence in both languages."""

import logging
from typing import Any

from django.db import DataError
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from gis_core.errors import BadInput, Trouble

log = logging.getLogger(__name__)

STATUSES = {
    "400": "What was sent cannot be read, or is not right.",
    "401": "Nobody has signed in.",
    "403": "The role does not allow this.",
    "404": "There is no such thing, or none that may be seen.",
    "405": "This address does not do that.",
    "406": "Only JSON is given.",
    "409": "It is already so, or somebody changed it meanwhile.",
    "415": "This type of content is not taken.",
    "429": "Too many requests; `Retry-After` says when to come again.",
    "503": "A part Pelak depends on did not answer.",
}
TROUBLE = {
    "type": "object",
    "properties": {
        "code": {"type": "string", "description": "For machines; it does not change."},
        "message_fa": {"type": "string"},
        "message_en": {"type": "string"},
        "details": {"type": "object", "additionalProperties": {}},
    },
    "required": ["code", "message_fa", "message_en", "details"],
}

WORDS: dict[type[exceptions.APIException], tuple[str, str, str]] = {
    exceptions.ParseError: ("BAD_INPUT", "این فرستاده خوانده نشد.", "What was sent cannot be read."),
    exceptions.ValidationError: ("BAD_INPUT", "مقداری نادرست است.", "A value is not right."),
    exceptions.UnsupportedMediaType: ("BAD_INPUT", "این نوع محتوا پذیرفته نیست.", "This type is not taken."),
    exceptions.NotAuthenticated: ("SIGN_IN", "نخست وارد شوید.", "Sign in first."),
    exceptions.PermissionDenied: ("FORBIDDEN", "نقش شما اجازه نمی‌دهد.", "Your role does not allow this."),
    exceptions.MethodNotAllowed: ("METHOD", "این نشانی این کار را ندارد.", "This address does not do that."),
    exceptions.NotAcceptable: ("NOT_ACCEPTABLE", "تنها JSON داده می‌شود.", "Only JSON is given."),
    exceptions.Throttled: (
        "TOO_MANY",
        "درخواست‌ها زیاد است؛ کمی دیگر.",
        "Too many requests; try a little later.",
    ),
}


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The response to an error; None lets an unforeseen one through, to be logged as ours."""
    if isinstance(error, Trouble):
        if error.our_fault:
            log.error("%s", error, exc_info=error)
        return _told(error.code, error.fa, error.en, error.details, error.status)
    if isinstance(error, DataError):
        trouble = not_storable(error, context["request"]._request)
        return _told(trouble.code, trouble.fa, trouble.en, trouble.details, trouble.status)
    response = exception_handler(error, context)
    if response is None:
        return None
    code, fa, en = WORDS.get(type(error), ("NOT_FOUND", "چنین چیزی نیست.", "There is no such thing."))
    details = response.data if isinstance(error, exceptions.ValidationError) else {}
    told = _told(code, fa, en, {"fields": details} if details else {}, response.status_code)
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response:
            told[header] = response[header]
    return told


def not_storable(error: DataError, request: HttpRequest) -> BadInput:
    """What to tell of a value that no column holds (a zero byte, too long); nothing sent with it is kept."""
    log.warning("Sent: a value that the database does not hold.", exc_info=error)
    request.keeps_nothing = True
    return BadInput(
        "مقداری که فرستاده شد نویسهٔ ناخوانا دارد یا بیش از اندازه بلند است.",
        "A value that was sent holds an unreadable character, or is too long.",
    )


def describe_troubles(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add to every operation of the OpenAPI document what it answers when something is wrong."""
    result.setdefault("components", {}).setdefault("schemas", {})["Trouble"] = TROUBLE
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Trouble"}}}
    for methods in result["paths"].values():
        for operation in methods.values():
            for status, meaning in STATUSES.items():
                operation["responses"].setdefault(status, {"description": meaning, "content": content})
    return result


def _told(code: str, fa: str, en: str, details: dict[str, Any], status: int) -> Response:
    body = {"code": code, "message_fa": fa, "message_en": en, "details": details}
    return Response(body, status=status)
