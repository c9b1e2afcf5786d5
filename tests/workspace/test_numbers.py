"""One number is one, however it is written: in files, in logs, and in what is typed."""

from __future__ import annotations

import pytest

from oncall.countries import meant_by
from oncall.fields import Country
from oncall.workspace.numbers import endpoint, line, same

LONDON = "+442079460958"


@pytest.mark.parametrize("country", ["", "US", "GB", "AU", "JP"])
@pytest.mark.parametrize(
    "written",
    [
        "+442079460958",
        "+44 20 7946 0958",
        "+44 (0)20 7946 0958",
        "+44(0)2079460958",
        "+44 (0) 20-7946-0958",
        "+44 020 7946 0958",
        "0044 20 7946 0958",
        "0044 (0)20 7946 0958",
        "(0044) 20 7946 0958",
        "tel:+44-20-7946-0958",
        "TEL: +44 20 7946 0958",
        "sip:+442079460958@pbx.example",
        "sips:%2B442079460958@pbx.example;transport=tls",
        "\u202a+44\u00a020\u20117946\u20110958\u202c",
        "+44 20 7946\u200b 0958",
        "\uff0b\uff14\uff14 20 7946 0958",
    ],
)
def test_a_number_with_its_country_is_one_wherever_it_is_read(written: str, country: str) -> None:
    assert endpoint(written, country) == LONDON
    assert line(written, country).digits == "442079460958"
    assert same(written, LONDON, country)


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("020 7946 0958", "GB", LONDON),
        ("(0)20 7946 0958", "GB", LONDON),
        ("011 44 20 7946 0958", "US", LONDON),
        ("0011 44 20 7946 0958", "AU", LONDON),
        ("+1 (0)202 555 0180", "US", "+12025550180"),
        ("(202) 555-0180", "US", "+12025550180"),
        ("sip:2025550180@pbx.example;user=phone", "US", "+12025550180"),
        ("tel:2025550180;phone-context=+1", "GB", "+12025550180"),
        ("+39 (0)6 1234 5678", "", "+390612345678"),
        ("+39 06 1234 5678", "", "+390612345678"),
        ("+34 (0)912 345 678", "", "+34912345678"),
        ("0043/1/234567", "AT", "+431234567"),
        ("+7 (8) 495 123-45-67", "", "+74951234567"),
        ("+1 202 555 0180 x12", "", "+12025550180;ext=12"),
        ("+1 202 555 0180, ext. 12", "", "+12025550180;ext=12"),
        ("tel:+1-202-555-0180;ext=12", "", "+12025550180;ext=12"),
    ],
)
def test_a_number_is_read_as_it_is_dialled_in_its_country(written: str, country: str, number: str) -> None:
    assert endpoint(written, country) == number


@pytest.mark.parametrize(
    "address",
    [
        "mia.marsh@secure.example",
        "olga",
        "sip:101@pbx.example",
        "sip:olga@pbx.example",
        "https://a.example/442079460958",
    ],
)
def test_an_address_that_is_no_number_stays_as_it_is(address: str) -> None:
    assert endpoint(address, "GB") == address


def test_a_number_without_its_country_is_of_no_country_where_none_is_set() -> None:
    assert line("020 7946 0958", "").digits == "02079460958"
    assert not same("020 7946 0958", LONDON, "")
    assert same("020 7946 0958", LONDON, "GB")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("UK", "GB"),
        ("u.k.", "GB"),
        ("England", "GB"),
        ("Great Britain", "GB"),
        ("United Kingdom", "GB"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("United States", "US"),
        ("EL", "GR"),
        ("DEU", "DE"),
        ("aut", "AT"),
        ("UKR", "UA"),
        ("Deutschland", "DE"),
        ("\u00d6sterreich", "AT"),
        ("Suisse", "CH"),
        ("\u65e5\u672c", "JP"),
        ("+44", "GB"),
        ("0049", "DE"),
        ("1", "US or CA"),
        ("+7", "RU or KZ"),
    ],
)
def test_a_country_that_is_written_in_another_way_gets_its_code(written: str, code: str) -> None:
    assert meant_by(written) == code
    with pytest.raises(ValueError, match=f" is not a country code; use {code}$"):
        Country.parse(written)


@pytest.mark.parametrize("written", ["", "XX", "EU", "USD", "+999", "Atlantis", "+", "x" * 10_000])
def test_what_is_no_country_gets_no_guess(written: str) -> None:
    assert meant_by(written) is None
    with pytest.raises(ValueError, match="write the two letters of ISO 3166"):
        Country.parse(written)


@pytest.mark.parametrize("written", ["GB", "gb", " No ", "XK", "IO"])
def test_a_country_is_two_letters_large_or_small(written: str) -> None:
    assert Country.parse(written) == written.strip().upper()
