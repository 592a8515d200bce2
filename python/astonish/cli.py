"""The command ``astonish``: evaluate models on a data set, or print recommendations."""

import ast
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import click
import numpy as np

from astonish import _core, _cpu
from astonish.data.dataset import Dataset, DatasetAutoFolds
from astonish.data.loaders import load_any_file
from astonish.data.sources.builtin import BUILTIN_DATASETS, DEMO
from astonish.data.splits import KFold
from astonish.evaluation.cross_validation import iterate_scores
from astonish.evaluation.scoring import FoldScore
from astonish.metrics import Metric, select
from astonish.metrics import names as metric_names
from astonish.models import ALGORITHMS, RANKERS, Model
from astonish.support.checks import check_choice, check_integer
from astonish.support.parameters import closest_name, parameters_of
from astonish.support.settings import resolve_n_threads
from astonish.support.text_table import text_table

BAD_INPUT = 2  # exit codes
INTERRUPTED = 130
_METRICS = "rmse,mae"
_WORDS = {"true": "True", "false": "False", "none": "None"}
_IN_ASCII = str.maketrans("┌┬┐├┼┤└┴┘─│±", "+++++++++-|~")

Command = Callable[..., Any]


def _data_options(command: Command) -> Command:
    """Add the options that say where ratings come from."""
    for option in (
        click.option(
            "--scale",
            nargs=2,
            type=float,
            metavar="LOW HIGH",
            help="Rating scale of a file; its range by default.",
        ),
        click.option(
            "--line-format",
            help='Fields of a file\'s lines; "user item rating timestamp" by default.',
        ),
        click.option("--sep", help="Separator of a file's fields; guessed by default."),
        click.option(
            "--data",
            default=DEMO,
            metavar="NAME|FILE",
            help=f"{DEMO}, {', '.join(BUILTIN_DATASETS)} or a file.",
        ),
    ):
        command = option(command)
    return command


def _model_options(command: Command) -> Command:
    """Add the options that say how models are made."""
    for option in (
        click.option("--threads", type=int, help="Threads to use; by default all CPUs."),
        click.option("--seed", type=int, default=0, help="Decides folds and initial factors."),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="NAME=VALUE",
            help="A parameter of the models, such as n_factors=50; may be repeated.",
        ),
    ):
        command = option(command)
    return command


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    help="Collaborative filtering: evaluate models, recommend items.",
)
@click.option("--version", is_flag=True, help="Show version, CPU level and threads.")
@click.option("--cmake-dir", is_flag=True, help="Show where CMake finds the C++ library.")
@click.pass_context
def app(context: click.Context, version: bool, cmake_dir: bool) -> None:
    """Answer the options of the command itself."""
    if version:
        click.echo(
            f"astonish {_core.__version__}, CPU level {_core.cpu_level}, "
            f"threads {resolve_n_threads(None)}"
        )
    elif cmake_dir:
        click.echo(_cmake_dir())
    elif context.invoked_subcommand is None:
        click.echo(context.get_help())


@app.command()
@_data_options
@_model_options
@click.option("--algo", multiple=True, default=["SVD"], help=f"Models, of {', '.join(ALGORITHMS)}.")
@click.option("--folds", type=int, default=5, help="Number of folds.")
@click.option(
    "--metrics", help=f"Metrics, of {', '.join(metric_names('ratings'))}.  [default: {_METRICS}]"
)
@click.option("--measures", hidden=True, help="The name that --metrics had.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the results here too.",
)
def evaluate(
    algo: Sequence[str],
    folds: int,
    metrics: str | None,
    measures: str | None,
    json_file: Path | None,
    seed: int,
    threads: int | None,
    settings: Sequence[str],
    **source: Any,
) -> None:
    """Cross-validate models and print a table of their metrics and times."""
    n_threads = resolve_n_threads(threads)
    selected = _selected_metrics(metrics, measures)
    parameters = _parse_settings(settings)
    names = _choices("--algo", ",".join(algo), ALGORITHMS)
    models = [_model(name, seed, 1, parameters) for name in names]
    splitter = KFold(check_integer("--folds", folds, minimum=2), random_state=seed)
    if json_file is not None:
        json_file.touch()  # an unwritable path is an error now, not after the work
    dataset = _load(**source)
    np.random.seed(seed)  # what NormalPredictor draws from; one thread makes it repeatable
    results = _evaluate_models(models, dataset, selected, splitter, min(n_threads, folds))
    _print(f"{source['data']}: {dataset!r}, {folds} folds")
    _print(_table_of_scores(list(selected), results))
    if json_file is not None:
        report = {
            "data": source["data"],
            "folds": folds,
            "seed": seed,
            "version": _core.__version__,
            "results": {
                name: [score._asdict() for score in scores] for name, scores in results.items()
            },
        }
        json_file.write_text(json.dumps(report, indent=2) + "\n")


@app.command()
@_data_options
@_model_options
@click.option("--user", required=True, metavar="ID", help="The user, as in the data.")
@click.option("--algo", default="SVD", help=f"The model: {', '.join(RANKERS)}.")
@click.option("-n", type=int, default=10, help="Length of the list.")
def recommend(
    user: str,
    algo: str,
    n: int,
    seed: int,
    threads: int | None,
    settings: Sequence[str],
    **source: Any,
) -> None:
    """Train a model on all ratings and print the best items that a user has not rated."""
    check_integer("-n", n, minimum=1)
    check_choice("--algo", algo, RANKERS)
    model = _model(algo, seed, resolve_n_threads(threads), _parse_settings(settings))
    dataset, data = _load(**source), source["data"]
    trainset = dataset.build_full_trainset()
    np.random.seed(seed)  # what NormalPredictor draws from
    if user not in trainset.user_ids:
        raise ValueError(f"--user {user!r} is not in {data}, which has {trainset.n_users} users")
    item_ids, scores = model.fit(trainset).recommend([user], n=min(n, trainset.n_items))
    if item_ids[0, 0] is None:
        raise ValueError(f"--user {user!r} has rated every item of {data}")
    _print(_table_of_items(dataset, item_ids[0], scores[0]))


def main(arguments: list[str] | None = None) -> None:
    """Run the command; bad input ends with one line on stderr and exit code 2."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        # Not app.main(): its answer to Ctrl-C is an empty line.
        with app.make_context("astonish", list(arguments)) as context:
            app.invoke(context)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except (KeyboardInterrupt, EOFError, click.Abort):
        _fail("interrupted", INTERRUPTED)
    except click.ClickException as error:
        _fail(error.format_message(), BAD_INPUT)
    except (ValueError, TypeError, OSError, ImportError, MemoryError) as error:
        _fail(str(error), BAD_INPUT)
    sys.exit(0)


def _print(text: str) -> None:
    """Print a text, with signs of ASCII where the output has no others."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_IN_ASCII).encode(encoding, "replace").decode(encoding)
    click.echo(text)


def _fail(message: str, status: int) -> NoReturn:
    click.echo("astonish: " + " ".join(message.split()), err=True)
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


def _selected_metrics(metrics: str | None, measures: str | None) -> dict[str, Metric]:
    if metrics is not None and measures is not None:
        raise ValueError("--measures is another name of --metrics: give one of them")
    option, text = ("--measures", measures) if measures is not None else ("--metrics", metrics)
    text = _METRICS if text is None else text.lower()
    return select(_choices(option, text, metric_names("ratings")))


def _parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Return the parameters that ``--set`` names; a value is a Python literal, else a text."""
    parameters = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not (name.isidentifier() and equals):
            raise ValueError(f"--set must be NAME=VALUE, got {setting!r}")
        try:
            parameters[name] = ast.literal_eval(_WORDS.get(value.lower(), value))
        except (ValueError, SyntaxError):
            parameters[name] = value
    return parameters


def _model(name: str, seed: int, n_threads: int, parameters: Mapping[str, Any]) -> Model:
    """Return a model that prints nothing, with the options that its constructor takes."""
    seed = check_integer("--seed", seed, minimum=0)
    taken = parameters_of(RANKERS[name])
    for parameter in parameters:
        if parameter not in taken:
            meant = closest_name(parameter, taken.values())
            hint = f"; did you mean {meant}?" if meant else f", which has {', '.join(taken)}"
            raise ValueError(f"--set {parameter} is not a parameter of {name}{hint}")
    options = {"random_state": seed, "n_threads": n_threads, "verbose": False}
    known = {key: value for key, value in options.items() if key in taken}
    return RANKERS[name](**{**known, **parameters})


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


def _evaluate_models(
    models: Sequence[Model],
    dataset: DatasetAutoFolds,
    metrics: Mapping[str, Metric],
    splitter: KFold,
    n_jobs: int,
) -> dict[str, list[FoldScore]]:
    """Return the scores of all folds of each model."""
    from tqdm import tqdm  # the other commands show no bar

    results: dict[str, list[FoldScore]] = {}
    n_folds = splitter.get_n_folds() * len(models)
    with tqdm(total=n_folds, unit="fold", leave=False, disable=None) as progress:
        for model in models:
            name = type(model).__name__
            progress.set_description(name)
            results[name] = []
            folds = iterate_scores(model, dataset, metrics, splitter, n_jobs=n_jobs)
            with closing(folds) as scores:
                for score in scores:
                    results[name].append(score)
                    progress.update()
    return results


def _table_of_scores(metrics: Sequence[str], results: Mapping[str, Sequence[FoldScore]]) -> str:
    rows = []
    for algorithm, scores in results.items():
        columns = [[score.test_measures[name] for score in scores] for name in metrics]
        times = ([score.fit_time for score in scores], [score.test_time for score in scores])
        rows.append(
            [
                algorithm,
                *(f"{np.mean(column):.4f} ± {np.std(column):.4f}" for column in columns),
                *(f"{np.mean(seconds):.3f}" for seconds in times),
            ]
        )
    return text_table(["algorithm", *map(str.upper, metrics), "fit (s)", "test (s)"], rows)


def _table_of_items(dataset: Dataset, item_ids: Iterable[Any], scores: Iterable[float]) -> str:
    """Return the list of a user as a table, without the columns that the data lack."""
    listed = [pair for pair in zip(item_ids, scores, strict=True) if pair[0] is not None]
    columns = {
        "rank": [str(rank) for rank in range(1, len(listed) + 1)],
        "item": [str(item) for item, _ in listed],
        "title": [dataset.item_titles.get(item, "") for item, _ in listed],
        "genres": [", ".join(dataset.item_genres.get(item, ())) for item, _ in listed],
        "estimate": [f"{score:.2f}" for _, score in listed],
    }
    shown = {head: cells for head, cells in columns.items() if any(cells)}
    return text_table(list(shown), list(zip(*shown.values(), strict=True)))
