"""The models as their papers write them: float64, one operation after the other."""

import numpy as np


def sgd(trainset, pu, qi, *, biased, n_epochs, lr, reg):
    """Funk SVD, as lists (pu, qi, bu, bi); `lr` and `reg` hold one rate for each of bu, bi, pu, qi.

    Python floats round every operation, and `zip` keeps the factors in their order: the result is
    exact to the last bit.
    """
    pu, qi = pu.tolist(), qi.tolist()
    bu, bi = [0.0] * trainset.n_users, [0.0] * trainset.n_items
    mean = float(trainset.global_mean) if biased else 0.0
    for _ in range(n_epochs):
        for u, i, rating in trainset.all_ratings():
            product = 0.0
            for q, p in zip(qi[i], pu[u], strict=True):
                product += q * p
            error = rating - (mean + bu[u] + bi[i] + product)
            if biased:
                bu[u] += lr["bu"] * (error - reg["bu"] * bu[u])
                bi[i] += lr["bi"] * (error - reg["bi"] * bi[i])
            for f, (q, p) in enumerate(zip(qi[i], pu[u], strict=True)):
                pu[u][f] = p + lr["pu"] * (error * q - reg["pu"] * p)
                qi[i][f] = q + lr["qi"] * (error * p - reg["qi"] * q)
    return pu, qi, bu, bi


def estimates(model):
    """The unclipped estimates of a factor model for all users and items, as a matrix."""
    products = model.pu @ model.qi.T
    if not model.biased:
        return products
    return model.trainset.global_mean + model.bu[:, None] + model.bi + products


def ranking(scores, n, excluded=()):
    """The `n` best places of a row of scores, best first, ties by place; -1 where too few remain.

    What scores NaN or minus infinity is no answer.
    """
    excluded = set(excluded)
    places = [
        place
        for place, score in enumerate(scores)
        if place not in excluded and not np.isnan(score) and score > -np.inf
    ]
    places.sort(key=lambda place: (-scores[place], place))
    return (places + [-1] * n)[:n]


def pair_counts(ratings, estimates):
    """Concordant and discordant pairs of one user, each pair looked at: O(n^2)."""
    concordant = discordant = 0
    for a in range(len(ratings)):
        for b in range(len(ratings)):
            if ratings[a] > ratings[b]:
                concordant += estimates[a] > estimates[b]
                discordant += not estimates[a] > estimates[b]
    return int(concordant), int(discordant)
