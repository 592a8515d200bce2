"""The command, as a user calls it: in a process of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from astonish import SVD, SVDpp, __version__, cli, cross_validate
from astonish.data.loaders import load_any_file
from astonish.model_selection import KFold
from astonish.models import ALGORITHMS

COMMAND = [sys.executable, "-m", "astonish"]
ENVIRONMENT = {**os.environ, "COLUMNS": "120", "NO_COLOR": "1"}


def astonish(*arguments):
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )


@pytest.fixture
def ratings_file(tmp_path):
    path = tmp_path / "ratings.csv"
    rows = [f"{user},{item},{1 + (user * item) % 5}" for user in range(20) for item in range(12)]
    path.write_text("user,film,stars\n" + "\n".join(rows))
    return path


def test_evaluate_prints_a_table_of_the_demo_set():
    done = astonish("evaluate", "--folds", "2")
    assert done.returncode == 0
    assert "demo: <Dataset: 100000 ratings of 1682 items by 943 users>, 2 folds" in done.stdout
    assert re.search(r"SVD +│ 0\.9\d{3} ± 0\.\d{4} │ 0\.7\d{3} ± 0\.\d{4}", done.stdout)
    assert done.stderr == ""


def test_evaluate_gives_the_same_numbers_with_any_number_of_threads(ratings_file, tmp_path):
    results = []
    for threads in ("1", "3"):
        report = tmp_path / f"{threads}.json"
        options = ("--data", str(ratings_file), "--threads", threads, "--json", str(report))
        assert astonish("evaluate", "--measures", "rmse,fcp", *options).returncode == 0
        folds = json.loads(report.read_text())["results"]["SVD"]
        results.append([fold["test_measures"] for fold in folds])
    assert len(results[0]) == 5
    assert set(results[0][0]) == {"rmse", "fcp"}
    assert results[0] == results[1]


def test_every_algorithm_is_evaluated_and_prints_nothing_of_its_own(ratings_file):
    first, *others = ALGORITHMS
    names = ("--algo", first, "--algo", ",".join(others))
    done = astonish("evaluate", "--data", str(ratings_file), "--folds", "2", *names)
    assert (done.returncode, done.stderr) == (0, "")
    assert "biases" not in done.stdout
    for name in ALGORITHMS:
        assert re.search(rf"{name} +│ \d\.\d{{4}} ± 0\.\d{{4}} │", done.stdout)


def test_parameters_are_set(ratings_file, tmp_path):
    report = tmp_path / "report.json"
    options = ("--data", str(ratings_file), "--folds", "3", "--json", str(report))
    settings = ("--set", "n_epochs=7", "--set", "n_factors=2", "--set", "solver=bitwise")
    done = astonish("evaluate", *options, "--metrics", "RMSE", "--algo", "SVD,SVDpp", *settings)
    assert (done.returncode, done.stderr) == (0, "")
    results = json.loads(report.read_text())["results"]
    for name, cls in (("SVD", SVD), ("SVDpp", SVDpp)):
        model = cls(n_epochs=7, n_factors=2, solver="bitwise", random_state=0)
        folds = KFold(3, random_state=0)
        expected = cross_validate(model, load_any_file(str(ratings_file)), ["rmse"], folds)
        found = [fold["test_measures"] for fold in results[name]]
        assert found == [{"rmse": value} for value in expected["test_rmse"]]


def test_a_set_parameter_may_be_a_dict_and_wins_over_the_seed(ratings_file):
    options = ("--data", str(ratings_file), "--folds", "2")
    knn = ("--algo", "KNNBasic", "--set", "sim_options={'name': 'cosine', 'user_based': False}")
    assert astonish("evaluate", *options, *knn).returncode == 0
    tables = [
        astonish("evaluate", *options, "--set", f"random_state={state}").stdout for state in (1, 2)
    ]
    errors = [re.findall(r"\d\.\d{4} ±", table) for table in tables]
    assert errors[0] != errors[1]


def test_an_output_without_unicode_gets_ascii(ratings_file):
    done = subprocess.run(
        [*COMMAND, "evaluate", "--data", str(ratings_file), "--folds", "2"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"\| SVD +\| \d\.\d{4} ~ \d\.\d{4} \|", done.stdout)


@pytest.mark.parametrize("command", [[], ["evaluate"], ["recommend"]])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_no_error(command, option):
    done = astonish(*command, option)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: astonish")


def test_the_seed_decides_estimates_that_are_drawn(ratings_file):
    options = ("--data", str(ratings_file), "--algo", "NormalPredictor", "--threads", "1")
    tables = [astonish("evaluate", *options, "--seed", seed).stdout for seed in "112"]
    errors = [re.findall(r"\d\.\d{4} ±", table) for table in tables]
    assert errors[0] == errors[1]
    assert errors[0] != errors[2]


def test_recommend_prints_titles_and_no_seen_items():
    done = astonish("recommend", "--user", "7", "-n", "3")
    assert done.returncode == 0
    ranks = re.findall(r"│ (\d+) +│ \d+ +│ [A-Z].* \(\d{4}\)", done.stdout)
    assert ranks == ["1", "2", "3"]


def test_recommend_ranks_by_implicit_feedback():
    done = astonish("recommend", "--user", "7", "-n", "3", "--algo", "ImplicitALS")
    assert done.returncode == 0
    assert "ImplicitALS" not in astonish("evaluate", "--help").stdout


def test_recommend_leaves_out_columns_that_the_data_lacks(tmp_path):
    path = tmp_path / "ratings.txt"
    path.write_text("ann x 5\nann y 1\nbob x 4\nbob z 2\n")
    done = astonish("recommend", "--data", str(path), "--user", "ann")
    assert done.returncode == 0
    assert "title" not in done.stdout
    assert re.search(r"│ 1 +│ z ", done.stdout)
    assert not re.search(r"│ 2 ", done.stdout)


def test_version_names_version_level_and_threads():
    done = astonish("--version")
    assert re.fullmatch(rf"astonish {__version__}, CPU level v\d, threads \d+\n", done.stdout)


def test_cmake_dir_lies_beside_the_compiled_modules(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cli._cpu, "__file__", str(tmp_path / "_cpu.so"))
    folder = tmp_path / "lib" / "cmake" / "astonish"
    with pytest.raises(SystemExit, match="2"):
        cli.main(["--cmake-dir"])
    assert f"astonish: {folder} does not exist: packages that" in capsys.readouterr().err
    folder.mkdir(parents=True)
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--cmake-dir"])
    assert capsys.readouterr().out == f"{folder}\n"


def test_without_arguments_it_shows_help():
    done = astonish()
    assert done.returncode == 0
    assert "evaluate" in done.stdout
    assert "recommend" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["evaluate", "--algo", "SVD,XYZ"], "--algo must be one of 'SVD', 'SVDpp'"),
        (["recommend", "--user", "7", "--algo", "XYZ"], "--algo must be one of 'SVD', 'SVDpp'"),
        (["evaluate", "--measures", "rsme"], "--measures must be one of 'rmse'"),
        (["evaluate", "--metrics", "rsme"], "--metrics must be one of 'rmse'"),
        (["evaluate", "--metrics", "mae", "--measures", "mae"], "give one of them"),
        (["evaluate", "--metrics", "auc"], "need ratings of exactly two values"),
        (["evaluate", "--set", "n_factor=3"], "not a parameter of SVD; did you mean n_factors?"),
        (["evaluate", "--set", "zzz=3"], "not a parameter of SVD, which has n_factors, n_epochs"),
        (["evaluate", "--set", "n_factors"], "--set must be NAME=VALUE, got 'n_factors'"),
        (["evaluate", "--set", "n_factors=many"], "n_factors must be an integer, got 'many'"),
        (["recommend", "--user", "7", "--set", "k=3"], "--set k is not a parameter of SVD"),
        (["evaluate", "--folds", "1"], "--folds must be at least 2, got 1"),
        (["evaluate", "--folds", "many"], "Invalid value for '--folds'"),
        (["evaluate", "--folds", "100001"], "n_splits=100001"),
        (["evaluate", "--seed", "-1"], "--seed must be at least 0, got -1"),
        (["evaluate", "--threads", "0"], "n_threads must be at least 1, got 0"),
        (["evaluate", "--data", "nowhere"], "'nowhere' is neither a built-in data set (demo"),
        (["evaluate", "--json", "no/such/folder.json"], "no/such/folder.json"),
        (["evaluate", "--speed", "9"], "No such option"),
        (["recommend", "--user", "nobody"], "--user 'nobody' is not in demo"),
        (["recommend", "--user", "1", "-n", "0"], "-n must be at least 1, got 0"),
        (["recommend"], "Missing option '--user'"),
        (["judge"], "No such command 'judge'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, message):
    done = astonish(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("astonish: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("", [], "holds no rating"),
        ("a,b\nc,d\n", [], "cannot guess the separator"),
        ("u,i,r\n1,2,3\n1,3,good\n", [], "line 3: could not convert"),
        ("1,2,3\n1,3,nan\n", [], "a rating must be a finite number"),
        ("1,2,3\n1,3,4\n", ["--scale", "5", "1"], "rating_scale must ascend"),
        ("1,2,3\n1,3,4\n", ["--line-format", "user thing rating"], "line_format"),
    ],
)
def test_a_bad_file_is_one_line_and_exit_code_2(tmp_path, content, options, message):
    path = tmp_path / "ratings.csv"
    path.write_text(content)
    done = astonish("evaluate", "--data", str(path), *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_ids_and_paths_are_printed_as_they_are(tmp_path):
    path = tmp_path / "a[bold]b.csv"
    lines = [f"u{k % 3},it[/red]em{k} :smile:,{k % 5 + 1}" for k in range(30)]
    path.write_text("\n".join(lines))
    options = ["--data", str(path), "--algo", "DotBias"]
    done = astonish("recommend", "--user", "u0", "-n", "2", *options)
    assert done.returncode == 0, done.stderr
    assert "it[/red]em" in done.stdout
    assert ":smile:" in done.stdout
    evaluated = astonish("evaluate", "--folds", "2", *options)
    assert "a[bold]b.csv" in evaluated.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to a process is POSIX")
@pytest.mark.parametrize("threads", ["1", "2"])
def test_ctrl_c_ends_it_with_exit_code_130(tmp_path, threads):
    report = tmp_path / "report.json"  # made before the work begins
    options = ["--folds", "500", "--threads", threads, "--json", str(report)]
    process = subprocess.Popen(
        [*COMMAND, "evaluate", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    deadline = time.monotonic() + 60
    while not report.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)  # into the folds
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, "astonish: interrupted\n")
