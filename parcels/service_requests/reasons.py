"""The reasons why a request is not answered on the spot: a code, its values, a sentence in both languages."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

SENTENCES: dict[str, tuple[str, str]] = {
    "VISIT_ALWAYS": (
        "این خدمت همیشه با بازدید انجام می‌شود.",
        "This service always needs a visit.",
    ),
    "DESK_ALWAYS": ("این خدمت را کارشناس بررسی می‌کند.", "This service is decided at a desk."),
    "NOT_A_LOT": (
        "این محدوده قطعهٔ ملکی نیست (معبر یا زمین عمومی است).",
        "This is not a lot but street or public land.",
    ),
    "NOT_EVALUATED": (
        "ضوابط این قطعه اکنون سنجیده نشد.",
        "The rules of this parcel could not be evaluated just now.",
    ),
    "FINDING_UNKNOWN": (
        "«{name_fa}» را نمی‌دانیم و این پاسخ به آن نیاز دارد.",
        "{name_en} is not known, and this answer needs it.",
    ),
    "FINDING_DISCRETIONARY": (
        "«{name_fa}» را باید کارشناس تعیین کند.",
        "{name_en} is for a person to decide.",
    ),
    "FINDING_NEEDS_INSPECTION": (
        "«{name_fa}» باید در محل دیده شود.",
        "{name_en} has to be seen on the spot.",
    ),
    "OVERLAY_UNKNOWN": (
        "نمی‌دانیم «{name_fa}» این قطعه را در بر می‌گیرد یا نه.",
        "Whether {name_en} holds here is not known.",
    ),
    "OVERLAY_BORDERLINE": (
        "قطعه در مرز «{name_fa}» است و دقت نقشه برای حکم کافی نیست.",
        "The parcel lies on the border of {name_en}; the map is not accurate enough to tell.",
    ),
    "OVERLAY_NEEDS_AGENCY": (
        "«{name_fa}» این قطعه را در بر می‌گیرد و نظر دستگاه مسئول لازم است.",
        "{name_en} holds here, and the agency in charge has to be asked.",
    ),
    "AUTHORITY_NOT_VERIFIED": (
        "در پروندهٔ ملک ثبت نیست که شما مالک آن هستید؛ سند مالکیت یا وکالت‌نامه را در همین درخواست "
        "بارگذاری کنید یا به دفتر ببرید تا مسئول فنی آن را ببیند.",
        "The record does not show you as an owner of this property: upload the title deed or a power of "
        "attorney to this case, or take it to the counter office, whose technical officer checks it.",
    ),
    "AUTHORITY_VERIFIED": (
        "مسئول فنی مدرک مالکیت یا وکالت متقاضی را دید و پذیرفت.",
        "The technical officer saw and accepted the applicant's proof of ownership or authority.",
    ),
    "NO_RECORD": (
        "از این ملک هیچ پرونده‌ای در شهرداری نیست.",
        "The municipality has no file of this property.",
    ),
    "NO_CERTIFICATE": (
        "گواهی معتبری (پایان‌کار، عدم خلاف یا بازدید) در پرونده نیست.",
        "The file holds no valid certificate (completion, no-violation or visit).",
    ),
    "NEVER_INSPECTED": ("از این ملک بازدیدی ثبت نشده است.", "No visit to this property is on record."),
    "INSPECTION_TOO_OLD": (
        "آخرین بازدید بیش از {months} ماه پیش بوده است.",
        "The last visit was more than {months} months ago.",
    ),
    "OPEN_VIOLATION": (
        "در پرونده {count} تخلف باز هست.",
        "The file has {count} open violation(s).",
    ),
    "STOP_ORDER": ("برای این ملک دستور توقف کار هست.", "A stop order holds on this property."),
    "DEBT_DUE": (
        "{amount_rial} ریال بدهی پرداخت‌نشده هست.",
        "{amount_rial} rials are due and not paid.",
    ),
    "PLAN_CHANGED": (
        "طرح پس از آخرین گواهی در این قطعه عوض شده است.",
        "The plan has changed here since the last certificate.",
    ),
    "VISIT_CONFIRMED": ("بازدید، پرونده را تأیید کرد.", "The visit confirmed the record."),
    "VISIT_DIFFERS": ("بازدید با پرونده فرق دارد.", "The visit found something else than the record."),
    "VISIT_VIOLATION": ("بازدید تخلف دید.", "The visit found a violation."),
    "VISIT_NO_ENTRY": ("بازدیدکننده نتوانست وارد شود.", "The inspector could not enter."),
}

# What removes the reason, in the applicant's words: the smallest missing evidence.
WAYS_OUT: dict[str, tuple[str, str]] = {
    "NO_RECORD": ("با یک بازدید پرونده ساخته می‌شود.", "A visit makes the file."),
    "NO_CERTIFICATE": ("با یک بازدید برطرف می‌شود.", "A visit settles it."),
    "NEVER_INSPECTED": ("با یک بازدید برطرف می‌شود.", "A visit settles it."),
    "INSPECTION_TOO_OLD": ("با یک بازدید تازه برطرف می‌شود.", "A new visit settles it."),
    "DEBT_DUE": (
        "بدهی را بپردازید و دوباره درخواست دهید؛ پاسخ فوری می‌گیرید.",
        "Pay what is due and ask again: you will be answered on the spot.",
    ),
    "FINDING_NEEDS_INSPECTION": ("در بازدید اندازه گرفته می‌شود.", "It is measured at the visit."),
}


@dataclass(frozen=True)
class Reason:
    """
    One reason: its code and its values.

    Examples
    --------
    >>> Reason("INSPECTION_TOO_OLD", {"months": 12}).en
    'The last visit was more than 12 months ago.'
    """

    code: str
    args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fa(self) -> str:
        """The Persian sentence."""
        return sentence(self.code, self.args)[0]

    @property
    def en(self) -> str:
        """The English sentence."""
        return sentence(self.code, self.args)[1]

    def as_row(self) -> dict[str, Any]:
        """For a JSON column: code, values and both sentences as they were said."""
        return {**asdict(self), "fa": self.fa, "en": self.en}


def sentence(code: str, args: Mapping[str, Any]) -> tuple[str, str]:
    """Both sentences of a reason; a code of another part of Pelak is shown as it is."""
    fa, en = SENTENCES.get(code, (code, code))
    values = {"name_fa": args.get("key", ""), "name_en": args.get("key", ""), **args}
    return fa.format_map(values), en.format_map(values)


def way_out(code: str) -> tuple[str, str]:
    """What the applicant can do about it, in both languages; empty when nothing but waiting."""
    return WAYS_OUT.get(code, ("", ""))
