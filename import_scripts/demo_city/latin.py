"""Spells the invented names in Latin letters, for the pages and labels in English."""

import re

from gis_core.persian import latin_digits
from import_scripts.demo_city import names as pools

# In the order of the pools in names.py.
_FLOWERS = """Bahar Yas Nastaran Narges Laleh Arghavan Banafsheh Shaghayegh Susan Niloufar Yasaman Razeghi
Maryam Atlasi Shamdani Mikhak Kowkab Hamisheh-Bahar Sepidar Senowbar Kaj Chenar Bid Senjed Zeytun Anar Anjir
Gerdu Badam Fandogh Pesteh Sib Holu Gilas Albalu Tut Zardalu Narenj Toranj Shemshad Aghaghia Zaban-Gonjeshk
Puneh Reyhan Avishan Babuneh Zaferan Gandom Shabdar Neyshekar"""
_QUALITIES = """Aftab Mahtab Sepideh Shabnam Baran Nasim Cheshmeh Dasht Kuhsar Damaneh Sahar Pegah Forugh
Rowshan Omid Aramesh Safa Vafa Mehr Danesh Honar Andisheh Peyman Hemmat Ashti Shadi Golestan Bustan Behesht
Ferdows Sahel Kariz Abshar Sadaf Marjan Firuzeh Lajevard Zomorrod Yaghut Kahroba Aghigh Morvarid Setareh
Keyvan Nahid Tir Bahram Parvin Khorshid Ofogh"""
_AVENUES = """Moshtagh Sarvestan Rudaki Attar Daneshsara Kakh-Bagh Negin Golriz Karizbanan Bagh-No Pol-Sefid
Minu Darvazeh-No Chaharsugh Shahrara Mehregan Sadeh Nowruz Chowgan Naghsh-Afarin Ghalamkar Khatam Kashigaran
Zaribafan Mesgaran Firuzeh-Tarash Katibeh Ravagh Eyvan Shamseh Toranjestan Gonbad-Sabz Takht-Ravan
Hezar-Jarib-No Laleh-Zar-No Baharestan-No Ayeneh"""
_PLACES = """Sarcheshmeh Bagh-No Kariz Chaharsugh Dardasht-No Paghaleh Golchin Lanban-No Sangtarashan
Mehrabad-No Khoshab Shahrak-Aftab Shahrak-Sepideh Rudkenar Pol-Sefid Bagh-Narenj Darvazeh-No Sadeh-Bala
Sadeh-Payin Minudasht Golzar Tappeh-Sabz Cheshmeh-Rowshan Bidestan Anarestan Tutestan Gerdustan Chenarestan
Narvan Sarvestan Yasaman-Shahr Negin-Shahr Mehrshahr-No Kuhpayeh Dasht-Ara Zarrin-Kola Asiab Kabutarkhaneh
Meydan-Kohneh Bazarcheh Timcheh Gheysarieh-No Masjed-Sabz Hammam-Kohneh Bagh-Kakh Kolah-Farangi Shotorgalu
Abbakhshan Juy-Shah-No"""
_POOLS = (
    (pools.FLOWERS, _FLOWERS),
    (pools.QUALITIES, _QUALITIES),
    (pools.AVENUES, _AVENUES),
    (pools.PLACES, _PLACES),
)
NAMES = {"سرو": "Sarv", "نارون": "Narvan", "کمربندی": "Ring"} | {
    name: latin for pool, words in _POOLS for name, latin in zip(pool, words.split(), strict=True)
}
WHOLE = {
    "راستهٔ بازار": "Bazaar Row",
    "بلوار ساحلی شمالی": "North Riverside Boulevard",
    "بلوار ساحلی جنوبی": "South Riverside Boulevard",
    "کنارگذر مادی": "Madi Side Street",
    "پل مادی": "Madi Bridge",
    "رود مینو": "Minu River",
    "مادی باغ‌نو": "Bagh-No Madi",
}
TITLES = {
    "خیابان": "{} Street",
    "کوچهٔ": "{} Alley",
    "بن‌بست": "{} Cul-de-sac",
    "بزرگراه": "{} Expressway",
    "جادهٔ": "{} Road",
    "پل": "{} Bridge",
    "بوستان": "{} Park",
    "دفتر پیشخوان": "{} counter office",
}
_NUMBERED = re.compile(r"(.+?) ([0-9۰-۹]+)")


def in_latin(name_fa: str) -> str:
    """
    An invented Persian name in Latin letters; empty for one that this city has not invented.

    Examples
    --------
    >>> in_latin("کوچهٔ سرو"), in_latin("خیابان بهار ۲"), in_latin("پل مادی"), in_latin("سرچشمه")
    ('Sarv Alley', 'Bahar 2 Street', 'Madi Bridge', 'Sarcheshmeh')
    """
    if name_fa in WHOLE:
        return WHOLE[name_fa]
    for title, form in TITLES.items():
        if name_fa.startswith(f"{title} "):
            own = _own_name(name_fa.removeprefix(f"{title} "))
            return form.format(own) if own else ""
    return _own_name(name_fa)


def _own_name(name: str) -> str:
    numbered = _NUMBERED.fullmatch(name)
    if numbered:
        own = NAMES.get(numbered[1], "")
        return f"{own} {latin_digits(numbered[2])}" if own else ""
    return NAMES.get(name, "")
