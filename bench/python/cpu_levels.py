"""The same jobs on each build of the core: does a CPU level earn its place in the wheel?

Run: python bench/python/cpu_levels.py
"""

import os
import subprocess
import sys

from common import show

from astonish import _cpu

JOB = """
import statistics, time
import numpy as np
import astonish
from astonish import _core
data = astonish.make_ratings(6040, 3706, 1_000_209)
trainset = data.build_full_trainset()
rng = np.random.default_rng(0)
queries, items = (rng.normal(size=(n, 128)).astype(np.float32) for n in (4000, 20000))
nothing = np.empty(0, np.int64), np.empty(0, np.int32)
def median(job, repeats=5):
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        job()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)
for solver in ("sequential", "bitwise"):
    model = astonish.SVD(n_epochs=3, random_state=0, solver=solver)
    print(f"{3 * trainset.n_ratings / median(lambda: model.fit(trainset), 3) / 1e6:.1f}")
for threads in (1, _core.parallel.available_threads()):
    flops = 2 * queries.size * len(items)
    job = lambda: _core.topk.topk(queries, items, 10, None, *nothing, threads)
    print(f"{flops / median(job) / 1e9:.0f}")
"""

if __name__ == "__main__":
    rows = []
    for level in _cpu.built_levels():
        if level <= _cpu.best_level():
            done = subprocess.run(
                [sys.executable, "-c", JOB],
                env={**os.environ, "ASTONISH_CPU_LEVEL": level},
                capture_output=True,
                text=True,
                check=True,
            )
            rows.append((level, *done.stdout.split()))
    show(
        "One core for each CPU level",
        (
            "level",
            "SVD sequential (M ratings/s)",
            "SVD bitwise (M ratings/s)",
            "top-10, 1 thread (GFLOP/s)",
            "top-10, all threads (GFLOP/s)",
        ),
        rows,
    )
