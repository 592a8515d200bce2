"""The parallel solver of SVD as parallel_sgd.hpp has it: float64, one rating after the other."""

import itertools
import math

import numpy as np

MASK = 2**32 - 1
USERS, ITEMS = 2**64 - 1, 2**64 - 2  # streams of random numbers; those from 0 are the epochs'


class RowRandom:
    """Random numbers of (seed, row): Philox4x32-10 (Salmon et al. 2011)."""

    def __init__(self, seed, row):
        self.key = seed & MASK, seed >> 32
        blocks = (self.encrypt([block, 0, row & MASK, row >> 32]) for block in itertools.count())
        self.words = itertools.chain.from_iterable(blocks)

    def encrypt(self, counter):
        key0, key1 = self.key
        for _ in range(10):
            c0, c1, c2, c3 = counter
            a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
            counter = [b >> 32 ^ c1 ^ key0, b & MASK, a >> 32 ^ c3 ^ key1, a & MASK]
            key0, key1 = key0 + 0x9E3779B9 & MASK, key1 + 0xBB67AE85 & MASK
        return counter

    def below(self, n):
        """A number of [0, n) without bias (Lemire 2019)."""
        product = next(self.words) * n
        while product & MASK < 2**32 % n:
            product = next(self.words) * n
        return product >> 32

    def shuffled(self, n):
        rows = list(range(n))
        for left in range(n, 1, -1):
            other = self.below(left)
            rows[left - 1], rows[other] = rows[other], rows[left - 1]
        return rows


def count_strips(n_users, n_ratings):
    """About 1,000 ratings a block and 8 a user in it; 16 to 64 strips where there are as many."""
    wanted = min(max(n_ratings // n_users // 8, 16), 64)
    return max(1, min(wanted, math.isqrt(n_ratings // 1000)))


def strips_of(counts, order, n_strips):
    """The strip of each row: of about as many ratings, in shuffled order."""
    strips, before = {}, 0
    for row in order:
        strips[row] = min(before * n_strips // max(sum(counts), 1), n_strips - 1)
        before += counts[row]
    return strips


def take_turns(runs):
    """Ratings of two runs in turn; where one ends, the next one begins."""
    waiting, turns = iter(runs), [iter(()), iter(())]
    while True:
        taken = False
        for place in range(2):
            rating = next(turns[place], None)
            if rating is None and (run := next(waiting, None)) is not None:
                turns[place] = iter(run)
                rating = next(turns[place])
            if rating is not None:
                taken = True
                yield rating
        if not taken:
            return


def blocks_of(by_user, n_strips, seed):
    """The runs of each block, {(user strip, item strip): [[(user, place), ...], ...]}."""
    users, items = RowRandom(seed, USERS), RowRandom(seed, ITEMS)
    user_order = users.shuffled(by_user.n_rows)
    lengths = np.diff(by_user.offsets).tolist()
    user_strips = strips_of(lengths, user_order, n_strips)
    item_counts = np.bincount(by_user.indices, minlength=by_user.n_cols).tolist()
    item_strips = strips_of(item_counts, items.shuffled(by_user.n_cols), n_strips)
    blocks = {block: [] for block in itertools.product(range(n_strips), repeat=2)}
    for user in user_order:
        runs = {}
        for place in range(by_user.offsets[user], by_user.offsets[user + 1]):
            runs.setdefault(item_strips[by_user.indices[place]], []).append((user, place))
        for strip, run in runs.items():
            blocks[user_strips[user], strip].append(run)
    return blocks


def epoch_order(blocks, n_strips, seed, epoch):
    """Yield (user, place among the ratings) in the order of an epoch."""
    random = RowRandom(seed, epoch)
    users, items = random.shuffled(n_strips), random.shuffled(n_strips)
    for turn in range(n_strips):
        for k in range(n_strips):
            yield from take_turns(blocks[users[k], items[(k + turn) % n_strips]])


def parallel_sgd(trainset, pu, qi, seed, *, biased, n_epochs, lr, reg, weights=None):
    """Parameters (pu, qi, bu, bi), and the RMSE of each epoch."""
    by_user = trainset.by_user
    pu, qi, bu, bi = pu.copy(), qi.copy(), np.zeros(len(pu)), np.zeros(len(qi))
    mean = trainset.global_mean if biased else 0.0
    weights = np.ones(len(by_user.values)) if weights is None else weights
    n_strips = count_strips(by_user.n_rows, len(by_user.values))
    blocks, rmse = blocks_of(by_user, n_strips, seed), []
    for epoch in range(n_epochs):
        squared = 0.0
        for u, place in epoch_order(blocks, n_strips, seed, epoch):
            i, weight = by_user.indices[place], weights[place]
            error = by_user.values[place] - (mean + bu[u] + bi[i] + pu[u] @ qi[i])
            squared += weight * error**2
            pull = weight * error
            if biased:
                bu[u] += lr["bu"] * (pull - reg["bu"] * bu[u])
                bi[i] += lr["bi"] * (pull - reg["bi"] * bi[i])
            p, q = pu[u].copy(), qi[i].copy()
            pu[u] += lr["pu"] * (pull * q - reg["pu"] * p)
            qi[i] += lr["qi"] * (pull * p - reg["qi"] * q)
        rmse.append(np.sqrt(squared / weights.sum()))
    return pu, qi, bu, bi, rmse
