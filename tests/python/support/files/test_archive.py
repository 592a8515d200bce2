"""Archives: what is written, aligned, mapped and refused."""

import io
import json
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from astonish.support.files.archive import VERSION, map_array, open_archive, write_archive
from astonish.support.files.json_values import pack, unpack

FORMAT = "astonish thing"
ARRAYS = {
    "matrix": np.arange(6.0).reshape(2, 3),
    "turned": np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
    "scalar": np.array(2.5, np.float32),
    "nothing": np.empty((0, 4)),
    "text": np.array(["a", "bcé"]),
    "fields": np.array([(1, 2.5)], dtype=[("a", "i4"), ("é日", "f8")]),
    "n" * 100: np.arange(3, dtype=">i2"),
}


def assert_same_arrays(actual, expected):
    assert set(actual) >= set(expected)
    for name, array in expected.items():
        assert actual[name].dtype == array.dtype, name
        np.testing.assert_array_equal(actual[name], array, err_msg=name)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "thing.npz"
    with pytest.warns(UserWarning, match="metadata|2.0|3.0"):  # NumPy's, for names of fields
        write_archive(path, FORMAT, {"kind": "test"}, ARRAYS)
    return path


def test_header_and_arrays_come_back(path):
    with open_archive(path, FORMAT) as (header, arrays):
        assert header == {"format": FORMAT, "version": VERSION, "kind": "test"}
        assert_same_arrays(arrays, ARRAYS)
        assert len(arrays) == len(ARRAYS) + 1
        assert arrays["matrix"] is arrays["matrix"]


def test_numpy_opens_it(path):
    with np.load(path, allow_pickle=False) as file:
        assert_same_arrays(file, ARRAYS)
        assert json.loads(file["header"].tobytes())["kind"] == "test"


def test_members_are_stored_and_their_elements_aligned(path):
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for info in archive.infolist():
            assert info.compress_type == zipfile.ZIP_STORED
            assert not info.flag_bits & 0x08  # sizes are in front of what they are of
            lengths = struct.unpack_from("<HH", content, info.header_offset + 26)
            begin = info.header_offset + 30 + sum(lengths)
            assert begin % 64 == 0
            assert content[begin : begin + 6] == b"\x93NUMPY"
            with archive.open(info) as member:
                elements = np.lib.format.read_array(member).tobytes("A")
            assert content.find(elements, begin) % 64 == 0 or not elements


def test_the_same_content_is_the_same_file():
    first, second = io.BytesIO(), io.BytesIO()
    for file in (first, second):
        write_archive(file, FORMAT, {}, {"a": np.arange(5)})
    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_is_mapped(path, name):
    mapped = map_array(path, name)
    assert_same_arrays({name: mapped}, {name: ARRAYS[name]})
    if mapped.size:
        assert isinstance(mapped, np.memmap)
        assert mapped.offset % 64 == 0
        with pytest.raises(ValueError, match="read-only"):
            mapped[...] = mapped


def test_what_cannot_be_mapped(path, tmp_path):
    with pytest.raises(KeyError, match=r"thing\.npz has no array 'other'"):
        map_array(path, "other")
    np.savez(tmp_path / "objects.npz", a=np.array([None]))
    with pytest.raises(ValueError, match=r"objects.npz is not an archive, .*holds objects"):
        map_array(tmp_path / "objects.npz", "a")
    (tmp_path / "other").write_bytes(b"other")
    with pytest.raises(ValueError, match="other is not an archive"):
        map_array(tmp_path / "other", "a")
    with pytest.raises(FileNotFoundError):
        map_array(tmp_path / "nothing", "a")


def test_members_that_a_reader_does_not_ask_for_are_skipped(path):
    content = path.read_bytes()
    place = content.index(ARRAYS["matrix"].tobytes())
    path.write_bytes(content[:place] + b"damaged!" + content[place + 8 :])
    with open_archive(path, FORMAT) as (_, arrays):
        np.testing.assert_array_equal(arrays["turned"], ARRAYS["turned"])
        with pytest.raises(zipfile.BadZipFile, match="CRC"):
            arrays["matrix"]


def refused(content, reason):
    with pytest.raises(ValueError, match="is not a thing file, or it is damaged") as caught:  # noqa: SIM117
        with open_archive(io.BytesIO(content), FORMAT) as (_, arrays):
            dict(arrays)
    assert reason in str(caught.value.__cause__)


def written(**arrays):
    file = io.BytesIO()
    write_archive(file, FORMAT, {}, arrays)
    return file.getvalue()


def test_a_compressed_member_is_refused_before_it_is_unpacked():
    file = io.BytesIO()
    np.savez_compressed(file, header=np.zeros(10**8, np.uint8))
    assert file.tell() < 10**6
    refused(file.getvalue(), "header.npy is compressed")


def test_members_that_overlap_are_refused():
    """A file of a megabyte could otherwise be a thousand arrays of a megabyte."""
    file = io.BytesIO(written(a=np.zeros(10**6, np.uint8)))
    with zipfile.ZipFile(file, "a") as archive:
        (info,) = (info for info in archive.infolist() if info.filename == "a.npy")
        for k in range(1000):
            archive.filelist.append(same := zipfile.ZipInfo(f"a{k}.npy"))
            for field in ("file_size", "compress_size", "CRC", "header_offset"):
                setattr(same, field, getattr(info, field))
            same.external_attr = 0
        archive._didModify = True
    refused(file.getvalue(), "members overlap")


def test_two_members_of_one_name_are_refused():
    file = io.BytesIO(written(a=np.zeros(3)))
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.npy", b"")
    refused(file.getvalue(), "two members have the same name")


@pytest.mark.parametrize(
    "shape", [(10**15,), (2**31, 2**31), (-1,), (-2, -5), (9,), (11,), (10, 0)]
)
def test_a_shape_of_another_size_than_the_member_is_refused(shape):
    """Before memory is taken: NumPy itself would ask for a petabyte."""
    file = io.BytesIO()
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": shape}
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("header.npy", header.getvalue() + bytes(10))
    refused(file.getvalue(), f"its shape is {shape}")


def test_a_size_beyond_the_file_is_refused():
    content = bytearray(written(a=np.zeros(3)))
    entry = content.rindex(b"PK\x01\x02")
    for field in (20, 24):
        content[entry + field : entry + field + 4] = struct.pack("<I", 2**31)
    refused(bytes(content), "a.npy does not fit into the file")


@settings(max_examples=50)
@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text()
        | st_numpy.arrays(st_numpy.scalar_dtypes(), st_numpy.array_shapes(min_dims=0, min_side=0)),
        lambda parts: (
            st.lists(parts)
            | st.lists(parts).map(tuple)
            | st.dictionaries(st.text() | st.integers(), parts)
        ),
        max_leaves=8,
    )
)
def test_values_come_back(value):
    arrays = {}
    file = io.BytesIO()
    packed = pack("value", value, arrays)
    write_archive(file, FORMAT, {"value": packed}, arrays)
    with open_archive(file, FORMAT) as (header, stored):
        assert_equal(unpack(header["value"], stored), value)


def assert_equal(actual, expected):
    assert type(actual) is type(expected)
    if isinstance(expected, np.ndarray):
        assert actual.dtype == expected.dtype
        np.testing.assert_array_equal(actual, expected)
    elif isinstance(expected, (list, tuple)):
        assert len(actual) == len(expected)
        for pair in zip(actual, expected, strict=True):
            assert_equal(*pair)
    elif isinstance(expected, dict):
        assert_equal(list(actual), list(expected))
        assert_equal(list(actual.values()), list(expected.values()))
    else:
        assert actual == expected


def test_names_of_arrays_are_plain_and_alone():
    arrays = {}
    first, second, third = (np.arange(k) for k in range(3))
    value = {"../é\0": first, "../à\0": second, "x" * 300: third}
    packed = pack("header", [value, second], arrays)
    assert list(arrays) == ["header.0...___", "header.0...___.1", "header.0." + "x" * 91]
    assert_equal(unpack(packed, arrays), [value, second])
    assert pack("header", np.ones(1), arrays) == {"$array": "header.1"}
