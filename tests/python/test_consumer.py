"""A C++ project builds with the installed core, and exchanges models with Python."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import astonish
from astonish import (
    ALS,
    NMF,
    SVD,
    BaselineOnly,
    ImplicitALS,
    KNNBasic,
    SVDpp,
    Trainset,
    make_ratings,
    map_array,
)
from astonish._cpu import built_levels

SOURCE = Path(__file__).parents[1] / "consumer"
VERSION_1 = Path(__file__).parents[1] / "data" / "version_1"
SAME = {"rtol": 1e-12}  # the core of Python may be compiled for another CPU level


def run(*command, **options):
    return subprocess.run(
        [str(each) for each in command], capture_output=True, text=True, timeout=600, **options
    )


def succeed(*command, **options):
    done = run(*command, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The folder of the compiled programs."""
    needed = "cmake", "ninja", os.environ.get("CXX", "c++")
    if not all(map(shutil.which, needed)):
        pytest.skip(f"needs the commands {', '.join(needed)}")
    package = run(sys.executable, "-m", "astonish", "--cmake-dir")
    if package.returncode:
        pytest.skip(package.stderr)
    folder = tmp_path_factory.mktemp("consumer")
    place = f"-Dastonish_DIR={package.stdout.strip()}"
    required = "-DCMAKE_REQUIRE_FIND_PACKAGE_astonish=ON"
    succeed("cmake", "-G", "Ninja", "-S", SOURCE, "-B", folder, place, required)
    succeed("cmake", "--build", folder)
    return folder


@pytest.fixture(scope="module")
def trainset():
    return make_ratings(60, 50, 900, seed=3).build_full_trainset()


@pytest.fixture
def ratings_file(tmp_path):
    path = tmp_path / "ratings.tsv"
    write_ratings(path, "\t")
    return path


def write_ratings(path, separator, header=""):
    ratings = make_ratings(80, 60, 2000, seed=5).raw_ratings
    lines = [separator.join([user, item, f"{rating:g}"]) for user, item, rating, _ in ratings]
    path.write_text(header + "\n".join(lines) + "\n")


def lists_of(model, users):
    """What `serve` prints, as (user, item, estimate)."""
    items, scores = model.recommend(users)
    return [
        (str(user), str(item), score)
        for user, *columns in zip(users, items, scores, strict=True)
        for item, score in zip(*columns, strict=True)
        if item is not None
    ]


def read_lists(output):
    rows = [line.split("\t") for line in output.splitlines()]
    return [(user, item, float(score)) for user, item, score in rows]


def assert_same_lists(actual, expected):
    assert [row[:2] for row in actual] == [row[:2] for row in expected]
    np.testing.assert_allclose([row[2] for row in actual], [row[2] for row in expected], **SAME)


def test_the_program_of_the_docs_runs(programs):
    assert re.fullmatch(r"(user \d: item \d, \d\.\d\d\n){3}", succeed(programs / "consumer"))


# From Python to C++

MODELS = {
    "ALS": lambda: ALS(n_factors=5, dtype="float64", random_state=0),
    "ImplicitALS": lambda: ImplicitALS(n_factors=5, dtype="float64", random_state=0),
    "SVD": lambda: SVD(n_factors=9, n_epochs=5, random_state=0),
    "SVD unbiased": lambda: SVD(biased=False, n_factors=4, init_mean=0.5, random_state=0),
    "NMF": lambda: NMF(random_state=0),
    "NMF biased": lambda: NMF(biased=True, n_epochs=5, random_state=0),
    "SVDpp": lambda: SVDpp(n_factors=5, n_epochs=3, random_state=0),
    "BaselineOnly": lambda: BaselineOnly(verbose=False),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_python_gives_the_same_lists(programs, trainset, tmp_path, name):
    model = MODELS[name]().fit(trainset)
    model.save(tmp_path / "model.npz")
    served = succeed(programs / "serve", tmp_path / "model.npz", *trainset.user_ids)
    assert len(served.splitlines()) > 500
    assert_same_lists(read_lists(served), lists_of(model, trainset.user_ids))


PRINT_LISTS = """
import sys, astonish
model = astonish.load(sys.argv[1])
for user in model.trainset.user_ids:
    for item, score in zip(*(column[0] for column in model.recommend([user]))):
        if item is not None:
            print(user, item, format(score, ".17g"), sep="\\t")
"""


@pytest.mark.skipif("v1" not in built_levels(), reason="the level v1 was not built")
@pytest.mark.parametrize(
    "model",
    [
        SVD(n_factors=37, n_epochs=5, random_state=0),
        SVD(n_factors=37, n_epochs=5, random_state=0, solver="parallel"),
        ALS(n_factors=37, n_epochs=3, random_state=0),
        ALS(n_factors=37, n_epochs=3, random_state=0, biased=False),
        ImplicitALS(n_factors=37, n_epochs=3, random_state=0),
    ],
    ids=["SVD", "SVD parallel", "ALS", "ALS unbiased", "ImplicitALS"],
)
def test_the_same_cpu_level_gives_the_same_bits(programs, trainset, tmp_path, model):
    path = tmp_path / "model.npz"
    model.fit(trainset).save(path)
    environment = {**os.environ, "ASTONISH_CPU_LEVEL": "v1"}
    python = succeed(sys.executable, "-c", PRINT_LISTS, path, env=environment)
    assert succeed(programs / "serve", path, *trainset.user_ids) == python


def test_an_item_without_ratings_is_in_no_list(programs, tmp_path):
    ratings = {0: [(0, 4.0)], 1: [(1, 3.0)]}
    by_item = {0: [(0, 4.0)], 1: [(1, 3.0)]}
    ids = {"a": 0, "b": 1}, {"x": 0, "y": 1, "z": 2}
    trainset = Trainset(ratings, by_item, 2, 3, 2, (1, 5), *ids)
    model = SVD(n_factors=2, random_state=0).fit(trainset)
    model.save(tmp_path / "model.npz")
    served = succeed(programs / "serve", tmp_path / "model.npz", "a")
    assert_same_lists(read_lists(served), lists_of(model, ["a"]))
    assert len(served.splitlines()) == 1


def test_folded_in_users_are_served(programs, trainset, tmp_path):
    model = ALS(n_factors=5, dtype="float64", random_state=0).fit(trainset)
    items = trainset.item_ids
    new = [("me", items[0], 5), ("me", items[1], 1), ("you", items[2], 3)]
    folded = model.fold_in(new)
    folded.save(tmp_path / "model.npz")
    served = succeed(programs / "serve", tmp_path / "model.npz", "me", "you")
    assert_same_lists(read_lists(served), lists_of(folded, ["me", "you"]))
    assert len(served.splitlines()) == 20


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=5)
IDS = st.one_of(
    *(
        st.lists(each, min_size=1, max_size=20, unique=True)
        for each in (st.integers(-(2**63), 2**63 - 1), WORDS)
    )
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(users=IDS, items=IDS, data=st.data())
def test_any_ids_and_ratings_give_the_same_lists(programs, tmp_path, users, items, data):
    pairs = st.tuples(st.sampled_from(users), st.sampled_from(items), st.sampled_from([1, 2.5, 5]))
    rows = data.draw(st.lists(pairs, min_size=1, max_size=60))
    trainset = trainset_of(rows)
    model = SVD(n_factors=3, n_epochs=2, random_state=0).fit(trainset)
    model.save(tmp_path / "model.npz")
    served = run(programs / "serve", tmp_path / "model.npz", *trainset.user_ids)
    assert (served.returncode, served.stderr) == (0, "")
    assert_same_lists(read_lists(served.stdout), lists_of(model, trainset.user_ids))


def trainset_of(rows):
    data = astonish.Dataset(astonish.Reader(rating_scale=(1, 5)))
    return data.construct_trainset([(*row, None) for row in rows])


class AllThrees(SVD):
    """A model whose factors do not make its estimates."""

    def estimate(self, *_):
        return 3.0


@pytest.mark.parametrize("cls", [KNNBasic, AllThrees])
def test_a_model_that_is_no_product_of_factors_is_refused(programs, trainset, tmp_path, cls):
    path = tmp_path / "model.npz"
    cls(verbose=False).fit(trainset).save(path)
    done = run(programs / "serve", path, "1")
    assert done.returncode == 1
    assert f"{path} is not a model file that can be read: it holds a" in done.stderr
    assert f'{cls.__qualname__}", whose estimates' in done.stderr


def test_an_id_that_c_has_no_type_for_is_named(programs, tmp_path):
    path = tmp_path / "model.npz"
    SVD(n_factors=1).fit(trainset_of([("u", "i", 3), (10**30, "i", 4)])).save(path)
    served = run(programs / "serve", path, "u")
    assert 'user_ids[1] is of the kind "long integer", neither text nor' in served.stderr
    succeed(programs / "serve", VERSION_1 / "ids_str.npz", "ann")
    served = run(programs / "serve", VERSION_1 / "ids_int.npz", "0")
    assert "user_ids[4] is 1e+30, neither text nor" in served.stderr


@pytest.mark.parametrize("name", ["ALS", "BaselineOnly", "ImplicitALS", "NMF", "SVD", "SVDpp"])
def test_a_file_of_version_1_gives_the_same_lists(programs, name):
    model = astonish.load(VERSION_1 / f"{name}.npz")
    served = succeed(programs / "serve", VERSION_1 / f"{name}.npz", *model.trainset.user_ids)
    expected = lists_of(model, model.trainset.user_ids)
    actual = read_lists(served)
    assert [row[:2] for row in actual] == [row[:2] for row in expected]
    np.testing.assert_allclose([row[2] for row in actual], [row[2] for row in expected], rtol=1e-5)


def test_given_factors_are_served(programs, tmp_path):
    random = np.random.RandomState(0)
    vectors = random.normal(size=(4, 3)), random.normal(size=(6, 3))
    model = astonish.FactorModel.from_arrays(*vectors, user_ids=list("abcd"), seen={"a": [2]})
    model.save(tmp_path / "model.npz")
    served = succeed(programs / "serve", tmp_path / "model.npz", *"abcd")
    assert_same_lists(read_lists(served), lists_of(model, list("abcd")))
    assert len(served.splitlines()) == 4 * 6 - 1


def test_a_file_that_was_written_in_one_go_is_read(programs, trainset, tmp_path):
    model = SVD(n_factors=3, random_state=0).fit(trainset)
    with (tmp_path / "model.npz").open("ab") as file:  # which cannot be changed behind its end
        model.save(file)
    served = succeed(programs / "serve", tmp_path / "model.npz", "1")
    assert_same_lists(read_lists(served), lists_of(model, ["1"]))


def test_ids_of_two_kinds_are_served_and_come_back(programs, tmp_path):
    users, items = [7, "é", -(2**63), "8"], ["a", 1, "", 2**63 - 1]
    rows = [(user, item, 3) for k, user in enumerate(users) for item in items[k % 2 :]]
    model = SVD(n_factors=2, random_state=0).fit(trainset_of(rows))
    model.save(tmp_path / "model.npz")
    served = succeed(programs / "serve", tmp_path / "model.npz", *users)
    assert_same_lists(read_lists(served), lists_of(model, model.trainset.user_ids))


def test_a_user_that_the_model_does_not_know_is_named(programs, trainset, tmp_path):
    SVD(n_factors=1).fit(trainset).save(tmp_path / "model.npz")
    done = run(programs / "serve", tmp_path / "model.npz", "nobody")
    assert (done.returncode, done.stderr) == (1, "serve: the model has no user nobody\n")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_refused_or_harmless(programs, tmp_path, data):
    path = tmp_path / "model.npz"
    model = SVD(n_factors=2, random_state=0).fit(trainset_of([("u", "i", 3), ("v", "j", 4)]))
    model.save(path)
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    for place in data.draw(st.lists(st.integers(0, max(len(content) - 1, 0)), max_size=3)):
        content[place : place + 1] = [data.draw(st.integers(0, 255))]
    path.write_bytes(content)
    done = run(programs / "serve", path, "u")
    if done.returncode:
        assert done.returncode == 1
        assert f"{path} is not a model file that can be read" in done.stderr
    else:
        assert_same_lists(read_lists(done.stdout), lists_of(model, ["u"]))


# From C++ to Python


def test_a_model_of_a_program_gives_the_same_lists(programs, ratings_file, tmp_path):
    path = tmp_path / "model.npz"
    printed = succeed(programs / "train", ratings_file, path)
    model = astonish.load(path)
    assert type(model) is SVD
    qi = map_array(path, "qi")
    assert qi.offset % 64 == 0
    np.testing.assert_array_equal(qi, model.qi)
    first, *lists = printed.splitlines()
    assert re.fullmatch(r"RMSE of 200 held-out ratings: [01]\.\d{4}", first)
    users = model.trainset.user_ids
    assert_same_lists(read_lists("\n".join(lists)), lists_of(model, users[:3]))
    served = succeed(programs / "serve", path, *users)
    assert_same_lists(read_lists(served), lists_of(model, users))


def test_a_model_of_a_program_is_a_whole_model(programs, ratings_file, tmp_path):
    succeed(programs / "train", ratings_file, tmp_path / "model.npz")
    model = SVD.load(tmp_path / "model.npz")
    assert vars(model).keys() >= vars(SVD()).keys()
    assert (model.n_factors, model.n_epochs, model.biased) == (50, 20, True)
    trainset = model.trainset
    assert trainset.n_ratings == 1800
    assert trainset.rating_scale == (1, 5)
    assert trainset.global_mean == pytest.approx(np.mean(trainset.by_user.values), rel=1e-15)
    ratings = {user: dict(row) for user, row in trainset.ur.items()}
    for item, row in trainset.ir.items():
        assert all(ratings[user][item] == rating for user, rating in row)
    predicted = model.test(trainset.build_testset())
    assert astonish.accuracy.rmse(predicted, verbose=False) < 0.9
    model.save(tmp_path / "again.npz")
    assert lists_of(SVD.load(tmp_path / "again.npz"), ["1"]) == lists_of(model, ["1"])
    assert model.fit(trainset).pu.shape == (trainset.n_users, 50)


@pytest.mark.parametrize(
    ("separator", "header"), [(",", "userId,movieId,rating\n"), ("::", ""), (" ", "")]
)
def test_every_format_gives_the_same(programs, ratings_file, tmp_path, separator, header):
    write_ratings(tmp_path / "other", separator, header)
    expected = succeed(programs / "train", ratings_file)
    assert succeed(programs / "train", tmp_path / "other") == expected


def test_a_line_that_is_no_rating_is_named(programs, tmp_path):
    (tmp_path / "ratings").write_text("1,2,3\n1,2\n")
    done = run(programs / "train", tmp_path / "ratings")
    assert done.returncode == 1
    assert "ratings:2 is no rating: 1,2" in done.stderr
