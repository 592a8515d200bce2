"""Processes of multiprocessing that import this program anew, and one that runs another."""

import multiprocessing
import subprocess
import sys

from surprise import SVD, Dataset, Reader


def first_factor(arguments):
    path, seed = arguments
    trainset = Dataset.load_from_file(path, Reader("ml-100k")).build_full_trainset()
    return SVD(n_factors=3, n_epochs=2, random_state=seed).fit(trainset)


if __name__ == "__main__":
    path = f"{sys.argv[1]}/ratings"
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for algo in pool.map(first_factor, [(path, 0), (path, 1)]):
            print(isinstance(algo, SVD), round(float(algo.pu[0, 0]), 6))
    code = "from surprise.utils import get_rng; print(get_rng(3).randint(1000))"
    print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
