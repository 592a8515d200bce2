import pickle
import pickletools
import subprocess
import sys

import pytest

import astonish.surprise
from astonish import SVD, AlgoBase, KNNBasic, Prediction, Trainset, make_ratings
from astonish.compat import dump
from astonish.models import ALGORITHMS

SURPRISES = [name for name in ALGORITHMS if hasattr(astonish.surprise, name)]
PUBLIC = {"builtins", "collections", "copyreg", "pkgutil", "_codecs"}  # and NumPy


@pytest.fixture(scope="module")
def trainset():
    return make_ratings(30, 20, 250, seed=4).build_full_trainset()


@pytest.fixture(scope="module")
def testset(trainset):
    return [*trainset.build_testset(), ("1", "nowhere", 3.0), ("nobody", "1", None)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "dump"


class OfMine(AlgoBase):
    """A model as users write them, pickled by its name."""

    def estimate(self, u, i):
        return 0.5 * len(self.trainset.ur[u]) + i


class TestThereAndBack:
    def test_predictions(self, trainset, testset, path):
        predictions = SVD(n_epochs=1).fit(trainset).test(testset)
        dump.dump(path, predictions=predictions)
        loaded, algo = dump.load(path)
        assert loaded == predictions
        assert {type(each) for each in loaded} == {Prediction}
        assert algo is None

    @pytest.mark.parametrize("name", ALGORITHMS)
    def test_a_model(self, trainset, testset, path, name):
        model = ALGORITHMS[name]().fit(trainset)
        dump.dump(path, algo=model)
        predictions, loaded = dump.load(path)
        assert predictions is None
        assert type(loaded) is type(model)
        assert type(loaded.trainset) is Trainset
        assert vars(model).keys() <= vars(loaded).keys()
        if name != "NormalPredictor":  # draws anew each time
            assert loaded.test(testset) == model.test(testset)

    def test_a_model_that_is_not_fitted(self, path):
        dump.dump(path, algo=SVD(n_factors=3))
        _, loaded = dump.load(path)
        stored = SVD(n_factors=3)
        assert vars(loaded) == {name: getattr(stored, name) for name in vars(stored)}

    def test_a_model_of_one_s_own(self, trainset, path):
        model = OfMine().fit(trainset)
        model.note = {"list": [1, 2]}
        dump.dump(path, algo=model)
        _, loaded = dump.load(path)
        assert type(loaded) is OfMine
        assert loaded.note == model.note
        assert loaded.predict("1", "2") == model.predict("1", "2")

    def test_attributes_that_the_user_gave_a_training_set(self, trainset, path):
        model = SVD(n_epochs=0).fit(Trainset.from_csr(*args_of(trainset)))
        model.trainset.note = "mine"
        dump.dump(path, algo=model)
        assert dump.load(path)[1].trainset.note == "mine"

    def test_a_loaded_model_can_be_fitted_saved_and_dumped(self, trainset, path, tmp_path):
        dump.dump(path, algo=SVD(n_epochs=1, random_state=0).fit(trainset))
        _, loaded = dump.load(path)
        loaded.fit(trainset).save(tmp_path / "model")
        again = astonish.load(tmp_path / "model")
        dump.dump(path, algo=again)
        assert dump.load(path)[1].predict("1", "2") == loaded.predict("1", "2")


def args_of(trainset):
    names = ("by_user", "by_item", "user_ids", "item_ids", "rating_scale")
    return [getattr(trainset, name) for name in names]


class TestFile:
    @pytest.mark.parametrize("name", SURPRISES)
    def test_nothing_of_astonish_is_named_in_it(self, trainset, path, name):
        model = ALGORITHMS[name]().fit(trainset)
        dump.dump(path, model.test([("1", "2", 3.0)]), model)
        assert {module.partition(".")[0] for module in imports_of(path)} - PUBLIC == {"numpy"}
        assert b"astonish" not in path.read_bytes()

    @pytest.mark.parametrize("name", ALGORITHMS)
    def test_dumping_leaves_the_model_as_it_is(self, trainset, path, name):
        model = ALGORITHMS[name]().fit(Trainset.from_csr(*args_of(trainset)))
        model.trainset.ur._rows.clear()  # what the fit may have asked for
        model.trainset.ir._rows.clear()
        before = dict(vars(model))
        dump.dump(path, algo=model)
        assert vars(model) == before
        assert not model.trainset.ur._rows
        assert not model.trainset.ir._rows

    def test_tables_of_all_pairs_are_written_while_they_are_small(
        self, trainset, testset, path, monkeypatch
    ):
        model = KNNBasic(verbose=False).fit(trainset)
        dump.dump(path, algo=model)
        assert "sim" in vars(dump.load(path)[1])
        monkeypatch.setattr(dump, "_MOST_ROWS", 29)
        dump.dump(path, algo=model)
        loaded = dump.load(path)[1]
        assert "sim" not in vars(loaded)
        assert loaded.test(testset) == model.test(testset)

    def test_lists_that_the_user_changed_are_written_as_they_are(self, trainset, path):
        model = SVD(n_epochs=0).fit(Trainset.from_csr(*args_of(trainset)))
        ratings = model.trainset.ur[0]
        ratings[0] = (ratings[0][0], 1.25)
        dump.dump(path, algo=model)
        assert dump.load(path)[1].trainset.ur[0] == ratings

    def test_its_name_is_printed_when_asked_for(self, path, capsys):
        dump.dump(str(path), verbose=1)
        assert capsys.readouterr().out == f"The dump has been saved as file {path}\n"
        dump.dump(str(path))
        assert capsys.readouterr().out == ""

    def test_it_is_loaded_where_patch_holds_by_pickle_itself(self, trainset, path):
        dump.dump(path, algo=SVD(n_epochs=0, random_state=0).fit(trainset))
        code = (
            "import sys, pickle, astonish.surprise; astonish.surprise.patch()\n"
            "algo = pickle.load(open(sys.argv[1], 'rb'))['algo']\n"
            "print(type(algo), type(algo.trainset), len(algo.test([('1', '2', 3.0)])))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, timeout=60
        )
        assert done.stdout == ("<class 'astonish.SVD'> <class 'astonish.Trainset'> 1\n")


def imports_of(path):
    """The modules that a pickle names, and those of what it looks up in them."""
    strings = []
    for opcode, argument, _ in pickletools.genops(path.read_bytes()):
        if opcode.name == "STACK_GLOBAL":
            yield strings[-2]
        elif isinstance(argument, str):
            strings.append(argument)


class TestErrors:
    def test_a_missing_file(self, path):
        with pytest.raises(FileNotFoundError):
            dump.load(path)

    def test_a_file_that_is_no_pickle(self, path):
        path.write_bytes(b"no pickle")
        with pytest.raises(pickle.UnpicklingError):
            dump.load(path)

    def test_a_class_that_is_gone(self, path):
        path.write_bytes(b"csurprise.trainset\nNoTrainset\n.")
        with pytest.raises(AttributeError, match="NoTrainset"):
            dump.load(path)
