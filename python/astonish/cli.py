"""The command ``astonish``: evaluate models on a data set, or print recommendations."""

import inspect
import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from astonish import _core, _cpu
from astonish.data.dataset import Dataset, DatasetAutoFolds
from astonish.data.sources.builtin import BUILTIN_DATASETS, DEMO
from astonish.data.sources.sniff import load_any_file
from astonish.evaluation.cross_validation import iterate_scores
from astonish.evaluation.scoring import FoldScore
from astonish.evaluation.split import KFold
from astonish.metrics import names as metric_names
from astonish.metrics import select
from astonish.models import ALGORITHMS, ImplicitALS
from astonish.models.base.algo_base import AlgoBase
from astonish.models.factors.factor_model import FactorModel
from astonish.support.checks import check_choice, check_integer
from astonish.support.settings import resolve_n_threads

# Ratings do not say how well ImplicitALS does, so it ranks and is not evaluated.
RANKERS: dict[str, type[AlgoBase]] = {**ALGORITHMS, "ImplicitALS": ImplicitALS}
BAD_INPUT = 2  # exit codes
INTERRUPTED = 130

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Collaborative filtering: evaluate models, recommend items.",
)

DataOption = Annotated[
    str, typer.Option(metavar="NAME|FILE", help=f"{DEMO}, {', '.join(BUILTIN_DATASETS)} or a file.")
]
SeedOption = Annotated[int, typer.Option(help="Decides folds and initial factors.")]
ThreadsOption = Annotated[
    int | None, typer.Option(help="Threads to use; by default all CPUs of the process.")
]
SepOption = Annotated[
    str | None, typer.Option(help="Separator of a file's fields; guessed by default.")
]
LineFormatOption = Annotated[
    str | None,
    typer.Option(help='Fields of a file\'s lines; "user item rating timestamp" by default.'),
]
ScaleOption = Annotated[
    tuple[float, float] | None,
    typer.Option(metavar="LOW HIGH", help="Rating scale of a file; its range by default."),
]


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Show version, CPU level and threads.")
    ] = False,
    cmake_dir: Annotated[
        bool, typer.Option("--cmake-dir", help="Show where CMake finds the C++ library.")
    ] = False,
) -> None:
    """Collaborative filtering: evaluate models, recommend items."""
    if version:
        print(
            f"astonish {_core.__version__}, CPU level {_core.cpu_level}, "
            f"threads {resolve_n_threads(None)}"
        )
    elif cmake_dir:
        print(_cmake_dir())
    elif context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def evaluate(
    data: DataOption = DEMO,
    algo: Annotated[list[str], typer.Option(help=f"Models, of {', '.join(ALGORITHMS)}.")] = ["SVD"],  # noqa: B006  typer's form of a default; never written to
    folds: Annotated[int, typer.Option(help="Number of folds.")] = 5,
    seed: SeedOption = 0,
    measures: Annotated[
        str, typer.Option(help=f"Measures, of {', '.join(metric_names('ratings'))}.")
    ] = "rmse,mae",
    threads: ThreadsOption = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the results here too.")
    ] = None,
    sep: SepOption = None,
    line_format: LineFormatOption = None,
    scale: ScaleOption = None,
) -> None:
    """Cross-validate models and print a table of their errors and times."""
    n_threads = resolve_n_threads(threads)
    names = _choices("--measures", measures, metric_names("ratings"))
    models = [_model(name, seed, 1) for name in _choices("--algo", ",".join(algo), ALGORITHMS)]
    splitter = KFold(check_integer("--folds", folds, minimum=2), random_state=seed)
    if json_file is not None:
        json_file.touch()  # an unwritable place is an error now, not after the work
    dataset = _load(data, sep, line_format, scale)
    np.random.seed(seed)  # what NormalPredictor draws from; one thread makes it repeatable
    results: dict[str, list[FoldScore]] = {}
    with tqdm(total=folds * len(models), unit="fold", leave=False, disable=None) as progress:
        for model in models:
            name = type(model).__name__
            progress.set_description(name)
            results[name] = []
            with closing(
                iterate_scores(
                    model, dataset, select(names), splitter, n_jobs=min(n_threads, folds)
                )
            ) as scores:
                for score in scores:
                    results[name].append(score)
                    progress.update()
    _console().print(f"{data}: {dataset!r}, {folds} folds", soft_wrap=True)
    _console().print(_table(names, results))
    if json_file is not None:
        report = {
            "data": data,
            "folds": folds,
            "seed": seed,
            "version": _core.__version__,
            "results": {
                name: [score._asdict() for score in scores] for name, scores in results.items()
            },
        }
        json_file.write_text(json.dumps(report, indent=2) + "\n")


@app.command()
def recommend(
    user: Annotated[str, typer.Option(metavar="ID", help="The user, as in the data.")],
    data: DataOption = DEMO,
    algo: Annotated[str, typer.Option(help=f"The model: {', '.join(RANKERS)}.")] = "SVD",
    n: Annotated[int, typer.Option("-n", help="Length of the list.")] = 10,
    seed: SeedOption = 0,
    threads: ThreadsOption = None,
    sep: SepOption = None,
    line_format: LineFormatOption = None,
    scale: ScaleOption = None,
) -> None:
    """Train a model on all ratings and print the best items that a user has not rated."""
    check_integer("-n", n, minimum=1)
    model = _model(check_choice("--algo", algo, RANKERS), seed, resolve_n_threads(threads))
    if not isinstance(model, FactorModel):
        raise ValueError(f"--algo {algo} cannot rank items")
    dataset = _load(data, sep, line_format, scale)
    trainset = dataset.build_full_trainset()
    if user not in trainset.user_ids:
        raise ValueError(f"--user {user!r} is not in {data}, which has {trainset.n_users} users")
    n = min(n, trainset.n_items)
    item_ids, scores = model.fit(trainset).recommend([user], n=n)
    if item_ids[0, 0] is None:
        raise ValueError(f"--user {user!r} has rated every item of {data}")
    table = Table("rank", "item", "title", "genres", "estimate")
    for rank, (item, score) in enumerate(zip(item_ids[0], scores[0], strict=True), start=1):
        if item is None:
            break
        genres = ", ".join(dataset.item_genres.get(item, ()))
        title = dataset.item_titles.get(item, "")
        table.add_row(str(rank), str(item), title, genres, f"{score:.2f}")
    _console().print(_without_empty_columns(table))


def main(arguments: list[str] | None = None) -> None:
    """Run the command; bad input ends with one line on stderr and exit code 2."""
    try:
        status = app(args=arguments, prog_name="astonish", standalone_mode=False)
    except (KeyboardInterrupt, EOFError, typer.Abort):
        _fail("interrupted", INTERRUPTED)
    except (ValueError, TypeError, OSError, ImportError, MemoryError) as error:
        _fail(str(error), BAD_INPUT)
    except Exception as error:
        if not hasattr(error, "format_message"):  # what typer raises for wrong usage has it
            raise
        _fail(error.format_message(), BAD_INPUT)
    if status == INTERRUPTED:  # typer's own answer to Ctrl-C, which says nothing
        _fail("interrupted", INTERRUPTED)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int) -> None:
    print("astonish: " + " ".join(message.split()), file=sys.stderr)
    sys.exit(status)


def _cmake_dir() -> Path:
    """Return the folder for find_package; it lies beside the compiled modules."""
    folder = Path(_cpu.__file__).parent / "lib" / "cmake" / "astonish"
    if not folder.is_dir():
        raise ValueError(
            f"{folder} does not exist: "
            "packages that were built for the CPU level v1 have the C++ library"
        )
    return folder


def _choices(option: str, text: str, known: Any) -> list[str]:
    return [check_choice(option, name.strip(), known) for name in text.split(",")]


def _model(name: str, seed: int, n_threads: int) -> AlgoBase:
    """Make a model of the options, as far as its constructor takes them, that prints nothing."""
    seed = check_integer("--seed", seed, minimum=0)
    options = {"random_state": seed, "n_threads": n_threads, "verbose": False}
    taken = inspect.signature(RANKERS[name]).parameters
    return RANKERS[name](**{key: value for key, value in options.items() if key in taken})


def _load(
    data: str, sep: str | None, line_format: str | None, scale: tuple[float, float] | None
) -> DatasetAutoFolds:
    if data in (DEMO, *BUILTIN_DATASETS):
        if (sep, line_format, scale) != (None, None, None):
            raise ValueError(f"--sep, --line-format and --scale are for files, not for {data}")
        return Dataset.load_builtin(data, prompt=sys.stdin.isatty())
    if not Path(data).expanduser().is_file():
        known = ", ".join([DEMO, *BUILTIN_DATASETS])
        raise ValueError(f"--data {data!r} is neither a built-in data set ({known}) nor a file")
    if sep is not None:
        sep = sep.replace("\\t", "\t")  # what a shell makes of a tab
    return load_any_file(data, sep=sep, line_format=line_format, rating_scale=scale)


def _table(measures: list[str], results: dict[str, list[FoldScore]]) -> Table:
    table = Table("algorithm", *(name.upper() for name in measures), "fit (s)", "test (s)")
    for algorithm, scores in results.items():
        columns = [[score.test_measures[name] for score in scores] for name in measures]
        cells = [f"{np.mean(column):.4f} ± {np.std(column):.4f}" for column in columns]
        times = ([score.fit_time for score in scores], [score.test_time for score in scores])
        cells += [f"{np.mean(seconds):.3f}" for seconds in times]
        table.add_row(algorithm, *cells)
    return table


def _console() -> Console:
    """Return a terminal that prints ids, titles and paths as they are."""
    return Console(markup=False, emoji=False)


def _without_empty_columns(table: Table) -> Table:
    table.columns = [column for column in table.columns if any(column.cells)]
    return table
