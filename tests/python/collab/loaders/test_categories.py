import numpy as np
import pytest

from astonish.collab import CategoryMap
from astonish.collab.loaders.categories import sort_ids


@pytest.fixture
def films():
    return CategoryMap(["Alien", "Brazil", 7])


class TestCategoryMap:
    def test_code_0_stands_for_what_has_no_code(self, films):
        assert films[0] == "#na#"
        assert films.o2i["#na#"] == 0
        assert films.o2i["unheard of"] == 0
        assert "unheard of" not in films.o2i  # asking adds nothing

    def test_ids_have_the_codes_that_follow(self, films):
        assert list(films) == films.items == ["#na#", "Alien", "Brazil", 7]
        assert [films.o2i[film] for film in films] == [0, 1, 2, 3]
        assert films.ids == ["Alien", "Brazil", 7]

    def test_it_is_a_sequence(self, films):
        assert len(films) == 4
        assert films[-1] == 7
        assert films[1:3] == ["Alien", "Brazil"]
        assert films[np.int64(2)] == "Brazil"
        assert "Brazil" in films
        assert "unheard of" not in films
        assert films == ["#na#", "Alien", "Brazil", 7]
        assert films == CategoryMap(["Alien", "Brazil", 7])
        assert films != CategoryMap(["Brazil", "Alien", 7])
        assert films != 3
        with pytest.raises(IndexError):
            films[4]

    def test_many_at_once(self, films):
        assert films.map_objs(["Brazil", "unheard of"]) == [2, 0]
        assert films.map_ids(np.array([2, 0])) == ["Brazil", "#na#"]
        codes = films.encode([7, "unheard of", "#na#", None, float("nan"), "Alien"])
        assert codes.tolist() == [3, 0, 0, 0, 0, 1]
        assert codes.dtype == np.int32

    def test_what_cannot_be_an_id_is_refused(self, films):
        with pytest.raises(TypeError, match="unhashable"):
            films.encode([["Alien"]])

    def test_no_ids_are_fine(self):
        assert list(CategoryMap([])) == ["#na#"]

    def test_ids_must_differ(self):
        with pytest.raises(ValueError, match="different from each other"):
            CategoryMap([1, 2, 1.0])

    def test_na_is_taken(self):
        with pytest.raises(ValueError, match="the id '#na#' is taken"):
            CategoryMap(["a", "#na#"])

    def test_a_short_one_shows_all(self, films):
        assert repr(films) == "(#4) ['#na#', 'Alien', 'Brazil', 7]"

    def test_a_long_one_shows_the_first_ten(self):
        assert repr(CategoryMap(range(100))) == "(#101) ['#na#', 0, 1, 2, 3, 4, 5, 6, 7, 8, ...]"


class TestSortIds:
    @pytest.mark.parametrize(
        ("ids", "expected"),
        [
            ([3, 1, 2], [1, 2, 3]),
            (["b", "B", "ä", "a"], ["B", "a", "b", "ä"]),  # by code points
            (["2", 10, "10", 2.5], [2.5, 10, "10", "2"]),
            ([(1, 2), 5, "x"], [(1, 2), 5, "x"]),
            ([], []),
        ],
    )
    def test_order(self, ids, expected):
        assert sort_ids(iter(ids)) == expected
