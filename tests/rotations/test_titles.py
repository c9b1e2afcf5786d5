"""What titles of events mean: the cases of titles.yaml, and laws of what does not count in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from oncall.model import Person
from oncall.rotations.names import Kind, Named, Reader, directory
from oncall.rotations.title_words import PHRASES, SENSES, Meaning
from oncall.rotations.titles import is_cancelled, normal, phrases_of, plain, tokens_of
from tests.work import growth

TITLES = yaml.safe_load(Path(__file__).with_name("titles.yaml").read_text(encoding="utf-8"))
PEOPLE = {
    "ann": Person(name="Ann Abel", email="ann@harbor.example"),
    "ben": Person(name="Ben Brook"),
    "billie": Person(name="Billie Holiday"),
    "marie": Person(name="Ann - Marie Jones"),
}
INVISIBLE = "\u200e\u200f\u200b\u200d\ufeff\u00ad\u2060\u2066\u2069\ufe0f\U000e0101"


def named(title: str, kind: Kind = "shifts") -> Named:
    return Reader(directory(PEOPLE)[0], kind=kind).read(title)


@pytest.mark.parametrize("title", TITLES["cancelled"])
def test_a_title_that_begins_or_ends_with_a_word_of_cancelling_is_cancelled(title: str) -> None:
    assert is_cancelled(title)


@pytest.mark.parametrize("title", TITLES["not_cancelled"])
def test_a_title_that_only_holds_such_a_word_is_not_cancelled(title: str) -> None:
    assert not is_cancelled(title)


@pytest.mark.parametrize(("title", "words"), TITLES["nobody"].items())
def test_somebody_who_is_not_on_call_is_not_put_on_call(title: str, words: str) -> None:
    event = named(title)
    assert (event.people, event.label) == ((), title)
    assert words in event.reason


@pytest.mark.parametrize(("title", "people"), TITLES["shifts"].items())
def test_a_title_puts_on_call_whom_it_names(title: str, people: str) -> None:
    event = named(title)
    assert (" ".join(event.people), event.reason) == (people, "")


@pytest.mark.parametrize(("title", "expected"), TITLES["absences"].items())
def test_an_absence_says_who_is_away_and_why(title: str, expected: Any) -> None:
    event = named(title, "absences")
    if isinstance(expected, list):
        assert [" ".join(event.people), event.detail] == expected
        assert event.reason == ""
    else:
        assert event.people == ()
        assert expected in event.reason
        assert bool(expected) == bool(event.reason)


def test_each_meaning_is_defined_and_has_phrases() -> None:
    assert SENSES.keys() == PHRASES.keys() == set(Meaning)
    for languages in PHRASES.values():
        for phrase in ",".join(languages.values()).split(","):
            assert tokens_of(plain(phrase)), phrase


def test_every_phrase_is_found_as_it_is_written() -> None:
    for meaning, languages in PHRASES.items():
        for phrase in ",".join(languages.values()).split(","):
            if meaning is not Meaning.HIDDEN and phrase.strip()[0] != "*":
                tokens = tokens_of(plain(phrase))
                assert [(one.start, one.end) for one in phrases_of(tokens)] == [(0, len(tokens))], phrase


@given(st.sampled_from([*TITLES["shifts"], *TITLES["nobody"], *TITLES["absences"]]), st.data())
def test_what_cannot_be_seen_changes_nothing(title: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(title)))
    marked = title[:place] + data.draw(st.sampled_from(INVISIBLE)) + title[place:]
    for kind in ("shifts", "absences"):
        assert named(marked, kind).people == named(title, kind).people
    assert is_cancelled(marked) == is_cancelled(title)


@given(st.text(max_size=60))
def test_any_text_is_a_title(title: str) -> None:
    for kind in ("shifts", "absences"):
        event = named(title, kind)
        assert not (event.people and event.reason)
    is_cancelled(title)
    assert normal(normal(title)) == normal(title) or not title.isascii()


@pytest.mark.parametrize("title", ["Ann - ", "Ann Abel, ", "Urlaub ", "<@", "-", "(", ": ", "Cancelled ", "\u0301"])
@pytest.mark.parametrize("kind", ["shifts", "absences"])
def test_a_long_title_takes_no_longer_than_it_is_long(title: str, kind: Kind) -> None:
    reader = Reader(directory(PEOPLE)[0], kind=kind)
    assert growth(lambda size: reader.read(title * size + str(size)), 2_000) < 4
    assert growth(lambda size: is_cancelled(title * size + str(size)), 2_000) < 4
