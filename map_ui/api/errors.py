"""Turns troubles into answers of the API: a machine code and the sentence in both languages."""

import logging
from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from gis_core.errors import Trouble

log = logging.getLogger(__name__)

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


def _told(code: str, fa: str, en: str, details: dict[str, Any], status: int) -> Response:
    body = {"code": code, "message_fa": fa, "message_en": en, "details": details}
    return Response(body, status=status)
