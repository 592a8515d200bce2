import bz2
import gzip
import lzma
import warnings
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from astonish import Reader
from astonish.data.sources import files
from astonish.data.sources.files import read_file


@pytest.fixture
def write(tmp_path):
    """Write text or bytes into a file of the given name, and return its path."""

    def write_file(content, name="ratings"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def csv(**options):
    return Reader(sep=",", **options)


class TestSeparators:
    @pytest.mark.parametrize("sep", ["\t", ",", ";", "|", "::", " ", " - ", "é"])
    def test_any_text_separates(self, write, sep):
        path = write(f"ann{sep}up{sep}4.5\nbob{sep}up{sep}3\n")
        assert list(read_file(path, Reader(sep=sep))) == [
            ("ann", "up", 4.5, None),
            ("bob", "up", 3.0, None),
        ]

    def test_without_one_runs_of_blanks_separate(self, write):
        path = write("ann  up\t4\n\tbob up 3  \n")
        assert list(read_file(path, Reader())) == [("ann", "up", 4, None), ("bob", "up", 3, None)]

    def test_movielens_lines(self, write):
        path = write("1::1193::5::978300760\n1::661::3::978302109\n")
        assert list(read_file(path, Reader("ml-1m"))) == [
            ("1", "1193", 5.0, "978300760"),
            ("1", "661", 3.0, "978302109"),
        ]


class TestLines:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_ends_of_every_system(self, write, end):
        path = write(f"user,item,rating{end}ann,up,4{end}bob,up,3{end}")
        assert list(read_file(path, csv(skip_lines=1))) == [
            ("ann", "up", 4.0, None),
            ("bob", "up", 3.0, None),
        ]

    def test_the_last_line_needs_no_end(self, write):
        assert read_file(write("ann,up,4\nbob,up,3"), csv()).values.tolist() == [4, 3]

    def test_blank_lines_are_passed_over(self, write):
        path = write("\nann,up,4\n\n \t\nbob,up,3\n\n")
        assert read_file(path, csv()).values.tolist() == [4, 3]

    def test_further_fields_are_ignored(self, write):
        path = write("ann,up,4,99,seen twice\nbob,up,3\n")
        assert list(read_file(path, csv())) == [("ann", "up", 4, None), ("bob", "up", 3, None)]

    def test_quotes_are_part_of_the_id(self, write):
        path = write('"ann","up",4\nbob,5" disk,3\n')
        ratings = read_file(path, csv())
        assert (ratings.user_ids, ratings.item_ids) == (['"ann"', "bob"], ['"up"', '5" disk'])

    def test_other_line_breaks_of_unicode_are_text(self, write):
        path = write("a\u2028b,c\x0bd,4\n")
        assert list(read_file(path, csv())) == [("a\u2028b", "c\x0bd", 4.0, None)]

    def test_a_byte_order_mark_is_dropped(self, write):
        assert read_file(write(b"\xef\xbb\xbfann,up,4\n"), csv()).user_ids == ["ann"]

    def test_repeated_pairs_are_kept(self, write):
        assert read_file(write("ann,up,4\nann,up,2\n"), csv()).values.tolist() == [4, 2]

    def test_ratings_in_halves(self, write):
        path = write("a,x,0.5\na,y,4.5\na,z,-2.875\n")
        assert read_file(path, csv()).values.tolist() == [0.5, 4.5, -2.875]

    def test_timestamps_come_back_as_they_were(self, write):
        path = write("ann,up,4,0978300760\nbob,up,3,2000-12-31T22:12:40\n")
        reader = csv(line_format="user item rating timestamp")
        assert [stamp for _, _, _, stamp in read_file(path, reader)] == [
            "0978300760",
            "2000-12-31T22:12:40",
        ]

    @pytest.mark.parametrize("content", ["", "\n\n", "user,item,rating\n", b"\xef\xbb\xbf"])
    def test_a_file_may_hold_no_rating(self, write, content):
        assert len(read_file(write(content), csv(skip_lines=1))) == 0

    def test_more_lines_may_be_skipped_than_there_are(self, write):
        assert len(read_file(write("ann,up,4\n"), csv(skip_lines=5))) == 0


class TestErrors:
    def test_a_short_line_is_named(self, write):
        path = write("user,item,rating\nann,up,4\n\nbob,up\n")
        with pytest.raises(ValueError, match=r"ratings, line 4: .*The line: 'bob,up'"):
            read_file(path, csv(skip_lines=1))

    @pytest.mark.parametrize("end", ["\r\n", "\r"])
    def test_lines_are_counted_as_an_editor_counts_them(self, write, end):
        with pytest.raises(ValueError, match=r"ratings, line 2:"):
            read_file(write(f"ann,up,4{end}bob,up{end}"), csv())

    @pytest.mark.parametrize("rating", ["good", "", "4,"])
    def test_a_rating_that_is_no_number_is_named(self, write, rating):
        with pytest.raises(ValueError, match=r"ratings, line 2: could not convert .*bob;up;"):
            read_file(write(f"ann;up;4\nbob;up;{rating}\n"), Reader(sep=";"))

    @pytest.mark.parametrize("rating", ["nan", "inf", "-Infinity", "1e999"])
    def test_a_rating_that_is_not_finite_is_named(self, write, rating):
        with pytest.raises(ValueError, match=r"rating number 1 \(user 'bob', item 'up'\) is"):
            read_file(write(f"ann,up,4\nbob,up,{rating}\n"), csv())

    def test_text_in_another_encoding_is_refused(self, write):
        with pytest.raises(ValueError, match=r"ratings is not UTF-8 text"):
            read_file(write("andré,up,4\n".encode("latin-1")), csv())

    def test_a_missing_file_is_an_os_error(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            read_file(tmp_path / "nowhere", csv())

    def test_a_folder_is_an_os_error(self, tmp_path):
        with pytest.raises(OSError, match=tmp_path.name):
            read_file(tmp_path, csv())


class TestCompression:
    @pytest.mark.parametrize(
        ("name", "compress"),
        [
            ("r.csv.gz", gzip.compress),
            ("r.bz2", bz2.compress),
            ("r.XZ", lzma.compress),
            ("r.zip.txt", bytes),
        ],
    )
    def test_the_suffix_says_how(self, write, name, compress):
        path = write(compress(b"ann,up,4\r\nbob,up,3\r\n"), name)
        assert list(read_file(path, csv())) == [("ann", "up", 4, None), ("bob", "up", 3, None)]

    @pytest.mark.parametrize("name", ["r.gz", "r.bz2", "r.xz"])
    def test_what_was_never_compressed_is_an_os_error(self, write, name):
        with pytest.raises(OSError, match=r"Not a gzipped|Invalid data|damaged"):
            read_file(write("ann,up,4\n", name), csv())

    @pytest.mark.parametrize(
        ("name", "compress"),
        [("r.gz", gzip.compress), ("r.bz2", bz2.compress), ("r.xz", lzma.compress)],
    )
    def test_a_file_that_breaks_off_is_an_os_error_that_names_it(self, write, name, compress):
        path = write(compress(b"ann,up,4\n" * 99)[:-9], name)
        with pytest.raises(OSError, match=rf"{name} is damaged"):
            read_file(path, csv())


class TestPaths:
    def test_the_tilde_is_the_home_folder(self, write, tmp_path, monkeypatch):
        write("ann,up,4\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        assert read_file("~/ratings", csv()).user_ids == ["ann"]

    def test_paths_may_be_text_or_path(self, write):
        path = write("ann,up,4\n")
        assert list(read_file(str(path), csv())) == list(read_file(path, csv()))


class ShoutingReader(Reader):
    def parse_line(self, line):
        user, item, value, timestamp = super().parse_line(line)
        return user.upper(), item, value, timestamp


not_to_be_called = mock.Mock(side_effect=AssertionError("read in a way that is not wanted"))


class TestChoiceOfTheLibrary:
    """json stands for a library that is there; what reads with it is the test's."""

    TEXT = "ann,up,4\nbob,up,3\n"

    def test_a_small_file_needs_none(self, write, monkeypatch):
        monkeypatch.setattr(files, "_read_table", not_to_be_called)
        assert read_file(write(self.TEXT), csv()).values.tolist() == [4, 3]

    def test_a_large_file_is_offered_to_one(self, write, monkeypatch):
        calls = []
        monkeypatch.setattr(files, "_WORTH_AN_IMPORT", 1)
        monkeypatch.setattr(files, "_CSV_READERS", {"json": lambda *call: calls.append(call)})
        read_file(write(self.TEXT), csv())
        ((library, body, separator, indexes),) = calls
        assert library.__name__ == "json"
        assert (body, separator, indexes) == (b"ann,up,4\nbob,up,3", ",", [0, 1, 2])

    def test_one_that_is_not_installed_is_passed_over(self, write, monkeypatch):
        calls = []
        readers = {"no_such_library": not_to_be_called, "json": lambda *call: calls.append(call)}
        monkeypatch.setattr(files, "_WORTH_AN_IMPORT", 1)
        monkeypatch.setattr(files, "_CSV_READERS", readers)
        read_file(write(self.TEXT), csv())
        assert len(calls) == 1

    def test_without_any_the_file_is_read_line_by_line(self, write, monkeypatch):
        monkeypatch.setattr(files, "_WORTH_AN_IMPORT", 1)
        monkeypatch.setattr(files, "_CSV_READERS", {"no_such_library": not_to_be_called})
        assert read_file(write(self.TEXT), csv()).values.tolist() == [4, 3]

    def test_a_reader_that_parses_lines_itself_reads_every_line(self, write, monkeypatch):
        monkeypatch.setattr(files, "_WORTH_AN_IMPORT", 1)
        monkeypatch.setattr(files, "_read_table", not_to_be_called)
        assert read_file(write(self.TEXT), ShoutingReader(sep=",")).user_ids == ["ANN", "BOB"]

    def test_so_does_one_whose_parse_line_was_assigned(self, write, monkeypatch):
        monkeypatch.setattr(files, "_WORTH_AN_IMPORT", 1)
        monkeypatch.setattr(files, "_read_table", not_to_be_called)
        reader = Reader()
        reader.parse_line = lambda line: (line[0], line[1], 4.0, None)
        assert read_file(write(self.TEXT), reader).user_ids == ["a", "b"]


def read_through(library, path, reader):
    only = {library: files._CSV_READERS[library]}
    with (
        mock.patch.object(files, "_WORTH_AN_IMPORT", 0),
        mock.patch.object(files, "_CSV_READERS", only),
        warnings.catch_warnings(),
    ):
        # As an error, a warning would make the library's result be thrown away.
        warnings.simplefilter("ignore")
        return read_file(path, reader)


def outcome(read, *arguments):
    """All that a file became; ValueError where it is refused."""
    try:
        ratings = read(*arguments)
    except ValueError:
        return ValueError
    stamps = ratings.timestamps
    return (
        list(ratings),
        ratings.user_ids,
        ratings.item_ids,
        [ratings.users.dtype, ratings.items.dtype, ratings.values.tobytes()],
        None if stamps is None else stamps.dtype,
    )


# Mostly what ratings files hold, now and then what makes readers differ: blanks of Unicode, quotes,
# numbers that only Python reads, separators, line breaks, nothing at all, a byte that is not UTF-8.
ODD = st.sampled_from(
    [
        *"é\t \xa0\x1c\x1f\x85\u2028\u3000\u200b\0\"',:|\\#\ufeff\n\r\v\uff11\udcff-",
        *("", "::", "NA", "null", "nan", "inf", "1e999", "1_0", "0x1", "-0", "+3", "007"),
        *("9" * 25, "2.675", "1.", "1d2"),
    ]
)
SEPARATORS = [None, "\t", ",", "::", " ", "|", '"', "#", "1", "\x1f", "\0", "\\", "é", "\n", ",\n"]
LINE_FORMATS = [
    "user item rating",
    "user item rating timestamp",
    "rating timestamp item user",
    "user user item rating",
]


def mostly(usual, *odd):
    return st.integers(1, 16).flatmap(lambda k: usual if k < 16 else st.one_of(odd))


@st.composite
def fields(draw, usual):
    parts = draw(mostly(usual.map(lambda text: [text]), st.lists(st.one_of(ODD, usual))))
    return "".join(parts)


@st.composite
def ratings_files(draw):
    """The text of a ratings file and the Reader for it."""
    line_format = draw(st.sampled_from(LINE_FORMATS))
    sep = draw(st.sampled_from(SEPARATORS))
    usual = {
        "user": st.sampled_from(["1", "2", "b", "ж"]),
        "item": st.sampled_from(["1", "22", "c"]),
        "rating": st.one_of(st.sampled_from(["1", "4.5"]), st.floats(0, 5).map(repr)),
        "timestamp": st.sampled_from(["1", "978300760"]),
    }
    joint = sep or draw(st.sampled_from([" ", "\t"]))
    line = st.tuples(*(fields(usual[name]) for name in line_format.split())).map(list)
    ragged = st.one_of(line.map(lambda parts: parts[:-1]), line.map(lambda parts: [*parts, "x"]))
    blank = st.sampled_from([[], [" "], [""], ["", "", ""]])
    lines = draw(st.lists(mostly(line, ragged, blank), min_size=1, max_size=5))
    end = draw(mostly(st.just("\n"), st.sampled_from(["\r\n", "\r"])))
    text = end.join(map(joint.join, lines)) + draw(st.sampled_from(["", end]))
    skip_lines = draw(mostly(st.just(0), st.just(1)))
    return text, Reader(line_format=line_format, sep=sep, skip_lines=skip_lines)


def stamped(sep):
    return Reader(line_format="user item rating timestamp", sep=sep)


@pytest.fixture(scope="module", params=files._CSV_READERS)
def library(request):
    pytest.importorskip(request.param, reason=f"reads files with {request.param}")
    return request.param


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("files") / "ratings"


@pytest.fixture(scope="module")
def movielens_1m(real_data):
    path, reader = real_data / "ml-1m" / "ratings.csv.gz", csv(skip_lines=1)
    with mock.patch.object(files, "_read_table", return_value=None):
        return path, reader, read_file(path, reader)


class TestThroughALibrary:
    """What a library reads is what reading line by line gives."""

    @settings(max_examples=150)
    @given(file=ratings_files())
    @example(file=("b,c,5,1\nb,c,4\n", stamped(",")))  # a timestamp is missing
    @example(file=("b\xa0,c,5\n", csv()))  # blanks that only Python knows
    @example(file=("a\xa0b c 5\n", Reader()))
    @example(file=("h\n\ufeffb,c,5\n", csv(skip_lines=1)))
    @example(file=("b,c,5,\udcff\n", csv()))  # not UTF-8
    @example(file=("a,\nb,\n5\n", Reader(sep=",\n")))
    @example(file=("a\tb c\td\t5\n", Reader(line_format="user user item rating")))
    def test_it_is_the_same(self, path, library, file):
        text, reader = file
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        assert outcome(read_through, library, path, reader) == outcome(read_file, path, reader)

    @pytest.mark.parametrize("sep", [None, "\t", ",", "::", " ", "|", '"'])
    @pytest.mark.parametrize("line_format", ["user item rating timestamp", "rating item user"])
    def test_a_regular_table_is_not_read_line_by_line(
        self, write, monkeypatch, library, sep, line_format
    ):
        columns = {"user": "ж", "item": "x", "rating": "4.5", "timestamp": "99"}
        line = (sep or " ").join(columns[name] for name in line_format.split())
        path, reader = write(f"{line}\n{line}"), Reader(line_format=line_format, sep=sep)
        expected = list(read_file(path, reader))
        monkeypatch.setattr(files, "_read_lines", not_to_be_called)
        assert list(read_through(library, path, reader)) == expected

    def test_many_lines(self, write, monkeypatch, library):
        rng = np.random.RandomState(0)
        columns = rng.randint(5000, size=(2, 50_000))
        values = np.round(rng.uniform(-10, 10, 50_000), 3)
        lines = map("{},i{},{},{}".format, *columns.tolist(), values.tolist(), range(50_000))
        path, reader = write("\n".join(lines)), stamped(",")
        expected = outcome(read_file, path, reader)
        monkeypatch.setattr(files, "_read_lines", not_to_be_called)
        assert outcome(read_through, library, path, reader) == expected

    def test_movielens_1m(self, movielens_1m, monkeypatch, library):
        path, reader, expected = movielens_1m
        monkeypatch.setattr(files, "_read_lines", not_to_be_called)
        ratings = read_through(library, path, reader)
        assert len(ratings) == 1_000_209
        assert (ratings.user_ids, ratings.item_ids) == (expected.user_ids, expected.item_ids)
        np.testing.assert_array_equal(ratings.users, expected.users)
        np.testing.assert_array_equal(ratings.items, expected.items)
        np.testing.assert_array_equal(ratings.values, expected.values)
