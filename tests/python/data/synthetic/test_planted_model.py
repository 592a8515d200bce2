from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import make_ratings


def generate(*sizes, **options):
    """The columns of a data set and what is known of its items, as plain attributes."""
    data = make_ratings(*sizes, **options)
    return SimpleNamespace(
        users=data.ratings.users,
        items=data.ratings.items,
        values=data.ratings.values,
        titles=list(data.item_titles.values()),
        genres=list(data.item_genres.values()),
    )


@st.composite
def sizes(draw):
    """Small (n_users, n_items, n_ratings), from one rating to all of them."""
    n_users = draw(st.integers(1, 40))
    n_items = draw(st.integers(1, 40))
    return n_users, n_items, draw(st.integers(1, n_users * n_items))


def pair_codes(raw):
    return raw.users.astype(np.int64) * len(raw.titles) + raw.items


@pytest.fixture(scope="module")
def demo():
    return generate()


class TestPairs:
    @given(sizes(), st.floats(0, 50), st.integers(0, 2**64))
    def test_counts_are_exact_and_pairs_distinct(self, size, popularity, seed):
        n_users, n_items, n_ratings = size
        raw = generate(*size, popularity=popularity, seed=seed)
        assert raw.users.shape == raw.items.shape == raw.values.shape == (n_ratings,)
        assert raw.users.dtype == raw.items.dtype == np.int32
        assert raw.users.min() >= 0
        assert raw.users.max() < n_users
        assert raw.items.min() >= 0
        assert raw.items.max() < n_items
        assert len(np.unique(pair_codes(raw))) == n_ratings

    @given(sizes(), st.floats(0, 50), st.integers(0, 2**32))
    def test_everyone_takes_part_where_the_ratings_suffice(self, size, popularity, seed):
        n_users, n_items, n_ratings = size
        raw = generate(*size, popularity=popularity, seed=seed)
        if n_ratings >= n_users:
            assert len(np.unique(raw.users)) == n_users
        if n_ratings >= n_items:
            assert len(np.unique(raw.items)) == n_items

    @pytest.mark.parametrize("n_free", [0, 1, 999])
    def test_a_nearly_full_matrix(self, n_free):
        raw = generate(300, 500, 150_000 - n_free)
        assert len(np.unique(pair_codes(raw))) == 150_000 - n_free

    def test_sizes_whose_product_does_not_fit_in_32_bits(self):
        raw = generate(np.int32(100_000), np.int32(100_000), np.int32(200_000))
        assert len(np.unique(pair_codes(raw))) == 200_000

    def test_items_have_a_long_tail(self, demo):
        counts = np.sort(np.bincount(demo.items))
        assert counts[-168:].sum() > 0.4 * 100_000
        assert np.median(counts) < 40  # the mean is 59

    def test_users_have_a_long_tail(self, demo):
        counts = np.sort(np.bincount(demo.users))
        assert counts[-94:].sum() > 0.25 * 100_000
        assert np.median(counts) < 85  # the mean is 106

    def test_popularity_zero_makes_items_alike(self):
        counts = np.bincount(generate(1000, 100, 20_000, popularity=0).items)
        assert counts.max() < 2 * counts.min()

    def test_order_is_random(self, demo):
        middle = np.arange(100_000) < 50_000
        share = np.bincount(demo.users, weights=middle) / np.bincount(demo.users)
        active = np.bincount(demo.users) > 100
        assert np.abs(share[active] - 0.5).max() < 0.25  # five standard deviations


class TestValues:
    @given(
        sizes(),
        st.sampled_from([((1, 5), 1), ((0.5, 5), 0.5), ((-10, 10), 0.25), ((0, 0.3), 0.1)]),
        st.floats(0, 2),
    )
    def test_on_the_grid_and_in_the_scale(self, size, scale_and_step, noise):
        (lowest, highest), step = scale_and_step
        values = generate(*size, rating_scale=(lowest, highest), step=step, noise=noise).values
        assert values.dtype == np.float64
        assert values.min() >= lowest
        assert values.max() <= highest
        steps = (values - lowest) / step
        np.testing.assert_allclose(steps, np.rint(steps), atol=1e-9)

    def test_a_step_that_does_not_divide_the_scale(self):
        values = generate(100, 100, 5000, rating_scale=(0, 1), step=0.4).values
        np.testing.assert_array_equal(np.unique(values), [0, 0.4, 0.8])

    @pytest.mark.parametrize(("scale", "step"), [((1, 5), 1.0), ((0.5, 5), 0.5), ((0, 0.3), 0.1)])
    def test_the_ends_of_the_scale_are_given(self, scale, step):
        values = generate(rating_scale=scale, step=step).values
        assert (values.min(), values.max()) == scale

    def test_histogram_is_like_that_of_movielens(self, demo):
        shares = np.bincount(demo.values.astype(int), minlength=6)[1:] / 100_000
        assert 3.4 < demo.values.mean() < 3.6
        assert shares.argmin() == 0
        assert shares.argmax() == 3
        assert shares[2:].sum() > 0.75

    def test_another_scale_stretches_the_same_opinions(self, demo):
        stretched = generate(rating_scale=(-10, 10), step=5).values
        np.testing.assert_array_equal(stretched, (demo.values - 1) * 5 - 10)

    def test_noise_adds_its_variance(self):
        quiet, noisy = (
            generate(noise=noise, rating_scale=(0, 100), step=0.01).values for noise in (0, 0.05)
        )
        inside = (quiet > 20) & (quiet < 80)
        assert np.std((noisy - quiet)[inside]) == pytest.approx(5, rel=0.02)


def residuals(raw):
    """Return the ratings less the means of users and of items, fitted by turns."""
    rest = raw.values - raw.values.mean()
    for _ in range(10):
        for codes in (raw.items, raw.users):
            rest -= (np.bincount(codes, rest) / np.bincount(codes))[codes]
    return rest


def explained_by_tastes(raw, genres):
    """Share of the variance of half of the residuals explained by a taste learnt on the rest.

    A taste is the mean residual of a user in a genre, shrunk by ten ratings without one.
    """
    rest = residuals(raw)
    names = sorted(set(genres))
    genre = np.array([names.index(name) for name in genres])
    cell = raw.users * len(names) + genre[raw.items]
    train = np.arange(len(rest)) % 2 == 0
    total = np.bincount(cell[train], rest[train], minlength=cell.max() + 1)
    count = np.bincount(cell[train], minlength=cell.max() + 1)
    left = rest[~train] - (total / (count + 10))[cell[~train]]
    return 1 - left.var() / rest[~train].var()


class TestStructure:
    def test_users_have_tastes_over_genres(self, demo):
        first_genres = [genres[0] for genres in demo.genres]
        shuffled = np.random.default_rng(1).permutation(first_genres).tolist()
        assert explained_by_tastes(demo, first_genres) > 0.03
        assert explained_by_tastes(demo, shuffled) < 0.01

    def test_without_noise_the_residuals_have_the_rank_of_the_factors(self):
        raw = generate(
            200, 150, 30_000, n_factors=3, noise=0, rating_scale=(0, 1), step=1e-6, seed=5
        )
        dense = np.empty((200, 150))
        dense[raw.users, raw.items] = raw.values
        whole_rows = dense[:, ((dense > 0) & (dense < 1)).all(axis=0)]  # nothing was clipped
        singular = np.linalg.svd(whole_rows, compute_uv=False)
        # Three for the factors, two for the mean and the biases; rounding leaves about 1e-5.
        assert singular[4] > 0.1
        assert singular[5] < 1e-3


class TestCatalogue:
    def test_titles_are_distinct_and_have_a_year(self, demo):
        assert len(set(demo.titles)) == 1682
        assert all(
            title.endswith(")") and 1950 <= int(title[-5:-1]) < 2025 for title in demo.titles
        )

    def test_titles_are_distinct_beyond_the_phrases(self):
        titles = generate(1, 100_000, 1).titles
        names = {title[:-7] for title in titles}  # without the year
        assert len(names) == 100_000
        assert any(name.endswith(" II") for name in names)
        assert any(name.endswith(" IV") for name in names)

    def test_items_have_one_to_three_distinct_genres(self, demo):
        assert len(demo.genres) == 1682
        assert {len(genres) for genres in demo.genres} == {1, 2, 3}
        assert all(len(set(genres)) == len(genres) for genres in demo.genres)

    def test_it_does_not_depend_on_the_ratings(self, demo):
        other = generate(10, 1682, 5000, noise=0, popularity=0)
        assert other.titles == demo.titles
        assert other.genres == demo.genres


class TestSeed:
    @given(sizes(), st.integers(0, 2**64))
    def test_the_same_seed_gives_the_same_data(self, size, seed):
        first, second = (generate(*size, seed=seed) for _ in range(2))
        np.testing.assert_array_equal(first.users, second.users)
        np.testing.assert_array_equal(first.items, second.items)
        np.testing.assert_array_equal(first.values, second.values)
        assert first.titles == second.titles
        assert first.genres == second.genres

    def test_another_seed_gives_other_data(self, demo):
        other = generate(seed=1)
        assert not np.array_equal(other.users, demo.users)
        assert not np.array_equal(other.values, demo.values)
        assert other.titles != demo.titles


class TestErrors:
    @pytest.mark.parametrize(
        ("argument", "value"),
        [
            ("n_users", 0),
            ("n_items", -1),
            ("n_ratings", 0),
            ("n_ratings", 943 * 1682 + 1),
            ("n_factors", 0),
            ("noise", -0.1),
            ("noise", float("nan")),
            ("rating_scale", 5),
            ("rating_scale", (1, 2, 3)),
            ("rating_scale", ("1", 5)),
            ("rating_scale", (5, 1)),
            ("rating_scale", (3, 3)),
            ("rating_scale", (1, float("inf"))),
            ("step", 0),
            ("step", -1.0),
            ("step", 4.5),
            ("step", float("nan")),
            ("popularity", -1),
            ("popularity", float("inf")),
            ("seed", -1),
        ],
    )
    def test_value_out_of_range(self, argument, value):
        shown = value[1] if value == (1, float("inf")) else value
        with pytest.raises(ValueError, match=argument) as error:
            generate(**{argument: value})
        assert str(shown) in str(error.value)

    @pytest.mark.parametrize(
        ("argument", "value"),
        [
            ("n_users", 10.0),
            ("n_items", "10"),
            ("n_ratings", True),
            ("n_factors", None),
            ("noise", "loud"),
            ("step", None),
            ("popularity", "high"),
            ("seed", 0.5),
            ("seed", None),
        ],
    )
    def test_value_of_the_wrong_type(self, argument, value):
        with pytest.raises(TypeError, match=argument):
            generate(**{argument: value})


def test_make_ratings_has_ids_titles_and_genres():
    raw = generate(30, 20, 200, rating_scale=(0, 10), seed=3)
    data = make_ratings(30, 20, 200, rating_scale=(0, 10), seed=3)
    assert data.reader.rating_scale == (0, 10)
    assert data.ratings.user_ids == [str(user) for user in range(1, 31)]
    assert list(data.item_titles) == data.ratings.item_ids == [str(item) for item in range(1, 21)]
    assert list(data.item_titles.values()) == raw.titles
    assert list(data.item_genres.values()) == raw.genres
    np.testing.assert_array_equal(data.ratings.users, raw.users)
    np.testing.assert_array_equal(data.ratings.items, raw.items)
    np.testing.assert_array_equal(data.ratings.values, raw.values)
