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


def svdpp(trainset, pu, qi, yj, *, n_epochs, lr, reg):
    """SVD++, as lists (pu, qi, yj, bu, bi), to the last bit; `lr` and `reg` hold five rates."""
    pu, qi, yj = pu.tolist(), qi.tolist(), yj.tolist()
    bu, bi = [0.0] * trainset.n_users, [0.0] * trainset.n_items
    n_factors = len(pu[0])
    for _ in range(n_epochs):
        for u, i, rating in trainset.all_ratings():
            items = [j for j, _ in trainset.ur[u]]
            root = len(items) ** 0.5
            z, product = [0.0] * n_factors, 0.0
            for j in items:
                z = [sum_f + y / root for sum_f, y in zip(z, yj[j], strict=True)]
            for q, p, z_f in zip(qi[i], pu[u], z, strict=True):
                product += q * (p + z_f)
            error = rating - (float(trainset.global_mean) + bu[u] + bi[i] + product)
            bu[u] += lr["bu"] * (error - reg["bu"] * bu[u])
            bi[i] += lr["bi"] * (error - reg["bi"] * bi[i])
            for f, (q, p) in enumerate(zip(qi[i], pu[u], strict=True)):
                pu[u][f] = p + lr["pu"] * (error * q - reg["pu"] * p)
                qi[i][f] = q + lr["qi"] * (error * (p + z[f]) - reg["qi"] * q)
                for j in items:
                    yj[j][f] += lr["yj"] * (error * q / root - reg["yj"] * yj[j][f])
    return pu, qi, yj, bu, bi


def nmf(trainset, pu, qi, *, biased, n_epochs, lr, reg):
    """Non-negative factorization, as arrays (pu, qi, bu, bi), to the last bit.

    A factor whose denominator is zero keeps its value.
    """
    pu, qi = pu.copy(), qi.copy()
    bu, bi = [0.0] * trainset.n_users, [0.0] * trainset.n_items
    mean = float(trainset.global_mean) if biased else 0.0
    n_u, n_i = np.diff(trainset.by_user.offsets), np.diff(trainset.by_item.offsets)
    for _ in range(n_epochs):
        sums_u, sums_i = np.zeros((2, *pu.shape)), np.zeros((2, *qi.shape))
        for u, i, rating in trainset.all_ratings():
            product = 0.0
            for q, p in zip(qi[i].tolist(), pu[u].tolist(), strict=True):
                product += q * p
            est = mean + bu[u] + bi[i] + product
            if biased:
                bu[u] += lr["bu"] * (rating - est - reg["bu"] * bu[u])
                bi[i] += lr["bi"] * (rating - est - reg["bi"] * bi[i])
            sums_u[:, u] += np.multiply.outer([rating, est], qi[i])
            sums_i[:, i] += np.multiply.outer([rating, est], pu[u])
        for factors, (above, below), n, kind in ((pu, sums_u, n_u, "pu"), (qi, sums_i, n_i, "qi")):
            below += (n * reg[kind])[:, np.newaxis] * factors
            moves = (factors != 0) & (below != 0)
            factors[moves] *= above[moves] / below[moves]
    return pu, qi, np.array(bu), np.array(bi)


def svdpp_estimates(model):
    """The unclipped estimates of an SVD++ model for all users and items, as a matrix."""
    ratings = model.trainset.ur
    implicit = [
        sum(model.yj[j] for j, _ in ratings[u]) / len(ratings[u]) ** 0.5
        for u in model.trainset.all_users()
    ]
    products = (model.pu + np.array(implicit)) @ model.qi.T
    return model.trainset.global_mean + model.bu[:, None] + model.bi + products


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


def baselines(trainset, *, n_epochs, reg_u, reg_i):
    """User and item biases by alternating least squares, exact to the last bit."""
    mean = float(trainset.global_mean)
    bu, bi = [0.0] * trainset.n_users, [0.0] * trainset.n_items

    def fit(row, other, reg):
        total = 0.0
        for place, rating in row:
            total += rating - mean - other[place]
        return total / (reg + len(row)) if reg + len(row) else 0.0

    for _ in range(n_epochs):
        bi = [fit(trainset.ir[i], bu, reg_i) for i in trainset.all_items()]
        bu = [fit(trainset.ur[u], bi, reg_u) for u in trainset.all_users()]
    return bu, bi


def slope_one_tables(trainset):
    """The tables (freq, dev) of Slope One, exact to the last bit."""
    shape = trainset.n_items, trainset.n_items
    freq, dev = np.zeros(shape, int), np.zeros(shape)
    for u in trainset.all_users():
        for i, r_ui in trainset.ur[u]:
            for j, r_uj in trainset.ur[u]:
                freq[i, j] += 1
                dev[i, j] += r_ui - r_uj
    dev = np.divide(dev, freq, out=np.full(shape, np.nan), where=freq > 0)
    np.fill_diagonal(dev, 0)
    return freq, dev


def slope_one_estimate(trainset, freq, dev, u, i):
    """The unclipped estimate of Slope One for inner ids that are known."""
    relevant = [j for j, _ in trainset.ur[u] if freq[i, j] > 0]
    mean = float(np.mean([rating for _, rating in trainset.ur[u]]))
    total = 0.0
    for j in relevant:
        total += float(dev[i, j])
    return mean + total / len(relevant) if relevant else mean


def cluster_averages(trainset, cltr_u, cltr_i, n_cltr_u, n_cltr_i):
    """The mean ratings (of users' clusters, of items' clusters, of pairs of them)."""
    sums, counts = np.zeros((2, n_cltr_u, n_cltr_i))
    for u, i, rating in trainset.all_ratings():
        sums[cltr_u[u], cltr_i[i]] += rating
        counts[cltr_u[u], cltr_i[i]] += 1

    def mean(sums, counts):
        return np.divide(
            sums, counts, out=np.full(sums.shape, trainset.global_mean), where=counts > 0
        )

    def add(table, axis):
        total = np.zeros(table.shape[axis - 1])
        for part in table if axis == 0 else table.T:
            total += part
        return total

    users, items = (mean(add(sums, axis), add(counts, axis)) for axis in (1, 0))
    return users, items, mean(sums, counts)


def co_clustering(trainset, cltr_u, cltr_i, *, n_cltr_u, n_cltr_i, n_epochs):
    """Co-clustering from given clusters, as the attributes by name; exact to the last bit."""
    cltr_u, cltr_i = list(cltr_u), list(cltr_i)
    user_mean = [float(np.mean([r for _, r in trainset.ur[u]])) for u in trainset.all_users()]
    item_mean = [float(np.mean([r for _, r in trainset.ir[i]])) for i in trainset.all_items()]

    def error(u, uc, i, ic, rating):
        mean = pairs[uc, ic] + user_mean[u] - users[uc] + item_mean[i] - items[ic]
        return (rating - mean) * (rating - mean)

    def best(errors):
        return int(np.argmin([sum(each, np.float64(0)) for each in errors]))

    for _ in range(n_epochs):
        users, items, pairs = cluster_averages(trainset, cltr_u, cltr_i, n_cltr_u, n_cltr_i)
        for u in trainset.all_users():
            cltr_u[u] = best(
                [error(u, uc, i, cltr_i[i], r) for i, r in trainset.ur[u]] for uc in range(n_cltr_u)
            )
        for i in trainset.all_items():
            cltr_i[i] = best(
                [error(u, cltr_u[u], i, ic, r) for u, r in trainset.ir[i]] for ic in range(n_cltr_i)
            )
    users, items, pairs = cluster_averages(trainset, cltr_u, cltr_i, n_cltr_u, n_cltr_i)
    return {
        "cltr_u": cltr_u,
        "cltr_i": cltr_i,
        "user_mean": user_mean,
        "item_mean": item_mean,
        "avg_cltr_u": users,
        "avg_cltr_i": items,
        "avg_cocltr": pairs,
    }


def add_up(values):
    """The sum from left to right; Python's own `sum` compensates for rounding."""
    total = 0.0
    for value in values:
        total += value
    return total


def dot(a, b):
    return add_up(x * y for x, y in zip(a, b, strict=True))


def cosine_of(own, other):
    norm = np.sqrt(dot(own, own) * dot(other, other))
    return dot(own, other) / norm if norm else 0.0


def msd_of(own, other):
    apart = [x - y for x, y in zip(own, other, strict=True)]
    return 1 / (dot(apart, apart) / len(own) + 1)  # products, as pow may round a square otherwise


def pearson_of(own, other):
    n, x, y = len(own), add_up(own), add_up(other)
    norm = np.sqrt((n * dot(own, own) - x * x) * (n * dot(other, other) - y * y))
    return (n * dot(own, other) - x * y) / norm if norm else 0.0


def similarities(name, n_x, yr, min_support=1, baselines=None, shrinkage=100):
    """The matrix of similarities, pair by pair; `baselines` gives that of an x and a y."""
    measure = {"cosine": cosine_of, "msd": msd_of, "pearson": pearson_of}.get(name, cosine_of)
    least = max(min_support, 2 if baselines else 1)
    matrix = np.eye(n_x)
    for a in range(n_x):
        for b in range(a + 1, n_x):
            common = [
                (r - baselines(x, y), s - baselines(z, y)) if baselines else (r, s)
                for y, ratings in yr.items()
                for x, r in ratings
                for z, s in ratings
                if (x, z) == (a, b)
            ]
            n = len(common)
            if n >= least:
                shrunken = (n - 1) / (n - 1 + shrinkage) if baselines else 1
                matrix[a, b] = matrix[b, a] = measure(*zip(*common, strict=True)) * shrunken
    return matrix


def neighbors(similarities, ratings, k):
    """The k most similar raters, as (similarity, rater, rating); of equals the earlier ones."""
    found = [(similarities[x], x, rating) for x, rating in ratings if similarities[x] > 0]
    return sorted(found, key=lambda each: -each[0])[:k]


def knn(model, guess, unit, u, i):
    """The estimate of a model that measures ratings from `guess(x, y)` in units of `unit(x)`.

    Without enough neighbours the guess is the estimate. Also returns the number of neighbours.
    """
    x, y = model.switch(u, i)
    found = neighbors(model.sim[x], model.yr[y], model.k)
    if len(found) < max(model.min_k, 1):
        return guess(x, y), len(found)
    said = dot([s for s, _, _ in found], [(r - guess(z, y)) / unit(z) for _, z, r in found])
    return guess(x, y) + said / add_up(s for s, _, _ in found) * unit(x), len(found)
