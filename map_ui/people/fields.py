"""Form fields that read numbers as people type them here."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from gis_core import contacts
from gis_core.errors import BadInput
from gis_core.persian import latin_digits
from map_ui.wording import in_language

LONGEST_NUMBER = 30


class NumberField(forms.CharField):
    """A number of a person, read by `reader`; a wrong one is told in the sentence of its `BadInput`."""

    reader: Callable[[str], str]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_NUMBER)
        super().__init__(**kwargs)

    def clean(self, value: str) -> str:
        """
        The canonical number.

        Raises
        ------
        django.forms.ValidationError
            When it is none.
        """
        text = super().clean(value)
        if not text:
            return text
        try:
            return type(self).reader(text)
        except BadInput as wrong:
            raise forms.ValidationError(in_language(wrong.fa, wrong.en), code="no_number") from wrong


class MobileField(NumberField):
    """A mobile number."""

    reader = staticmethod(contacts.mobile_number)

    def __init__(self, **kwargs: Any) -> None:
        kwargs["label"] = gettext_lazy("Mobile number")
        kwargs["widget"] = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})
        super().__init__(**kwargs)


class NationalCodeField(NumberField):
    """A national code."""

    reader = staticmethod(contacts.national_code)

    def __init__(self, **kwargs: Any) -> None:
        kwargs["label"] = gettext_lazy("National code")
        kwargs["widget"] = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(**kwargs)


class CodeField(forms.CharField):
    """A code that was sent or is shown by an app, in Persian or Latin digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("One-time code"))
        kwargs.setdefault("max_length", LONGEST_NUMBER)
        kwargs["widget"] = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"})
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """The code in Latin digits, without the spaces people part it by."""
        return latin_digits(super().to_python(value)).replace(" ", "")
