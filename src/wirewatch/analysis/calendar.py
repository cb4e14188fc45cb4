"""Months and zones as newsrooms write them, in the languages of the mission and their neighbours."""

import re
from datetime import timedelta

_ZONES = {  # hours east of Greenwich; IST and others that mean several places are left out
    "z": 0, "gmt": 0, "utc": 0, "ut": 0, "wet": 0, "bst": 1, "cet": 1, "mez": 1, "west": 1, "cest": 2, "mesz": 2, "eet": 2,
    "eest": 3, "msk": 3, "мск": 3, "trt": 3, "msd": 4, "ict": 7, "hkt": 8, "sgt": 8, "kst": 9, "jst": 9,
    "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_MONTHS = (  # the first three letters: English, German, French, Spanish, Serbian and Croatian (both scripts), Russian, Ukrainian
    "jan jän ene јан янв січ sij", "feb fév фев феб лют vel", "mar mär мар бер ožu ozu", "apr avr abr апр кві tra",
    "may mai maj мај мая май тра svi", "jun јун июн чер lip", "jul јул июл лип srp", "aug aoû ago avg авг сер kol",
    "sep сен сеп вер ruj", "oct okt окт жов lis", "nov ноя нов лис stu", "dec dez déc dic дек дец гру pro",
)  # fmt: skip
_NUMBERS = {start: n for n, starts in enumerate(_MONTHS, 1) for start in starts.split()}
_BEFORE_NUMBER = re.compile(r"(?:gmt|utc)\s?(?=[+-])", re.IGNORECASE)


def month(name: str) -> int:
    """1 to 12 for a month's name in any of its forms; 0 for another word."""
    return _NUMBERS.get(name.lower()[:3], 0)


def offset(zone: str | None) -> timedelta | None:
    """A named or numeric zone's hours east of Greenwich. None beyond -12 to +14: RFC 5322 allows more, the earth doesn't."""
    if not zone:
        return None
    number = _BEFORE_NUMBER.sub("", zone)
    if number[0] not in "+-":
        hours = _ZONES.get(zone.lower())
        return None if hours is None else timedelta(hours=hours)
    digits = number[1:].replace(":", "")
    digits = digits.zfill(2) + "00" if len(digits) <= 2 else digits.zfill(4)
    east = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if number[0] == "-" else 1)
    return east if timedelta(hours=-12) <= east <= timedelta(hours=14) else None
