"""The troubles a person can be told about: a machine code, a sentence in both languages, an HTTP status."""

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass
class Trouble(Exception):
    """
    Something went wrong that a person can be told about in one sentence.

    `fa` and `en` are the sentences; `details` holds values for machines, never personal data.
    """

    fa: str
    en: str
    details: dict[str, Any] = field(default_factory=dict)

    code: ClassVar[str] = "TROUBLE"
    status: ClassVar[int] = 400
    our_fault: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"{self.code}: {self.en}"


class BadInput(Trouble):
    """What was typed or sent cannot be read."""

    code = "BAD_INPUT"


class NotFound(Trouble):
    """There is no such thing, or none that may be seen."""

    code = "NOT_FOUND"
    status = 404


class Ambiguous(Trouble):
    """What was given has more than one reading; `details["candidates"]` lists them."""

    code = "AMBIGUOUS"
    status = 409


class Forbidden(Trouble):
    """The person's role does not allow this."""

    code = "FORBIDDEN"
    status = 403


class Conflict(Trouble):
    """Somebody else changed it meanwhile, or it is already so."""

    code = "CONFLICT"
    status = 409


class SourceFailed(Trouble):
    """A part we depend on did not answer."""

    code = "SOURCE_FAILED"
    status = 503
    our_fault = True
