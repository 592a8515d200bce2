"""The command line of scikit-surprise: cross-validate an algorithm on a data set.

Options, table and exit codes are those of scikit-surprise. What it evaluates as Python code is read
as literals here.
"""

import argparse
import ast
import itertools
import random
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from astonish._core import __version__
from astonish.compat.dump import dump
from astonish.compat.mirror import SURPRISE_VERSION
from astonish.data.dataset import Dataset
from astonish.data.reader import Reader
from astonish.data.sources.builtin import BUILTIN_DATASETS, dataset_dir
from astonish.data.splits import KFold, PredefinedKFold
from astonish.evaluation.cross_validation import cross_validate
from astonish.models import ALGORITHMS
from astonish.models.base.model import Model
from astonish.support.checks import check_integer

PROGRAM = "python -m astonish.surprise"
_BAD_INPUT = 2  # exit code
_LARGEST_SEED = 2**32 - 1  # NumPy's
_DUMPS = "dumps"  # folder in the folder of data sets


def main(*, argv: Sequence[str] | None = None) -> None:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments, by default those of the process.

    Raises
    ------
    SystemExit
        With code 2 and the help after an error in the arguments; with 0 after ``--clean``,
        ``--version`` and ``--help``.
    """
    parser = _parser()
    args = parser.parse_args(argv)
    if args.clean:
        _clean()
    random.seed(args.seed)
    np.random.seed(args.seed)
    if args.algo is None:
        parser.error("No algorithm was specified.")
    try:
        algo = ALGORITHMS[args.algo](**_params(args.params))
        data, cv = _data_and_folds(args)
        if args.with_dump:
            _dump_each_test(algo, Path(args.dump_dir or Path(dataset_dir(), _DUMPS)))
    except (OSError, TypeError, ValueError) as error:
        parser.error(str(error))
    cross_validate(algo, data, cv=cv, verbose=True)


class _Parser(argparse.ArgumentParser):
    """Prints the help after an error."""

    def error(self, message: str) -> NoReturn:
        print(f"error: {message}", file=sys.stderr)
        self.print_help()
        sys.exit(_BAD_INPUT)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description="Cross-validate a rating prediction algorithm on a built-in data set, "
        "on a file, or on pairs of training and test files.",
        epilog=f"Example: {PROGRAM} -algo SVD -params \"{{'n_epochs': 5}}\" "
        "-load-builtin ml-100k -n-folds 3",
    )
    _add_algorithm(parser.add_argument)
    _add_data(parser.add_argument)
    _add_run(parser.add_argument)
    return parser


def _add_algorithm(option: Callable[..., Any]) -> None:
    option(
        "-algo",
        choices=ALGORITHMS,
        metavar="<prediction algorithm>",
        help=f"The algorithm: {', '.join(ALGORITHMS)}.",
    )
    option(
        "-params",
        default="{}",
        metavar="<algorithm parameters>",
        help="The algorithm's arguments, a dict of literals such as \"{'n_epochs': 10}\".",
    )


def _add_data(option: Callable[..., Any]) -> None:
    option(
        "-load-builtin",
        default="ml-100k",
        metavar="<dataset name>",
        help=f"The built-in data set: {', '.join(BUILTIN_DATASETS)}. Default: ml-100k.",
    )
    option(
        "-load-custom",
        metavar="<file path>",
        help="A file of ratings; wins over -load-builtin. Needs -reader.",
    )
    option(
        "-folds-files",
        metavar="<train1 test1 train2 test2... >",
        help="Files of the folds; win over -load-builtin. Need -reader.",
    )
    option(
        "-reader",
        metavar="<reader>",
        help="The format of the files, such as "
        "\"Reader(line_format='user item rating timestamp', sep='\\t')\".",
    )


def _add_run(option: Callable[..., Any]) -> None:
    option(
        "-n-folds",
        type=_integer(minimum=2),
        default=5,
        metavar="<number of folds>",
        help="The number of folds. Default: 5.",
    )
    option(
        "-seed",
        type=_integer(minimum=0, maximum=_LARGEST_SEED),
        metavar="<random seed>",
        help="Decides folds and random numbers; by default every run differs.",
    )
    option(
        "--with-dump",
        action="store_true",
        help="Dump the predictions and the algorithm of each fold into a file.",
    )
    option(
        "-dump-dir",
        metavar="<dir>",
        help=f"Where to dump. Default: {_DUMPS} in {dataset_dir()}.",
    )
    option(
        "--clean",
        action="store_true",
        help=f"Remove the folder {dataset_dir()} and all that is in it, and exit.",
    )
    option(
        "-v", "--version", action="version", version=f"{SURPRISE_VERSION} (astonish {__version__})"
    )


def _integer(minimum: int, maximum: int | None = None) -> Callable[[str], int]:
    """Return what reads an integer within its bounds."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"invalid int value: {text!r}") from None
        try:
            return check_integer("the number", number, minimum, maximum)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def _clean() -> NoReturn:
    folder = dataset_dir()
    if Path(folder).exists():
        shutil.rmtree(folder)
        print("Removed", folder)
    sys.exit()


def _params(text: str) -> dict[str, Any]:
    """Read ``{'n_epochs': 5}`` or ``dict(n_epochs=5)``."""
    params = _literal("-params", text, {"dict": dict})
    if not isinstance(params, dict):
        raise ValueError(f"-params must be a dict, got {text!r}")
    return params


def _reader(text: str | None) -> Reader:
    """Read ``Reader(...)``."""
    if text is None:
        raise ValueError("-reader parameter is needed.")
    reader = _literal("-reader", text, {"Reader": Reader})
    if not isinstance(reader, Reader):
        raise ValueError(f"-reader must be a Reader(...), got {text!r}")
    return reader


def _literal(option: str, text: str, callables: dict[str, Any]) -> Any:
    """Return the literal that `text` is, or the result of one of `callables` with literals.

    Raises
    ------
    ValueError
        For anything else: nothing of `text` is run.
    """
    try:
        node = ast.parse(text.strip(), mode="eval").body
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            return ast.literal_eval(node)
        function = callables[node.func.id]
        arguments = [ast.literal_eval(argument) for argument in node.args]
        options = {str(word.arg): ast.literal_eval(word.value) for word in node.keywords}
        if any(word.arg is None for word in node.keywords):
            raise ValueError("** is no literal")
    except (SyntaxError, ValueError, KeyError, TypeError, MemoryError, RecursionError):
        known = "".join(f" or {name}(...) of literals" for name in callables)
        raise ValueError(f"{option} must be a literal{known}, got {text!r}") from None
    return function(*arguments, **options)


def _data_and_folds(args: argparse.Namespace) -> tuple[Dataset, Any]:
    shuffled = KFold(n_splits=args.n_folds, random_state=args.seed)
    if args.load_custom is not None:
        return Dataset.load_from_file(args.load_custom, _reader(args.reader)), shuffled
    if args.folds_files is not None:
        files = args.folds_files.split()
        if not files or len(files) % 2:
            raise ValueError(f"-folds-files must be pairs of files, got {args.folds_files!r}")
        pairs = list(zip(files[::2], files[1::2], strict=True))
        return Dataset.load_from_folds(pairs, _reader(args.reader)), PredefinedKFold()
    return Dataset.load_builtin(args.load_builtin), shuffled


def _dump_each_test(algo: Model, folder: Path) -> None:
    """Make `algo` write the predictions of each test, and itself, to a file of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    test = algo.test
    numbers = itertools.count(1)

    def test_and_dump(*arguments: Any) -> Any:
        predictions = test(*arguments)
        del vars(algo)["test"]  # this function, which is no part of the algorithm
        dump(folder / f"{type(algo).__name__}-fold-{next(numbers)}", predictions, algo)
        vars(algo)["test"] = test_and_dump
        return predictions

    vars(algo)["test"] = test_and_dump
