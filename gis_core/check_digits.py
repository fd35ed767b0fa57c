"""Check digits of the numbers that persons and bills have."""


def of_national_code(first_nine: str) -> int:
    """The tenth digit of a national code (کد ملی)."""
    remainder = (
        sum(int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True)) % 11
    )
    return remainder if remainder < 2 else 11 - remainder


def of_legal_id(first_ten: str) -> int:
    """The eleventh digit of a legal person's national id (شناسه ملی)."""
    tens = int(first_ten[9]) + 2
    weights = (29, 27, 23, 19, 17, 29, 27, 23, 19, 17)
    return (
        sum((int(digit) + tens) * weight for digit, weight in zip(first_ten, weights, strict=True)) % 11 % 10
    )


def of_bill(digits: str) -> int:
    """The check digit of a part of a bill id or payment id: weights 2 to 7 from the right, modulo 11."""
    remainder = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits))) % 11
    return 0 if remainder < 2 else 11 - remainder
