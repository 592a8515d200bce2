import gzip

import pytest

from astonish.data.loaders import load_any_file

SEPARATORS = ["::", "\t", ",", ";", "|", " ", "  "]
TUPLES = [("ann", "up", 4.0, None), ("bob", "big", 2.5, None)]


@pytest.fixture
def write(tmp_path):
    def write_file(content, name="ratings"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


class TestSeparator:
    @pytest.mark.parametrize("sep", SEPARATORS)
    def test_it_is_guessed(self, write, sep):
        path = write(f"ann{sep}up{sep}4\nbob{sep}big{sep}2.5\n")
        assert load_any_file(path).raw_ratings == TUPLES

    @pytest.mark.parametrize("sep", SEPARATORS)
    def test_a_header_does_not_matter(self, write, sep):
        path = write(f"user{sep}item{sep}rating\nann{sep}up{sep}4\nbob{sep}big{sep}2.5\n")
        assert load_any_file(path).raw_ratings == TUPLES

    def test_it_may_be_said(self, write):
        data = load_any_file(write("ann,jr/up/4\nbob,sr/big/2.5\n"), sep="/")
        assert data.ratings.user_ids == ["ann,jr", "bob,sr"]

    def test_what_has_no_three_fields_is_named(self, write):
        with pytest.raises(ValueError, match=r"ratings: cannot guess the separator of 'bob,big'"):
            load_any_file(write("ann,up\nbob,big\n"))


class TestFields:
    def test_a_fourth_is_the_timestamp(self, write):
        data = load_any_file(write("ann,up,4,99\nbob,big,2.5,98\n"))
        assert data.raw_ratings == [("ann", "up", 4.0, "99"), ("bob", "big", 2.5, "98")]

    def test_a_fifth_is_ignored(self, write):
        data = load_any_file(write("ann,up,4,99,x\nbob,big,2.5,98,y\n"))
        assert data.raw_ratings[0] == ("ann", "up", 4.0, "99")

    def test_their_order_may_be_said(self, write):
        data = load_any_file(write("4,up,ann\n2.5,big,bob\n"), line_format="rating item user")
        assert data.raw_ratings == TUPLES


class TestFirstLines:
    def test_a_first_line_with_a_rating_is_no_header(self, write):
        assert load_any_file(write("ann,up,4\nbob,big,2.5\n")).reader.skip_lines == 0

    def test_one_line_is_enough(self, write):
        assert load_any_file(write("ann,up,4")).raw_ratings == TUPLES[:1]

    def test_blank_lines_may_come_before_the_header(self, write):
        assert load_any_file(write("\n \nu,i,r\n\nann,up,4\nbob,big,2.5\n")).raw_ratings == TUPLES

    def test_how_many_to_skip_may_be_said(self, write):
        path = write("# ratings of 2024\n# by hand, with care, and late\nann;up;4\nbob;big;2.5\n")
        assert load_any_file(path, skip_lines=2).raw_ratings == TUPLES

    @pytest.mark.parametrize("end", ["\r\n", "\r"])
    def test_line_ends_of_every_system(self, write, end):
        path = write(f"u,i,r{end}ann,up,4{end}bob,big,2.5{end}")
        assert load_any_file(path).raw_ratings == TUPLES

    def test_a_byte_order_mark_is_dropped(self, write):
        assert load_any_file(write(b"\xef\xbb\xbfann,up,4\nbob,big,2.5")).raw_ratings == TUPLES

    @pytest.mark.parametrize("content", ["", "\n \n", "user,item,rating\n"])
    def test_a_file_without_ratings_is_refused(self, write, content):
        with pytest.raises(ValueError, match="the data set is empty"):
            load_any_file(write(content))

    def test_a_later_line_that_does_not_fit_is_named(self, write):
        with pytest.raises(ValueError, match=r"ratings, line 4: .*The line: 'cid,low,good'"):
            load_any_file(write("u,i,r\nann,up,4\nbob,big,2.5\ncid,low,good\n"))


class TestScale:
    def test_it_is_the_range_of_the_ratings(self, write):
        data = load_any_file(write("ann,up,4\nbob,big,-2.5\ncid,up,3\n"))
        assert data.reader.rating_scale == (-2.5, 4.0)
        assert data.build_full_trainset().rating_scale == (-2.5, 4.0)

    def test_it_may_be_said(self, write):
        data = load_any_file(write("ann,up,4\nbob,big,2.5\n"), rating_scale=(1, 5))
        assert data.reader.rating_scale == (1, 5)

    def test_a_said_scale_may_be_too_narrow(self, write):
        with pytest.warns(UserWarning, match="go beyond") as seen:
            load_any_file(write("ann,up,4\nbob,big,2.5\n"), rating_scale=(3, 5))
        assert seen[0].filename == __file__


class TestFiles:
    def test_a_compressed_file(self, write):
        path = write(gzip.compress(b"u,i,r\nann,up,4\nbob,big,2.5\n"), "ratings.csv.gz")
        assert load_any_file(path).raw_ratings == TUPLES

    def test_a_damaged_file_is_an_os_error(self, write):
        path = write(gzip.compress(b"ann,up,4\n" * 9)[:-9], "ratings.csv.gz")
        with pytest.raises(OSError, match=r"ratings\.csv\.gz is damaged"):
            load_any_file(path)

    def test_a_missing_file_is_an_os_error(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            load_any_file(tmp_path / "nowhere")

    def test_titles_beside_it_are_loaded(self, write):
        write("movieId,title\nup,Up (2009)\n", "movies.csv")
        data = load_any_file(write("ann,up,4\nbob,big,2.5\n"))
        assert data.item_titles == {"up": "Up (2009)"}

    def test_its_name_is_kept(self, write):
        path = write("ann,up,4\n")
        assert load_any_file(path).ratings_file == path


@pytest.mark.parametrize(
    ("path", "n_ratings", "n_users", "n_items", "scale"),
    [
        ("ml-100k/u.data", 100_000, 943, 1682, (1, 5)),
        ("ml-100k/u1.test", 20_000, 459, 1410, (1, 5)),
        ("ml-latest-small/ratings.csv", 100_004, 671, 9066, (0.5, 5)),
        ("lastfm-2k/user_artists.dat", 92_834, 1892, 17_632, (1, 352_698)),
    ],
)
def test_real_files(real_data, path, n_ratings, n_users, n_items, scale):
    data = load_any_file(real_data / path)
    counts = len(data.ratings), len(data.ratings.user_ids), len(data.ratings.item_ids)
    assert counts == (n_ratings, n_users, n_items)
    assert data.reader.rating_scale == scale


@pytest.mark.parametrize(
    "header", ["movieId,userId,rating", "rating,time,movieId,userId", ",userId,movieId,rating"]
)
def test_a_header_that_names_the_fields_says_where_they_are(tmp_path, header):
    values = {"userId": "ann", "movieId": "m1", "rating": "4.5", "time": "12", "": "0"}
    lines = [header, ",".join(values[name] for name in header.split(","))]
    path = tmp_path / "ratings.csv"
    path.write_text("\n".join(lines))
    (rating,) = load_any_file(path).raw_ratings
    assert rating[:3] == ("ann", "m1", 4.5)


def test_a_separator_that_does_not_cut_is_named(tmp_path):
    path = tmp_path / "ratings.txt"
    path.write_text("a\tb\t3\n")
    with pytest.raises(ValueError, match=r"sep=';' cuts .* into 1 fields"):
        load_any_file(path, sep=";")
