"""Asking a learner: predictions, results, summary."""

import numpy as np
import pytest

from astonish.collab import CollabDataLoaders, collab_learner

from ..models import reference_embedding_dot as reference
from .helpers import parameters_of


def test_get_preds_is_the_formula(learn):
    learn.fit_one_cycle(1, 5e-2)
    codes, preds, targs, decoded, losses = learn.get_preds(
        with_input=True, with_decoded=True, with_loss=True
    )
    valid, parameters = learn.dls.valid, parameters_of(learn)
    np.testing.assert_array_equal(codes, np.stack([valid.users, valid.items], axis=1))
    np.testing.assert_array_equal(targs, valid.ratings)
    double = {name: array.astype(np.float64) for name, array in parameters.items()}
    expected = reference.estimates(double, valid.users - 1, valid.items - 1, (0, 5.5))
    np.testing.assert_allclose(preds, expected, rtol=1e-6)
    np.testing.assert_array_equal(decoded, preds)
    np.testing.assert_array_equal(losses, (preds - targs) ** 2)


def test_what_get_preds_returns_is_nobody_elses(learn):
    before = [learn.validate(part) for part in (0, 1)]
    for part in (0, 1):
        preds, targs = learn.get_preds(part)
        targs -= preds
    assert [learn.validate(part) for part in (0, 1)] == before


def test_parts_and_other_rows(learn):
    preds, targs = learn.get_preds(ds_idx=0)
    np.testing.assert_array_equal(targs, learn.dls.train.ratings)  # all rows in their order
    assert learn.validate(ds_idx=0) == [pytest.approx(np.mean((preds - targs) ** 2))]
    loader = learn.dls.test_dl([("1", "2", 3.0), ("1", "unheard of", 4.0)])
    preds, targs = learn.get_preds(dl=loader)
    assert targs.tolist() == [3, 4]
    assert learn.validate(dl=loader) == [pytest.approx(np.mean((preds - targs) ** 2))]
    unrated = learn.dls.test_dl([("1", "2", 3.0)], with_labels=False)
    assert learn.get_preds(dl=unrated)[1] is None


def test_an_unknown_id_contributes_nothing(learn):
    learn.fit_one_cycle(2, 5e-2)
    loader = learn.dls.test_dl([("nobody", "nothing", 3.0), ("nobody", "2", 3.0)])
    nothing, item = learn.get_preds(dl=loader)[0]
    assert nothing == 2.75
    inner = learn.model.trainset.to_inner_iid("2")
    assert item == pytest.approx(5.5 / (1 + np.exp(-float(learn.model.bi[inner]))))


def rows_of_many_kinds():
    pd = pytest.importorskip("pandas")
    yield {"user": "1", "item": "2"}
    yield ("1", "2")
    yield ["1", "2", 4.0]
    yield pd.Series({"rating": 3.0, "item": "2", "user": "1"})
    yield next(pd.DataFrame({"user": ["1"], "item": ["2"]}).itertuples())


def test_predict_takes_rows_of_many_kinds(learn):
    expected = learn.get_preds(dl=learn.dls.test_dl([("1", "2", 3.0)]))[0][0]
    for row in rows_of_many_kinds():
        answer = learn.predict(row)
        assert answer == ({"user": "1", "item": "2", "rating": expected}, expected, expected)
        assert answer.unknown == []


def test_predict_says_what_is_unknown(learn):
    with pytest.warns(UserWarning, match="taken as '#na#': user 'nobody', item None") as caught:
        row, decoded, preds = answer = learn.predict({"user": "nobody", "item": None})
    assert row == {"user": "#na#", "item": "#na#", "rating": 2.75}
    assert decoded == preds == 2.75
    assert answer.unknown == ["user", "item"]
    assert caught[0].filename == __file__


def test_show_results(learn, capsys):
    learn.show_results(max_n=2, shuffle=False)
    out = capsys.readouterr().out
    assert "rating_pred" in out
    user = learn.dls.classes["user"][int(learn.dls.valid.users[0])]
    assert f"│ {user}" in out
    assert out.count("\n│") == 1 + 2
    learn.show_results(dl=learn.dls.valid, max_n=10**6)
    assert capsys.readouterr().out.count("\n│") == 1 + 200


def test_titles_are_no_markup(capsys):
    dls = CollabDataLoaders.from_dataset([("ann", "[bold]", 3.0), ("bob", "[/]", 4.0)], valid_pct=0)
    collab_learner(dls, seed=0).show_results(ds_idx=0)
    assert "[bold]" in capsys.readouterr().out


def test_names_of_columns_are_no_markup(capsys):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"[/who]": ["ann"], "[bold]": ["Alien"], ":star:": [4.0]})
    dls = CollabDataLoaders.from_df(frame, valid_pct=0)
    collab_learner(dls, seed=0).show_results(ds_idx=0)
    head = capsys.readouterr().out.splitlines()[1]
    assert all(name in head for name in ("[/who]", "[bold]", ":star:_pred"))


def test_summary(learn, capsys):
    learn.summary()
    out = capsys.readouterr().out
    assert "50 x 4" in out
    assert "200" in out
