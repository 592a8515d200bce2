import math

import numpy as np
import pytest

from astonish import Reader


class TestBuiltinFormats:
    @pytest.mark.parametrize(
        ("name", "line", "parsed", "scale"),
        [
            ("ml-100k", "196\t242\t3\t881250949\n", ("196", "242", 3.0, "881250949"), (1, 5)),
            ("ml-1m", "1::1193::5::978300760\n", ("1", "1193", 5.0, "978300760"), (1, 5)),
            ("jester", "  1   5   -2.875 \n", ("1", "5", -2.875, None), (-10, 10)),
        ],
    )
    def test_a_name_stands_for_a_format(self, name, line, parsed, scale):
        reader = Reader(name)
        assert reader.parse_line(line) == parsed
        assert reader.rating_scale == scale

    def test_the_other_arguments_are_ignored(self):
        reader = Reader("ml-1m", line_format="nonsense", sep="", rating_scale=(9, 1), skip_lines=-1)
        assert vars(reader) == vars(Reader("ml-1m"))

    def test_an_unknown_name_is_refused(self):
        with pytest.raises(ValueError, match=r"unknown reader ml-10k.*ml-100k, ml-1m, jester"):
            Reader("ml-10k")


class TestArguments:
    def test_defaults(self):
        assert vars(Reader()) == {
            "sep": None,
            "rating_scale": (1, 5),
            "skip_lines": 0,
            "with_timestamp": False,
            "indexes": [0, 1, 2],
        }

    def test_the_positional_order_is_that_of_scikit_surprise(self):
        reader = Reader(None, "item rating user", ";", (0, 9), 2)
        assert (reader.indexes, reader.sep, reader.rating_scale, reader.skip_lines) == (
            [2, 0, 1],
            ";",
            (0, 9),
            2,
        )

    def test_the_rating_scale_is_kept_as_it_was_given(self):
        scale = [np.float32(0.5), 5]
        assert Reader(rating_scale=scale).rating_scale is scale

    def test_a_scale_may_be_a_single_number(self):
        assert Reader(rating_scale=(1, 1)).rating_scale == (1, 1)

    @pytest.mark.parametrize(
        ("scale", "message"),
        [
            ((5, 1), r"rating_scale must ascend, got \(5, 1\)"),
            ((1, float("nan")), "rating_scale must ascend"),
            ((1, 2, 3), "rating_scale must hold two numbers"),
            ((1,), "rating_scale must hold two numbers"),
            (("1", "5"), "rating_scale must hold two numbers"),
        ],
    )
    def test_an_impossible_scale_is_refused(self, scale, message):
        with pytest.raises(ValueError, match=message):
            Reader(rating_scale=scale)

    def test_a_scale_may_be_without_end(self):
        assert Reader(rating_scale=(0, math.inf)).rating_scale == (0, math.inf)

    @pytest.mark.parametrize("line_format", ["user item rating stars", "user,item,rating", "User"])
    def test_a_line_format_has_no_other_fields(self, line_format):
        with pytest.raises(ValueError, match="line_format parameter is incorrect"):
            Reader(line_format=line_format)

    @pytest.mark.parametrize("line_format", ["user item", "rating", ""])
    def test_a_line_format_needs_user_item_and_rating(self, line_format):
        with pytest.raises(ValueError, match=r"lacks (user|item|rating)"):
            Reader(line_format=line_format)

    def test_an_empty_separator_is_refused(self):
        with pytest.raises(ValueError, match="sep must not be empty"):
            Reader(sep="")

    def test_a_negative_number_of_lines_is_refused(self):
        with pytest.raises(ValueError, match="skip_lines must be at least 0, got -1"):
            Reader(skip_lines=-1)

    @pytest.mark.parametrize("skip_lines", [1.0, "1", None, True])
    def test_skip_lines_must_be_an_integer(self, skip_lines):
        with pytest.raises(TypeError, match="skip_lines must be an integer"):
            Reader(skip_lines=skip_lines)


class TestParseLine:
    def test_fields_come_in_the_order_of_the_line_format(self):
        reader = Reader(line_format="timestamp rating item user", sep=",")
        assert reader.parse_line("99,4,film,ann") == ("ann", "film", 4.0, "99")

    def test_without_a_timestamp_it_is_none(self):
        assert Reader().parse_line("ann film 4") == ("ann", "film", 4.0, None)

    def test_further_fields_are_ignored(self):
        assert Reader(sep=",").parse_line("ann,film,4,99,x") == ("ann", "film", 4.0, None)

    def test_blanks_around_a_field_are_dropped_and_those_inside_kept(self):
        assert Reader(sep=";").parse_line(" ann lee ; a film;\t4\n") == (
            "ann lee",
            "a film",
            4.0,
            None,
        )

    def test_without_a_separator_any_run_of_blanks_separates(self):
        assert Reader().parse_line("\tann \t film  4.5\n") == ("ann", "film", 4.5, None)

    def test_quotes_are_part_of_the_id(self):
        assert Reader(sep=",").parse_line("\"ann\",'film',4")[:2] == ('"ann"', "'film'")

    def test_ids_stay_text(self):
        assert Reader().parse_line("007 1.0 4")[:2] == ("007", "1.0")

    def test_an_empty_field_is_an_empty_id(self):
        assert Reader(sep=",").parse_line(",,4") == ("", "", 4.0, None)

    @pytest.mark.parametrize("line", ["ann,film", "", "ann;film;4"])
    def test_a_line_with_too_few_fields_is_refused(self, line):
        with pytest.raises(ValueError, match="Check the line_format and sep"):
            Reader(sep=",").parse_line(line)

    @pytest.mark.parametrize("option", ["line_format", "sep"])
    def test_formats_are_text(self, option):
        with pytest.raises(TypeError, match=f"{option} must be a str.*, got 3"):
            Reader(**{option: 3})

    def test_a_line_without_its_timestamp_is_refused(self):
        with pytest.raises(ValueError, match="Check the line_format and sep"):
            Reader("ml-100k").parse_line("196\t242\t3")

    @pytest.mark.parametrize("rating", ["good", "", "4,5", "0x4"])
    def test_a_rating_must_be_a_number(self, rating):
        with pytest.raises(ValueError, match="could not convert string to float"):
            Reader(sep=";").parse_line(f"ann;film;{rating}")
