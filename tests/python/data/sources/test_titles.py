import pytest

from astonish.data.sources.titles import find_titles


@pytest.fixture
def ratings(tmp_path):
    return tmp_path / "ratings"


def put(ratings, name, content, encoding="utf-8"):
    ratings.with_name(name).write_bytes(content.encode(encoding))


def test_movielens_100k(ratings):
    put(ratings, "u.item", "1|Toy Story (1995)|01-Jan-1995||\n2|Léon (1994)|\n", "latin-1")
    assert find_titles(ratings) == {"1": "Toy Story (1995)", "2": "Léon (1994)"}


def test_movielens_1m(ratings):
    put(ratings, "movies.dat", "1::Toy Story (1995)::Animation\r\n2::Léon (1994)\r\n", "latin-1")
    assert find_titles(ratings) == {"1": "Toy Story (1995)", "2": "Léon (1994)"}


def test_movielens_in_csv(ratings):
    put(ratings, "movies.csv", 'movieId,title,genres\n11,"American, The (1995)",Drama\n2,Léon,\n')
    assert find_titles(ratings) == {"11": "American, The (1995)", "2": "Léon"}


def test_quotes_and_line_breaks_in_csv(ratings):
    put(ratings, "movies.csv", 'movieId,title\n1,"The ""Best""\nof All"\n')
    assert find_titles(ratings) == {"1": 'The "Best"\nof All'}


def test_lines_without_a_title_are_left_out(ratings):
    put(ratings, "u.item", "1|Toy Story\n\n2\n3|\n")
    assert find_titles(ratings) == {"1": "Toy Story", "3": ""}


def test_damaged_bytes_do_not_matter(ratings):
    ratings.with_name("movies.csv").write_bytes(b"movieId,title\n1,L\xe9on\n")
    assert find_titles(ratings) == {"1": "L\N{REPLACEMENT CHARACTER}on"}


def test_the_first_of_several_files_wins(ratings):
    put(ratings, "movies.csv", "movieId,title\n1,from movies.csv\n")
    put(ratings, "u.item", "1|from u.item\n")
    assert find_titles(ratings) == {"1": "from u.item"}


def test_without_a_file_there_are_none(ratings):
    assert find_titles(str(ratings)) == {}


@pytest.mark.parametrize(
    ("path", "count", "item", "title"),
    [
        ("ml-100k/u.data", 1682, "50", "Star Wars (1977)"),
        ("ml-1m/ratings.csv.gz", 3883, "3952", "Contender, The (2000)"),
        ("ml-latest-small/ratings.csv", 9125, "11", "American President, The (1995)"),
    ],
)
def test_real_titles(real_data, path, count, item, title):
    titles = find_titles(real_data / path)
    assert len(titles) == count
    assert titles[item] == title
