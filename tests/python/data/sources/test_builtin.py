import hashlib
import http.server
import io
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from astonish import Dataset, get_dataset_dir
from astonish.data.sources import builtin
from astonish.data.sources.builtin import BuiltinDataset

RATINGS = "196\t242\t3\t881250949\n186\t302\t4\t891717742\n"
TUPLES = [("196", "242", 3.0, "881250949"), ("186", "302", 4.0, "891717742")]
MEMBERS = {"ml-100k/u.data": RATINGS, "ml-100k/u.item": "242|Kolya (1996)|\n"}
RATINGS_FILE = "ml-100k/ml-100k/u.data"
VARIABLES = ("ASTONISH_DATA", "SURPRISE_DATA_FOLDER")


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder of its own, and no variable that names another."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


@pytest.fixture
def folder(home, monkeypatch):
    """The folder of data sets; it does not exist yet."""
    monkeypatch.setenv("ASTONISH_DATA", str(home / "sets"))
    return home / "sets"


@pytest.fixture
def publish(tmp_path_factory, monkeypatch):
    """Let ml-100k be an archive on this disk, with the checksum of its content or another."""

    def publish_archive(content, checksum=True):
        archive = tmp_path_factory.mktemp("publisher") / "ml-100k.zip"
        archive.write_bytes(content)
        checksum = md5(content) if checksum is True else checksum
        dataset = BuiltinDataset(archive.as_uri(), RATINGS_FILE, {"name": "ml-100k"})
        monkeypatch.setattr(builtin, "CHECKSUMS", {dataset.url: checksum})
        monkeypatch.setitem(builtin.BUILTIN_DATASETS, "ml-100k", dataset)
        return archive

    return publish_archive


@pytest.fixture
def answers(monkeypatch):
    """What is typed at the prompt, one answer after the other."""

    def answer(*lines):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return answer


@pytest.mark.usefixtures("folder")
class TestDownload:
    def test_the_ratings_and_titles_are_loaded(self, folder, publish):
        publish(zipped(MEMBERS))
        data = Dataset.load_builtin("ml-100k", prompt=False)
        assert data.raw_ratings == TUPLES
        assert data.item_titles == {"242": "Kolya (1996)"}
        assert data.reader.rating_scale == (1, 5)
        assert (folder / RATINGS_FILE).read_text() == RATINGS

    def test_nothing_but_the_data_set_is_put_into_the_folder(self, folder, publish):
        publish(zipped(MEMBERS))
        Dataset.load_builtin("ml-100k", prompt=False)
        assert [path.name for path in folder.iterdir()] == ["ml-100k"]

    def test_it_can_be_read_by_whoever_can_read_the_folder(self, folder, publish):
        publish(zipped(MEMBERS))
        Dataset.load_builtin("ml-100k", prompt=False)
        assert (folder / "ml-100k").stat().st_mode == folder.stat().st_mode

    def test_it_happens_once(self, publish):
        publish(zipped(MEMBERS))
        Dataset.load_builtin("ml-100k", prompt=False)
        publish(b"gone")
        assert Dataset.load_builtin("ml-100k").raw_ratings == TUPLES

    def test_it_shows_progress(self, publish, capsys):
        publish(zipped(MEMBERS))
        Dataset.load_builtin("ml-100k", prompt=False)
        assert "Downloading ml-100k.zip: 100%" in capsys.readouterr().err

    def test_files_that_are_there_already_stay(self, folder, publish):
        publish(zipped(MEMBERS))
        (folder / "ml-100k" / "ml-100k").mkdir(parents=True)
        (folder / "ml-100k" / "ml-100k" / "notes").write_text("mine")
        assert Dataset.load_builtin("ml-100k", prompt=False).raw_ratings == TUPLES
        assert (folder / "ml-100k" / "ml-100k" / "notes").read_text() == "mine"

    @pytest.mark.parametrize("length_is_told", [True, False])
    def test_over_http(self, monkeypatch, capsys, length_is_told):
        content = zipped(MEMBERS)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                if length_is_told:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        monkeypatch.setenv("no_proxy", "*")
        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_port}/ml-100k.zip"
            dataset = BuiltinDataset(url, RATINGS_FILE, {"name": "ml-100k"})
            monkeypatch.setitem(builtin.BUILTIN_DATASETS, "ml-100k", dataset)
            assert Dataset.load_builtin("ml-100k", prompt=False).raw_ratings == TUPLES
        assert ("100%" in capsys.readouterr().err) == length_is_told


@pytest.mark.usefixtures("folder")
class TestFailedDownload:
    def test_a_wrong_checksum_is_refused(self, folder, publish):
        content = zipped(MEMBERS)
        publish(content, checksum="0" * 32)
        message = f"is damaged: the MD5 is {md5(content)}, the published one 000"
        with pytest.raises(ValueError, match=message):
            Dataset.load_builtin("ml-100k", prompt=False)
        assert list(folder.iterdir()) == []

    @pytest.mark.parametrize("cut", [slice(-9), slice(9), slice(0)])
    def test_what_is_no_whole_archive_is_refused(self, folder, publish, cut):
        publish(zipped(MEMBERS)[cut], checksum=None)
        with pytest.raises(ValueError, match=r"the download of ml-100k from .* is damaged"):
            Dataset.load_builtin("ml-100k", prompt=False)
        assert list(folder.iterdir()) == []

    def test_a_damaged_file_in_it_leaves_nothing_behind(self, folder, publish):
        content = zipped(MEMBERS).replace(b"Kolya", b"Kolja")  # the second file
        publish(content, checksum=None)
        with pytest.raises(ValueError, match=r"is damaged: Bad CRC-32 for file 'ml-100k/u.item'"):
            Dataset.load_builtin("ml-100k", prompt=False)
        assert list(folder.iterdir()) == []

    def test_one_that_does_not_answer_is_an_os_error(self, folder, publish):
        publish(b"").unlink()
        with pytest.raises(OSError, match=r"ml-100k\.zip"):
            Dataset.load_builtin("ml-100k", prompt=False)
        assert list(folder.iterdir()) == []

    def test_the_next_attempt_may_succeed(self, publish):
        publish(zipped(MEMBERS), checksum="0" * 32)
        with pytest.raises(ValueError, match="is damaged"):
            Dataset.load_builtin("ml-100k", prompt=False)
        publish(zipped(MEMBERS))
        assert Dataset.load_builtin("ml-100k", prompt=False).raw_ratings == TUPLES


@pytest.mark.usefixtures("folder")
class TestPrompt:
    @pytest.mark.parametrize("answer", ["", "y", "Y", "yes", " Yes "])
    def test_yes_downloads(self, publish, answers, capsys, answer):
        publish(zipped(MEMBERS))
        answers(answer)
        assert Dataset.load_builtin().raw_ratings == TUPLES
        assert "Dataset ml-100k could not be found" in capsys.readouterr().out

    @pytest.mark.parametrize("answer", ["n", "No"])
    def test_no_leaves(self, folder, publish, answers, capsys, answer):
        publish(zipped(MEMBERS))
        answers(answer)
        with pytest.raises(SystemExit) as exit_info:
            Dataset.load_builtin("ml-100k")
        assert exit_info.value.code is None
        assert "Ok then, I'm out!" in capsys.readouterr().out
        assert not folder.exists()

    def test_anything_else_is_asked_again(self, publish, answers, capsys):
        publish(zipped(MEMBERS))
        answers("what?", "y")
        Dataset.load_builtin("ml-100k")
        assert capsys.readouterr().out.count("[Y/n]") == 2

    def test_a_data_set_that_is_there_is_not_asked_for(self, folder, capsys):
        (folder / RATINGS_FILE).parent.mkdir(parents=True)
        (folder / RATINGS_FILE).write_text(RATINGS)
        assert Dataset.load_builtin("ml-100k").raw_ratings == TUPLES
        assert capsys.readouterr().out == ""


class TestNames:
    def test_an_unknown_name_is_refused(self, home):
        message = "unknown dataset ml-10m. Accepted values are ml-100k, ml-1m, jester, demo"
        with pytest.raises(ValueError, match=message):
            Dataset.load_builtin("ml-10m")
        assert list(home.iterdir()) == []

    @pytest.mark.parametrize(
        ("name", "file", "line", "scale"),
        [
            ("ml-1m", "ml-1m/ml-1m/ratings.dat", "1::1193::5::978300760", (1, 5)),
            ("jester", "jester/jester_ratings.dat", "1\t\t1193\t\t5.000", (-10, 10)),
        ],
    )
    def test_the_other_sets_are_found_where_they_were_downloaded(
        self, folder, name, file, line, scale
    ):
        (folder / file).parent.mkdir(parents=True)
        (folder / file).write_text(line)
        data = Dataset.load_builtin(name)
        assert data.raw_ratings[0][:3] == ("1", "1193", 5.0)
        assert data.reader.rating_scale == scale

    def test_a_set_of_ones_own(self, tmp_path, monkeypatch):
        path = tmp_path / "mine"
        path.write_text("u;i;3")
        mine = BuiltinDataset(url="", path=str(path), reader_params={"sep": ";"})
        monkeypatch.setitem(builtin.BUILTIN_DATASETS, "mine", mine)
        assert Dataset.load_builtin("mine").raw_ratings == [("u", "i", 3.0, None)]

    def test_the_demo_needs_no_folder(self, home):
        assert len(Dataset.load_builtin("demo").ratings) == 100_000
        assert list(home.iterdir()) == []


class TestFolder:
    def test_by_default_it_is_that_of_scikit_surprise(self, home):
        assert get_dataset_dir() == f"{home}/.surprise_data/"
        assert (home / ".surprise_data").is_dir()

    @pytest.mark.parametrize("variable", VARIABLES)
    def test_a_variable_names_it(self, home, monkeypatch, variable):
        monkeypatch.setenv(variable, str(home / "a" / "b"))
        assert get_dataset_dir() == str(home / "a" / "b")
        assert (home / "a" / "b").is_dir()

    def test_astonish_wins_over_surprise(self, home, monkeypatch):
        monkeypatch.setenv("SURPRISE_DATA_FOLDER", str(home / "surprise"))
        monkeypatch.setenv("ASTONISH_DATA", str(home / "astonish"))
        assert Path(get_dataset_dir()).name == "astonish"

    def test_an_empty_variable_names_none(self, home, monkeypatch):
        monkeypatch.setenv("ASTONISH_DATA", "")
        assert get_dataset_dir() == f"{home}/.surprise_data/"

    def test_a_set_knows_its_file_in_the_folder_of_now(self, home, monkeypatch):
        source = builtin.BUILTIN_DATASETS["ml-100k"]
        assert source.path == f"{home}/.surprise_data/{RATINGS_FILE}"
        monkeypatch.setenv("ASTONISH_DATA", str(home / "sets"))
        assert source.path == str(home / "sets" / RATINGS_FILE)
        assert not (home / "sets").exists()

    def test_importing_the_package_makes_none(self, home):
        done = subprocess.run([sys.executable, "-c", "import astonish"], cwd=home, timeout=60)
        assert done.returncode == 0
        assert list(home.iterdir()) == []
