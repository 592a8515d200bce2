"""EmbeddingNN: fit against a reference in NumPy, its parameters, its lists and its fold-in."""

import numpy as np
import pytest

from astonish import EmbeddingNN, make_ratings
from astonish.models.embedding.embedding_nn import embedding_size
from astonish.models.training.sampling import EpochSampler
from astonish.models.training.schedules import one_cycle
from astonish.support.random_state import get_rng

from ..helpers import assert_same_state, state_of, trainset_of
from ..reference_embedding_network import Network

CASE = {
    "layers": [7, 5],
    "emb_szs": (4, 6),
    "n_epochs": 2,
    "batch_size": 16,
    "lr_max": 0.02,
    "random_state": 0,
}


@pytest.fixture(scope="module")
def trainset():
    return make_ratings(60, 40, 1200, seed=1).build_full_trainset()


def fit_reference(trainset, *, ps, embed_p, use_bn, y_range):
    """Draw, order and train as `fit` says it does, in NumPy."""
    rng = get_rng(CASE["random_state"])
    sizes = CASE["emb_szs"]
    weights = [
        np.fmod(rng.standard_normal(shape), 2) * 0.01
        for shape in ((trainset.n_users, sizes[0]), (trainset.n_items, sizes[1]))
    ]
    buffers, n_inputs = [], sum(sizes)
    for k, n_outputs in enumerate([*CASE["layers"], 1]):
        bound = 1 / np.sqrt(n_inputs)
        weights.append(rng.uniform(-bound, bound, (n_outputs, n_inputs)))
        if use_bn and k < len(CASE["layers"]):
            weights += [np.ones(n_outputs), np.full(n_outputs, 1e-3)]
            buffers += [np.zeros(n_outputs), np.ones(n_outputs)]
        else:
            weights.append(rng.uniform(-bound, bound, n_outputs))
        n_inputs = n_outputs
    means = [[np.zeros_like(each) for each in weights] for _ in range(2)]
    seed = int(rng.randint(2**31))
    options = {"embed_p": embed_p, "ps": ps, "use_bn": use_bn, "y_range": y_range, "wd": 0.1}
    network = Network(weights, *means, buffers, seed=seed, **options)
    order = np.random.RandomState(rng.randint(2**31))
    sampler = EpochSampler(trainset.n_ratings, CASE["batch_size"], "permutation", order)
    schedule = one_cycle(CASE["n_epochs"], sampler.n_batches, CASE["lr_max"])
    batches = np.concatenate(
        [sampler.next().reshape(sampler.n_batches, -1) for _ in range(CASE["n_epochs"])]
    )
    by_user = trainset.by_user
    columns = by_user.row_of_each(), by_user.indices, by_user.values
    losses = [
        network.train(*(column[batch] for column in columns), lr, mom)
        for batch, lr, mom in zip(batches, *schedule, strict=True)
    ]
    return network, np.reshape(losses, (CASE["n_epochs"], -1)).mean(axis=1)


@pytest.mark.parametrize("use_bn", [True, False])
@pytest.mark.parametrize("y_range", [None, (0, 5.5)])
@pytest.mark.parametrize("dropped", [(0.0, [0.0, 0.0]), (0.1, [0.2, 0.1])])
def test_float64_equals_the_reference(trainset, use_bn, y_range, dropped):
    embed_p, ps = dropped
    options = {"use_bn": use_bn, "y_range": y_range, "embed_p": embed_p, "ps": ps}
    model = EmbeddingNN(**CASE, **options, dtype="float64").fit(trainset)
    network, losses = fit_reference(trainset, **options)
    np.testing.assert_allclose(model.history_["loss"], losses, rtol=1e-8)
    np.testing.assert_allclose(model.pu, network.weights[0], atol=1e-8)
    np.testing.assert_allclose(model.weight_1, network.layer(1)[0], atol=1e-8)
    users, items = trainset.by_user.row_of_each(), trainset.by_user.indices
    found = [
        model.predict(user, item, clip=False).est for user, item, _ in trainset.build_testset()
    ]
    np.testing.assert_allclose(found, network.estimate(users, items), rtol=1e-8)


def test_an_unknown_id_is_an_embedding_of_zeros(trainset):
    model = EmbeddingNN(**CASE).fit(trainset)
    row, unknown = trainset.item_ids[3], "?"
    expected = model.predict(unknown, row).est
    model.pu[5] = 0
    assert model.predict(trainset.user_ids[5], row).est == expected


@pytest.mark.parametrize(
    ("n", "size"), [(944, 74), (1635, 101), (1665, 102), (1, 2), (10**6, 600), (40_000, 600)]
)
def test_lengths_of_embeddings_are_those_of_fastai(n, size):
    assert embedding_size(n) == size


def test_embeddings_are_as_long_as_the_rule_or_the_user_says(trainset):
    model = EmbeddingNN(**{**CASE, "emb_szs": None}).fit(trainset)
    assert model.pu.shape[1] == embedding_size(trainset.n_users + 1)
    assert model.qi.shape[1] == embedding_size(trainset.n_items + 1)
    assert EmbeddingNN(**CASE).fit(trainset).weight_0.shape == (7, 10)


def test_another_network_leaves_no_layers_of_the_one_before(trainset):
    model = EmbeddingNN(**CASE).fit(trainset)
    model.layers, model.use_bn = [3], False
    refitted = model.fit(trainset)
    fresh = EmbeddingNN(**{**CASE, "layers": [3]}, use_bn=False).fit(trainset)
    assert vars(refitted).keys() == vars(fresh).keys()


def test_no_hidden_layer_is_a_linear_model(trainset):
    model = EmbeddingNN(**{**CASE, "layers": []}, y_range=None, dtype="float64").fit(trainset)
    inputs = np.concatenate([model.pu[2], model.qi[3]])
    expected = inputs @ model.weight_0[0] + model.bias_0[0]
    found = model.predict(trainset.user_ids[2], trainset.item_ids[3], clip=False).est
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("layers", 5, TypeError, "layers must be a sequence"),
        ("layers", "50", TypeError, "layers must be a sequence"),
        ("layers", [5, 0], ValueError, r"layers\[1\]"),
        ("layers", [2.5], TypeError, r"layers\[0\]"),
        ("emb_szs", (3,), TypeError, "emb_szs must be two sizes"),
        ("emb_szs", (3, 0), ValueError, r"emb_szs\[1\]"),
        ("embed_p", 1, ValueError, "embed_p must be below 1"),
        ("embed_p", -0.1, ValueError, "embed_p"),
        ("ps", [0.1], TypeError, "one for each of 2 layers"),
        ("ps", [0.1, 1.0], ValueError, r"ps\[1\] must be below 1"),
        ("ps", float("nan"), ValueError, "ps"),
        ("batch_size", 1, ValueError, "batch"),
        ("y_range", (5, 1), ValueError, "y_range"),
    ],
)
def test_parameters_out_of_range_are_refused_by_name(trainset, name, value, error, message):
    model = EmbeddingNN(**{**CASE, name: value})
    before = state_of(model)
    with pytest.raises(error, match=message):
        model.fit(trainset)
    assert_same_state(model, before)


def test_a_lone_rating_is_enough():
    lone = EmbeddingNN(**CASE).fit(trainset_of(("u", "i", 4.0)))
    assert 1 <= lone.predict("u", "i").est <= 5


@pytest.mark.parametrize("boosts", [None, {"3": 0.4, "9": -0.2}])
def test_lists_are_the_items_of_the_highest_estimates(trainset, boosts):
    model = EmbeddingNN(**CASE).fit(trainset)
    item_ids, scores = model.recommend(trainset.user_ids[:5], n=4, boosts=boosts)
    for user, items, its_scores in zip(range(5), item_ids, scores, strict=True):
        user_id = trainset.user_ids[user]
        seen = set(trainset.by_user.row(user)[0].tolist())
        expected = {
            item: model.predict(user_id, item, clip=False).est + (boosts or {}).get(item, 0)
            for place, item in enumerate(trainset.item_ids)
            if place not in seen
        }
        best = sorted(expected, key=expected.get, reverse=True)[:4]
        assert items.tolist() == best
        np.testing.assert_allclose(its_scores, [expected[item] for item in best], rtol=1e-12)


def test_there_is_no_index_of_a_network(trainset):
    model = EmbeddingNN(**CASE).fit(trainset)
    with pytest.raises(TypeError, match="there is no index"):
        model.build_index()


@pytest.mark.parametrize("use_bn", [True, False])
@pytest.mark.parametrize("y_range", [None, (0, 5.5)])
@pytest.mark.parametrize("side", ["user", "item"])
def test_who_is_folded_in_fits_the_ratings(trainset, use_bn, y_range, side):
    """All of them, as if new: better, with the regularisation, than training fitted them."""
    options = {"use_bn": use_bn, "y_range": y_range, "dtype": "float64", "n_epochs": 10}
    model = EmbeddingNN(**{**CASE, **options}).fit(trainset)
    folded = model.fold_in(trainset, side=side)
    name, other = ("pu", "qi") if side == "user" else ("qi", "pu")
    reg = 0.2 * (4 if y_range is None else 5.5) ** 2
    users, items, targets = map(list, zip(*trainset.build_testset(), strict=True))
    newcomers = users if side == "user" else items
    ids, row_of_each = np.unique(newcomers, return_inverse=True)

    def objectives(fitted):
        """The regularised squared error of each newcomer."""
        inner = fitted.trainset.inner_users if side == "user" else fitted.trainset.inner_items
        embeddings = getattr(fitted, name)[inner(ids.tolist())]
        pairs = fitted.trainset.inner_users(users), fitted.trainset.inner_items(items)
        errors = fitted._estimate_many(*pairs) - targets
        return np.bincount(row_of_each, errors**2) + reg * (embeddings**2).sum(axis=1)

    nobody = model.fold_in(trainset, side=side)
    getattr(nobody, name)[:] = 0
    assert (objectives(folded) <= objectives(nobody)).all()
    assert objectives(folded).sum() < objectives(model).sum()
    assert getattr(folded, other) is getattr(model, other)


def test_similar_items_are_those_of_near_embeddings(trainset):
    model = EmbeddingNN(**CASE).fit(trainset)
    item_ids, cosines = model.similar_items([trainset.item_ids[0]], n=3)
    unit = model.qi / np.linalg.norm(model.qi, axis=1, keepdims=True)
    expected = np.sort(unit[1:] @ unit[0])[::-1][:3]
    np.testing.assert_allclose(cosines[0], expected, rtol=1e-5)
    assert trainset.item_ids[0] not in item_ids[0]
