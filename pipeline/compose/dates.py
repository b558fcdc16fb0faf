"""Dates in a language's long form; never the clock."""

from __future__ import annotations

import datetime
import functools

_BRITISH = "en_GB"


@functools.cache
def long_date(iso: str, lang: str) -> str:
    """Return `2026-11-01` as `1 November 2026`, `2026-11` as `November 2026`, and a year as it is."""
    if len(iso) < 7:
        return iso
    from babel.dates import format_date  # costs 60 ms to import; most commands print no date

    locale = _BRITISH if lang == "en" else lang.replace("-", "_")
    if len(iso) == 7:
        year, month = (int(p) for p in iso.split("-"))
        return str(format_date(datetime.date(year, month, 1), "MMMM y", locale=locale))
    return str(format_date(datetime.date.fromisoformat(iso), "d MMMM y" if lang == "en" else "long", locale=locale))
