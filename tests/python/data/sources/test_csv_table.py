import bz2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish.data.sources.csv_table import read_csv


def read(tmp_path, text, places=(0, 1, 2), encoding="utf-8"):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return read_csv(path, lambda _: places)


def test_columns_are_chosen_by_their_names(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("stars,film,note,user\n4.5,a,x,7\n1,b,y,8\n")
    seen = []
    ratings = read_csv(path, lambda names: seen.append(names) or (3, 1, 0))
    assert seen == [["stars", "film", "note", "user"]]
    assert ratings.to_triples() == [(7, "a", 4.5), (8, "b", 1.0)]


@pytest.mark.parametrize(
    ("texts", "ids"),
    [
        (["7", "-3", "+2", "12345678901234567890"], [7, -3, 2, 12345678901234567890]),
        (["7", "0.5", "1e3", ".5", "2."], [7.0, 0.5, 1000.0, 0.5, 2.0]),
        (["7", "x"], ["7", "x"]),
        (["7", "1_000"], ["7", "1_000"]),
        (["7", "nan"], ["7", "nan"]),
        (["7", " 8"], ["7", " 8"]),
        (["٣", "٤"], ["٣", "٤"]),
    ],
)
def test_ids_have_the_type_that_a_column_has_in_common(tmp_path, texts, ids):
    lines = [f"{text},i,1" for text in texts]
    users = [user for user, _, _ in read(tmp_path, "\n".join(["u,i,r", *lines])).to_triples()]
    assert users == ids
    assert [type(user) for user in users] == [type(raw_id) for raw_id in ids]


def test_texts_of_one_number_are_one_id(tmp_path):
    ratings = read(tmp_path, "u,i,r\n7,a,1\n007,a,2\n+7,b,3\n")
    assert (ratings.user_ids, ratings.users.tolist()) == ([7], [0, 0, 0])


def test_fields_may_be_quoted(tmp_path):
    text = 'u,i,r\n1,"Movie, The (1999)",4\n2,"the ""best""\nof",5\n'
    assert read(tmp_path, text).item_ids == ["Movie, The (1999)", 'the "best"\nof']


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_end_of_line_and_blank_lines(tmp_path, newline):
    text = newline.join(["u,i,r", "", "1,2,3", "", "4,5,6", ""])
    assert read(tmp_path, text).to_triples() == [(1, 2, 3.0), (4, 5, 6.0)]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("u,i,r\n1,2,3\n".encode("utf-8-sig"))
    names = []
    read_csv(path, lambda header: names.extend(header) or (0, 1, 2))
    assert names == ["u", "i", "r"]


def test_compressed(tmp_path):
    path = tmp_path / "table.csv.bz2"
    path.write_bytes(bz2.compress(b"u,i,r\n1,2,3\n"))
    assert read_csv(path, lambda _: (0, 1, 2)).to_triples() == [(1, 2, 3.0)]


@given(
    rows=st.lists(
        st.tuples(
            st.integers(-9, 9),
            st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1),
            st.integers(0, 10),
        ),
        min_size=1,
    )
)
def test_the_rows_come_back(tmp_path_factory, rows):
    quoted = ('"' + item.replace('"', '""') + '"' for _, item, _ in rows)
    lines = [f"{user},{item},{value}" for (user, _, value), item in zip(rows, quoted, strict=True)]
    text = "\n".join(["u,i,r", *lines])
    ratings = read(tmp_path_factory.mktemp("csv"), text)
    users = [user for user, _, _ in ratings.to_triples()]
    assert users == [user for user, _, _ in rows]
    assert ratings.values.tolist() == [value for _, _, value in rows]
    items = [str(item) for item in ratings.item_ids]
    if not all(isinstance(item, (int, float)) for item in ratings.item_ids):
        assert items == list(dict.fromkeys(item for _, item, _ in rows))


def test_more_rows_than_a_block(tmp_path):
    n = 5000
    text = "u,i,r\n" + "".join(f"{k % 7},i{k % 11},{k}\n" for k in range(n))
    ratings = read(tmp_path, text)
    assert ratings.to_triples() == [(k % 7, f"i{k % 11}", float(k)) for k in range(n)]
    with pytest.raises(ValueError, match="in row 5001 of column 'r' is not a number: 'x'"):
        read(tmp_path, text + "1,i1,1\n1,i1,x\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1,2", r"row 1 has 2 fields, the header 3: \['1', '2'\]"),
        ("1,2,3,4", "row 1 has 4 fields, the header 3"),
        ("1,,3", "the id in row 1 of column 'i' is missing"),
        (",2,3", "the id in row 1 of column 'u' is missing"),
        ("1,2,", "the rating in row 1 of column 'r' is not a number: ''"),
        ("1,2,good", "the rating in row 1 of column 'r' is not a number: 'good'"),
        ("1,2,inf", r"rating number 1 \(user 1, item 2\) is inf"),
    ],
)
def test_a_row_that_does_not_fit_is_named_with_its_file(tmp_path, line, message):
    with pytest.raises(ValueError, match=rf"table.csv: {message}"):
        read(tmp_path, f"u,i,r\n1,2,3\n{line}\n")


def test_a_row_of_a_million_fields_is_not_told_whole(tmp_path):
    with pytest.raises(
        ValueError, match=r"row 0 has 1000001 fields, .*\['1', .*\.\.\.\]$"
    ) as caught:
        read(tmp_path, "u,i,r\n" + "1," * 1_000_000 + "\n")
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_an_invalid_compressed_file_is_named(tmp_path, suffix):
    path = tmp_path / f"table.csv{suffix}"
    path.write_bytes(b"BZh9 but no more")
    with pytest.raises(OSError, match=rf"table\.csv\{suffix} is damaged"):
        read_csv(path, lambda _: (0, 1, 2))


def test_bytes_that_are_no_text(tmp_path):
    with pytest.raises(ValueError, match=r"table.csv is not UTF-8 text"):
        read(tmp_path, "u,i,r\n1,ä,3\n", encoding="latin-1")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_csv(tmp_path / "nothing.csv", lambda _: (0, 1, 2))
