"""Reads and makes the ids of municipal bills."""

from dataclasses import dataclass

from gis_core import check_digits
from gis_core.identifiers import VALID, only_digits


@dataclass(frozen=True)
class Bill:
    """What a bill id and its payment id say; amount and service only when all checks hold."""

    verdict: str
    amount_rial: int | None = None
    service_type: int | None = None


MUNICIPALITY_SERVICE = 6


def bill(bill_id: str, payment_id: str) -> Bill:
    """
    Check a bill id (شناسه قبض) with its payment id (شناسه پرداخت); amounts are thousands of rials.

    Examples
    --------
    >>> bill("7748317800142", "1770160")
    Bill(verdict='VALID', amount_rial=17000, service_type=4)
    """
    account, payment = only_digits(bill_id), only_digits(payment_id)
    if account is None or payment is None:
        return Bill("NOT_DIGITS")
    if not (6 <= len(account) <= 13 and 6 <= len(payment) <= 13):
        return Bill("WRONG_LENGTH")
    if check_digits.of_bill(account[:-1]) != int(account[-1]):
        return Bill("WRONG_BILL_CHECK")
    if check_digits.of_bill(payment[:-2]) != int(payment[-2]):
        return Bill("WRONG_PAYMENT_CHECK_1")
    if check_digits.of_bill(account + payment[:-1]) != int(payment[-1]):
        return Bill("WRONG_PAYMENT_CHECK_2")
    return Bill(VALID, int(payment[:-5]) * 1000, int(account[-2]))


def bill_ids(file_no: int, company: int, amount_rial: int, year: int, period: int) -> tuple[str, str]:
    """
    Bill id and payment id of a municipal bill; the amount must be whole thousands of rials.

    Raises
    ------
    ValueError
        When the amount is not whole thousands, or a part has too many digits.

    Examples
    --------
    >>> bill(*bill_ids(12345678, 101, 40_590_000, 1404, 1)).amount_rial
    40590000
    """
    if amount_rial % 1000 or not 0 < amount_rial < 10**11:
        raise ValueError(f"Expected whole thousands of rials below 10^11, got {amount_rial}.")
    if not (0 < file_no < 10**8 and 0 < company < 1000 and 0 <= period < 100):
        raise ValueError("Expected a file number of 8 digits, a company of 3 and a period of 2 at most.")
    account = f"{file_no}{company:03d}{MUNICIPALITY_SERVICE}"
    account += str(check_digits.of_bill(account))
    payment = f"{amount_rial // 1000}{year % 10}{period:02d}"
    payment += str(check_digits.of_bill(payment))
    return account, payment + str(check_digits.of_bill(account + payment))
