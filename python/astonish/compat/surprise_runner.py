"""Programs written for scikit-surprise, run unchanged: ``import surprise`` gives the mirror."""

import os
import runpy
import sys
from pathlib import Path
from types import ModuleType, TracebackType

from astonish.compat.mirror import SURPRISE, mirror_modules
from astonish.compat.surprise_command import PROGRAM, main

# Python finds a package ``surprise`` in this folder that patches the process that imports it.
_PATH_OF_ALIAS = str(Path(__file__).with_name("surprise_path"))
_WRONG_USE = 2  # exit code
# Whose frames are above those of a program.
_OWN_FILES = (
    runpy.run_path.__code__.co_filename,
    __file__,
    str(Path(__file__).parents[1] / "surprise" / "__main__.py"),
)


def patch() -> None:
    """Let ``surprise`` and its submodules be `astonish.surprise` in this process.

    Every later import of ``surprise``, of one of its modules or names, and every pickle that names
    its classes, finds astonish; scikit-surprise need not be installed. Modules and classes are the
    same objects under both names. A second call changes nothing.

    Raises
    ------
    ImportError
        When scikit-surprise has been imported already.

    Examples
    --------
    >>> import subprocess, sys
    >>> program = '''
    ... import astonish.surprise
    ... astonish.surprise.patch()
    ... from surprise.prediction_algorithms.matrix_factorization import SVD
    ... print(SVD)
    ... '''
    >>> print(subprocess.check_output([sys.executable, "-c", program], text=True), end="")
    <class 'astonish.SVD'>
    """
    modules = mirror_modules()
    if sys.modules.get(SURPRISE) is modules[SURPRISE]:
        return
    imported = [name for name in sys.modules if name.partition(".")[0] == SURPRISE]
    if imported:
        raise ImportError(
            f"scikit-surprise is already imported ({', '.join(sorted(imported))}): "
            "call astonish.surprise.patch() before the first import of surprise"
        )
    sys.modules |= modules


def run(arguments: list[str]) -> None:
    """Run ``python -m astonish.surprise``: a program, or scikit-surprise's command line.

    Parameters
    ----------
    arguments : list of str
        ``program.py ...``, ``-m module ...`` or ``-c code ...`` as after ``python``; otherwise what
        the command ``surprise`` takes. `patch` holds for a program and for the Python processes
        that it starts.
    """
    first, *rest = arguments or [""]
    if first in ("-m", "-c") and not rest:
        _fail(f"argument expected for the {first} option")
    if first == "-m":
        _prepare(["-m", *rest[1:]])
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        _prepare(["-c", *rest[1:]], "")
        _run_code(rest[0])
    elif first and not first.startswith("-"):
        if not Path(first).exists():
            _fail(f"can't open file {first!r}: no such file")
        _prepare(arguments, _folder_of(first))
        runpy.run_path(first, run_name="__main__")
    else:
        main(argv=arguments)


def _prepare(argv: list[str], folder: str | None = None) -> None:
    """Set what a program sees: its arguments, the folder of its modules, and the mirror."""
    patch()
    sys.argv = argv
    is_safe = getattr(sys.flags, "safe_path", sys.flags.isolated)  # then no folder is put in front
    if folder is not None and not is_safe:
        sys.path[0] = folder
    sys.path.insert(0 if is_safe else 1, _PATH_OF_ALIAS)
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_PATH_OF_ALIAS, inherited]))
    sys.excepthook = _show_error_of_program


def _show_error_of_program(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Print what Python prints: the traceback begins in the program, not in what runs it."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename in _OWN_FILES:
        traceback = traceback.tb_next
    sys.__excepthook__(kind, error.with_traceback(traceback), traceback)


def _folder_of(program: str) -> str:
    """Return where Python looks for a program's modules: beside it, or in it if it is a folder."""
    path = Path(program).resolve()
    return str(path if path.is_dir() else path.parent)


def _run_code(code: str) -> None:
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    exec(compile(code, "<string>", "exec"), vars(module))


def _fail(message: str) -> None:
    print(f"{PROGRAM}: {message}", file=sys.stderr)
    sys.exit(_WRONG_USE)
