"""Genres and titles of synthetic items, made from words."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Ints = NDArray[np.int64]

GENRES = (
    "Drama, Comedy, Thriller, Romance, Action, Adventure, Crime, Science Fiction, Fantasy, Family, "
    "Mystery, Horror, Documentary, Animation, History, Musical, War, Western"
).split(", ")
_GENRE_COUNT_SHARES = (0.45, 0.37, 0.18)  # items with one, two and three genres

_ADJECTIVES = (
    "Amber Ancient Autumn Bitter Black Blue Borrowed Brave Bright Broken Burning Crimson Crooked "
    "Dancing Distant Electric Empty Endless Fading Falling Final First Forgotten Frozen Gentle "
    "Gilded Golden Hidden Hollow Hungry Invisible Iron Last Little Lonely Long Lost Lucky Midnight "
    "Painted Paper Patient Perfect Quiet Red Restless Savage Scarlet Second Secret Seventh Silent "
    "Silver Sleeping Stolen Stubborn Sunken Tender Velvet Wandering White Wild Winter Wooden"
).split()
_NOUNS = (
    "Anchor Archive Arrow Bell Bird Bridge Canyon Carnival Castle Circus City Clock Comet Compass "
    "Crown Desert Detective Door Dream Empire Engine Fire Forest Fortune Fox Garden Ghost Giant "
    "Harbor Heart Horizon House Hunter Island Journey Kingdom Lantern Letter Lighthouse Machine "
    "Map Mirror Moon Mountain Ocean Orchard Orchestra Promise River Road Rose Sailor Season Shadow "
    "Song Station Storm Stranger Summer Tiger Tower Train Voyage Wolf"
).split()
_TITLE_FORMS = ("The {} {}", "{} {}", "My {} {}", "Return to the {} {}")
_YEARS = (1950, 2025)  # the second is the first left out
_ROMAN_VALUES = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
_ROMAN_DIGITS = "M CM D CD C XC L XL X IX V IV I".split()


def draw_genres(rng: Generator, n_items: int) -> Ints:
    """Return the genre codes of each item, shape (n_items, 3), with -1 where it has fewer."""
    shares = 1.0 / np.arange(3, 3 + len(GENRES))
    most = len(_GENRE_COUNT_SHARES)
    keys = rng.gumbel(size=(n_items, len(GENRES))) + np.log(shares)
    codes = np.argsort(-keys, axis=1)[:, :most].astype(np.int64)  # weighted, without replacement
    counts = 1 + rng.choice(most, size=n_items, p=_GENRE_COUNT_SHARES)
    codes[np.arange(most) >= counts[:, np.newaxis]] = -1
    return codes


def draw_titles(rng: Generator, n_items: int) -> list[str]:
    """Return titles; when all phrases are used up, they come again as sequels II, III, ..."""
    phrases = [
        form.format(adjective, noun)
        for form in _TITLE_FORMS
        for adjective in _ADJECTIVES
        for noun in _NOUNS
    ]
    n_parts = -(-n_items // len(phrases))
    parts = ["", *(f" {_roman(part)}" for part in range(2, n_parts + 1))]
    order = np.resize(rng.permutation(len(phrases)), n_items).tolist()
    years = rng.integers(*_YEARS, size=n_items).tolist()
    return [
        f"{phrases[phrase]}{parts[item // len(phrases)]} ({year})"
        for item, (phrase, year) in enumerate(zip(order, years, strict=True))
    ]


def _roman(number: int) -> str:
    numeral = ""
    for value, digit in zip(_ROMAN_VALUES, _ROMAN_DIGITS, strict=True):
        times, number = divmod(number, value)
        numeral += times * digit
    return numeral
