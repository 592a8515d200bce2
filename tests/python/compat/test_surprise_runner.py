"""`patch`, and ``python -m astonish.surprise`` before a program: in processes of their own."""

import os
import subprocess
import sys

import pytest

PACKAGE = """
import sys, types
for name in ("surprise", "surprise.dataset"):
    sys.modules[name] = types.ModuleType(name)
"""  # stands for a scikit-surprise that was imported


def python(*arguments, cwd, **variables):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **variables},
    )


def run(*arguments, cwd, **variables):
    return python("-m", "astonish.surprise", *arguments, cwd=cwd, **variables)


def output(done):
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def write(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


class TestPatch:
    def check(self, code, tmp_path):
        program = write(tmp_path / "check.py", f"import sys, astonish.surprise\n{code}")
        return python(program, cwd=tmp_path)

    @pytest.mark.parametrize(
        "line",
        [
            "import surprise; assert surprise is astonish.surprise",
            "import surprise as s; assert s.SVD is astonish.SVD",
            "from surprise import SVD, accuracy, dump; assert SVD is astonish.SVD",
            "from surprise.reader import Reader; assert Reader is astonish.Reader",
            "import surprise.model_selection.split as s; assert s is sys.modules[s.__name__]",
            "import surprise.utils; assert astonish.surprise.utils is surprise.utils",
            "import importlib; assert importlib.import_module('surprise.dump').load",
            "import importlib; assert importlib.import_module('.reader', 'surprise').Reader",
            "import importlib, surprise; assert importlib.reload(surprise) is surprise",
            "import importlib.util; assert importlib.util.find_spec('surprise.trainset')",
            "import pickle; assert pickle.loads(b'csurprise.trainset\\nTrainset\\n.')",
            "import surprise.__main__; assert surprise.__main__.main",
            "astonish.surprise.patch(); import surprise; assert surprise is astonish.surprise",
        ],
    )
    def test_every_way_to_import_finds_the_mirror(self, tmp_path, line):
        output(self.check(f"astonish.surprise.patch()\n{line}", tmp_path))

    def test_no_module_is_loaded_twice(self, tmp_path):
        code = """
astonish.surprise.patch()
import surprise.prediction_algorithms.matrix_factorization
mirrored = {name for name in sys.modules if name.partition(".")[0] == "surprise"}
for name in mirrored:
    assert sys.modules[name] is sys.modules[f"astonish.{name}"], name
print(len(mirrored))
"""
        assert int(output(self.check(code, tmp_path))) > 10

    def test_a_module_that_surprise_lacks_is_missing_here_too(self, tmp_path):
        done = self.check("astonish.surprise.patch()\nimport surprise.nosuch", tmp_path)
        assert "ModuleNotFoundError: No module named 'surprise.nosuch'" in done.stderr

    def test_it_comes_too_late_after_an_import_of_the_other_package(self, tmp_path):
        done = self.check(f"{PACKAGE}\nastonish.surprise.patch()", tmp_path)
        assert (
            "ImportError: scikit-surprise is already imported (surprise, surprise.dataset): call"
            in (done.stderr)
        )
        assert done.returncode == 1


SHOW = """
import sys
import surprise, neighbour
print(__name__, sys.argv, sys.path[0], surprise.__name__, neighbour.origin)
"""


class TestPrograms:
    @pytest.fixture
    def folder(self, tmp_path):
        """A program, a module and a package, away from the working folder."""
        folder = tmp_path / "programs"
        write(folder / "show.py", SHOW)
        write(folder / "neighbour.py", "import surprise.dataset\norigin = __name__\n")
        write(folder / "package" / "__main__.py", SHOW)
        return folder

    def shown(self, argv0, path0, name="__main__"):
        return f"{name} {[argv0, 'a', '-b']} {path0} astonish.surprise neighbour\n"

    def test_a_file_finds_the_modules_beside_it(self, tmp_path, folder):
        shown = output(run("programs/show.py", "a", "-b", cwd=tmp_path))
        assert shown == self.shown("programs/show.py", folder)

    def test_arguments_are_what_python_makes_of_them(self, tmp_path, folder):
        program = write(folder / "argv.py", "import sys\nprint(sys.argv, sys.path[0])")
        plain = output(python(program, "-x", "--help", "", cwd=tmp_path))
        assert output(run(program, "-x", "--help", "", cwd=tmp_path)) == plain

    def test_a_module_is_found_in_the_working_folder(self, folder):
        shown = output(run("-m", "show", "a", "-b", cwd=folder))
        assert shown == self.shown(str(folder / "show.py"), folder)

    def test_a_package_is_run_by_its_main_module(self, folder):
        assert "package/__main__.py" in output(run("-m", "package", cwd=folder))

    def test_a_folder_is_a_program_too(self, tmp_path, folder):
        write(folder / "package" / "neighbour.py", "origin = 'inside'\n")
        assert output(run("programs/package", cwd=tmp_path)).endswith("surprise inside\n")

    def test_code(self, folder):
        shown = output(run("-c", SHOW, "a", "-b", cwd=folder))
        assert shown == self.shown("-c", "")

    def test_no_folder_is_put_in_front_in_isolated_mode(self, tmp_path, folder):
        program = write(folder / "path.py", "import sys, surprise\nprint(sys.path[0:2])")
        done = python("-I", "-m", "astonish.surprise", program, cwd=tmp_path)
        assert str(folder) not in output(done)

    def test_pickles_of_a_program_name_the_program(self, tmp_path):
        code = (
            "import pickle, surprise\n"
            "class Mine(surprise.AlgoBase):\n    pass\n"
            "copy = pickle.loads(pickle.dumps(Mine()))\n"
            "print(type(copy) is Mine, Mine.__module__)"
        )
        program = write(tmp_path / "mine.py", code)
        assert output(run(program, cwd=tmp_path)) == "True __main__\n"

    def test_processes_that_it_starts_have_the_mirror(self, tmp_path):
        code = (
            "import os, subprocess, sys\n"
            "code = 'import surprise.utils, sys; print(surprise.__name__, sys.path[0] == \"\")'\n"
            "subprocess.run([sys.executable, '-c', code], check=True)\n"
            "print(os.environ['PYTHONPATH'].split(os.pathsep)[1:])\n"
        )
        program = write(tmp_path / "start.py", code)
        shown = output(run(program, cwd=tmp_path, PYTHONPATH="elsewhere"))
        assert shown == "astonish.surprise True\n['elsewhere']\n"

    @pytest.mark.parametrize("status", [0, 3])
    def test_the_exit_code_is_the_program_s(self, tmp_path, status):
        program = write(tmp_path / "leave.py", f"raise SystemExit({status})")
        assert run(program, cwd=tmp_path).returncode == status

    def test_an_error_shows_its_traceback(self, tmp_path):
        program = write(tmp_path / "fail.py", "import surprise\nsurprise.Reader('nosuch')\n")
        done = run(program, cwd=tmp_path)
        assert done.returncode == 1
        assert f'File "{program}", line 2, in <module>' in done.stderr
        assert "ValueError: unknown reader nosuch." in done.stderr

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["nosuch.py"], "can't open file 'nosuch.py': no such file"),
            (["-m"], "argument expected for the -m option"),
            (["-c"], "argument expected for the -c option"),
        ],
    )
    def test_wrong_use_is_one_line(self, tmp_path, arguments, message):
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr == f"python -m astonish.surprise: {message}\n"

    def test_options_go_to_the_command_of_surprise(self, tmp_path):
        assert output(run("-v", cwd=tmp_path)).startswith("1.1.5 (astonish ")
        assert output(run("-m", "surprise", "-v", cwd=tmp_path)).startswith("1.1.5 ")
        assert run(cwd=tmp_path).stderr == "error: No algorithm was specified.\n"


class TestErrors:
    """A program that fails prints what it prints under plain Python."""

    @pytest.mark.parametrize(
        "code", ["def f():\n    1 / 0\n\nf()\n", "def (:\n", "raise SystemExit(7)\n"]
    )
    def test_a_traceback_begins_in_the_program(self, tmp_path, code):
        program = write(tmp_path / "program.py", code)
        ours, plain = (start(program, cwd=tmp_path) for start in (run, python))
        assert (ours.returncode, ours.stderr) == (plain.returncode, plain.stderr)

    @pytest.mark.parametrize("code", ["1 / 0", "def ("])
    def test_a_traceback_begins_in_the_code(self, tmp_path, code):
        ours, plain = (start("-c", code, cwd=tmp_path) for start in (run, python))
        assert (ours.returncode, ours.stderr) == (plain.returncode, plain.stderr)

    def test_a_hook_of_the_program_wins(self, tmp_path):
        code = "import sys\nsys.excepthook = lambda *error: print('mine')\n1 / 0\n"
        assert run(write(tmp_path / "program.py", code), cwd=tmp_path).stdout == "mine\n"
