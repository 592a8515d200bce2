"""The command line of scikit-surprise."""

import random

import numpy as np
import pytest

from astonish import SVD, dump, make_ratings
from astonish.compat.surprise_command import main
from astonish.model_selection import KFold, cross_validate

READER = "Reader(line_format='user item rating', sep=',')"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working folder, and a folder of data sets that nobody misses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASTONISH_DATA", str(tmp_path / "sets"))
    return tmp_path


@pytest.fixture
def ratings(folder):
    data = make_ratings(20, 15, 150, seed=6)
    write(folder / "ratings.csv", data.raw_ratings)
    return data


def write(path, ratings):
    path.write_text("".join(f"{user},{item},{rating}\n" for user, item, rating, *_ in ratings))


def run(*arguments):
    main(argv=arguments)


def run_on_file(*arguments):
    run("-load-custom", "ratings.csv", "-reader", READER, *arguments)


def rows(text):
    """The rows of errors of the table."""
    return [line.split() for line in text.splitlines() if "(testset)" in line]


@pytest.mark.parametrize(
    "params", ["{'n_epochs': 2, 'n_factors': 3}", "dict(n_epochs=2, n_factors=3)"]
)
def test_it_prints_what_cross_validate_prints(ratings, capsys, params):
    run_on_file("-algo", "SVD", "-params", params, "-n-folds", "3", "-seed", "4")
    printed = capsys.readouterr().out
    np.random.seed(4)
    model = SVD(n_epochs=2, n_factors=3)
    cross_validate(model, ratings, cv=KFold(3, random_state=4), verbose=True)
    assert "of algorithm SVD on 3 split(s)." in printed
    assert rows(printed) == rows(capsys.readouterr().out)


def test_files_of_folds(folder, capsys):
    data = make_ratings(20, 15, 150, seed=6)
    for fold, (trainset, testset) in enumerate(KFold(2, random_state=0).split(data)):
        write(folder / f"train{fold}", trainset.build_testset())
        write(folder / f"test{fold}", testset)
    run(
        "-folds-files", "train0 test0 train1 test1", "-reader", READER, "-algo", "SVD", "-seed", "0"
    )
    assert "on 2 split(s)" in capsys.readouterr().out


def test_a_built_in_set_is_the_default(folder, capsys):
    path = folder / "sets" / "ml-100k" / "ml-100k" / "u.data"
    path.parent.mkdir(parents=True)
    raw = make_ratings(20, 15, 150, seed=6).raw_ratings
    path.write_text("".join(f"{user}\t{item}\t{rating:g}\t1\n" for user, item, rating, _ in raw))
    run("-algo", "SVD", "-params", "{'n_epochs': 1}", "-n-folds", "2")
    assert "on 2 split(s)" in capsys.readouterr().out


@pytest.mark.usefixtures("ratings")
def test_both_generators_are_seeded():
    draws = []
    for _ in range(2):
        run_on_file("-algo", "SVD", "-seed", "7", "-n-folds", "2", "-params", "{'n_epochs': 0}")
        draws.append((random.random(), np.random.random()))
    assert draws[0] == draws[1]


class TestDumps:
    def test_each_fold_is_dumped(self, ratings, folder, capsys):
        options = ("-algo", "SVD", "-params", "{'random_state': 0}", "-n-folds", "2", "-seed", "0")
        run_on_file(*options)
        plain = rows(capsys.readouterr().out)
        run_on_file(*options, "--with-dump", "-dump-dir", "my/dumps")
        assert rows(capsys.readouterr().out) == plain
        files = sorted((folder / "my" / "dumps").iterdir())
        assert [file.name for file in files] == ["SVD-fold-1", "SVD-fold-2"]
        folds = KFold(2, random_state=0).split(ratings)
        for file, (trainset, testset) in zip(files, folds, strict=True):
            predictions, algo = dump.load(file)
            assert list(algo.trainset.all_ratings()) == list(trainset.all_ratings())
            assert predictions == algo.test(testset)

    @pytest.mark.usefixtures("ratings")
    def test_by_default_beside_the_data_sets(self, folder):
        run_on_file("-algo", "SVD", "-n-folds", "2", "--with-dump")
        assert len(list((folder / "sets" / "dumps").iterdir())) == 2

    @pytest.mark.usefixtures("ratings")
    def test_none_without_the_option(self, folder):
        run_on_file("-algo", "SVD", "-n-folds", "2", "-dump-dir", "dumps")
        assert not (folder / "dumps").exists()
        assert not (folder / "sets").exists()


class TestLeaving:
    def leave(self, *arguments):
        with pytest.raises(SystemExit) as exit_info:
            run(*arguments)
        return exit_info.value.code

    def test_version(self, capsys):
        assert self.leave("-v") == 0
        assert capsys.readouterr().out.startswith("1.1.5 ")

    def test_help_creates_no_folder(self, folder):
        assert self.leave("-h") == 0
        assert not (folder / "sets").exists()

    @pytest.mark.parametrize(
        ("option", "value", "message"),
        [
            ("-n-folds", "1", "argument -n-folds: the number must be at least 2, got 1"),
            ("-n-folds", "two", "argument -n-folds: "),
            ("-seed", "-1", "argument -seed: the number must be at least 0, got -1"),
            ("-seed", str(2**32), "argument -seed: the number must be at most"),
            ("-folds-files", "a b c", "-folds-files must be pairs of files, got 'a b c'"),
            ("-folds-files", " ", "-folds-files must be pairs of files, got ' '"),
        ],
    )
    def test_a_wrong_value_is_an_error_and_no_traceback(self, capsys, option, value, message):
        assert self.leave("-algo", "SVD", "-reader", READER, option, value) == 2
        assert message in capsys.readouterr().err

    @pytest.mark.usefixtures("ratings")
    def test_dumps_need_a_folder(self, capsys):
        options = ("-algo", "SVD", "--with-dump", "-dump-dir", "ratings.csv")
        assert self.leave(*options, "-load-custom", "ratings.csv", "-reader", READER) == 2
        assert "File exists" in capsys.readouterr().err

    def test_clean_removes_the_folder_of_data_sets(self, folder, capsys):
        (folder / "sets" / "ml-100k").mkdir(parents=True)
        assert not self.leave("--clean")
        assert capsys.readouterr().out == f"Removed {folder / 'sets'}\n"
        assert not (folder / "sets").exists()

    def test_clean_has_nothing_to_do_without_one(self, folder, capsys):
        assert not self.leave("--clean")
        assert capsys.readouterr().out == ""
        assert not (folder / "sets").exists()

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "No algorithm was specified."),
            (["-algo", "Nosuch"], "argument -algo: invalid choice: 'Nosuch'"),
            (["-algo", "SVD", "-n-folds", "two"], "argument -n-folds: invalid int value: 'two'"),
            (["-algo", "SVD", "-load-custom", "ratings.csv"], "-reader parameter is needed."),
            (["-algo", "SVD", "-folds-files", "a b"], "-reader parameter is needed."),
            (["-algo", "SVD", "-load-builtin", "nosuch"], "unknown dataset nosuch."),
            (["-algo", "SVD", "-params", "{'epochs': 3}"], "SVD.__init__() got an unexpected"),
            (["-algo", "SVD", "-params", "3"], "-params must be a dict, got '3'"),
            (["-algo", "SVD", "-params", "{"], "-params must be a literal or dict(...)"),
            (
                ["-algo", "SVD", "-load-custom", "x", "-reader", "3"],
                "-reader must be a Reader(...), got '3'",
            ),
            (
                ["-algo", "SVD", "-load-custom", "x", "-reader", "Reader('nosuch')"],
                "unknown reader nosuch.",
            ),
            (
                ["-algo", "SVD", "-load-custom", "nosuch", "-reader", "Reader()"],
                "[Errno 2] No such file or directory",
            ),
        ],
    )
    def test_errors_are_followed_by_the_help(self, capsys, arguments, message):
        assert self.leave(*arguments) == 2
        printed = capsys.readouterr()
        assert printed.err.startswith(f"error: {message}")
        assert printed.out.startswith("usage: ")

    @pytest.mark.parametrize(
        "text",
        [
            "__import__('os').mkdir('made')",
            "dict(a=__import__('os').mkdir('made'))",
            "(lambda: {})()",
            "open('made', 'w')",
            "dict.fromkeys([1])",
            "{'a': Reader()}",
            "[n for n in (1,)]",
            "dict(**{'a': 1})",
        ],
    )
    @pytest.mark.parametrize("option", ["-params", "-reader"])
    def test_nothing_is_evaluated(self, folder, capsys, option, text):
        arguments = {"-params": "{}", "-reader": "Reader()", option: text}
        options = [part for pair in arguments.items() for part in pair]
        assert self.leave("-algo", "SVD", "-load-custom", "nosuch", *options) == 2
        assert f"error: {option} must be a literal" in capsys.readouterr().err
        assert list(folder.iterdir()) == []
