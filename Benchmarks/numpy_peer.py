#!/usr/bin/env python3
"""The benchmark's Monte Carlo task in vectorised NumPy.

Usage: numpy_peer.py FORMULATION GENERATOR ESTIMATOR GROUP PAIRS
       numpy_peer.py fastest ESTIMATOR GROUP     (prints the fastest generator of each formulation)

Formulations, all on one thread and in double precision:
  searchsorted  one uniform per rollout, np.searchsorted in the cumulative probabilities, np.bincount
  thresholds    one uniform per rollout, one comparison per action, summed over rollouts
  multinomial   Generator.multinomial, the counts at once (sufficient statistics)

All then compute the same from the counts as the other programs: for each pair of groups half the squared distance and
the mean squared length of the two gradient estimates, their means and standard errors, and the mean vector.
Prints: peer,formulation,generator,estimator,group,threads,groups,ns_per_group,trace,trace_se,second_moment,mean_0
"""

import sys
import time

import numpy as np

PROBABILITIES = np.array([0.05, 0.1, 0.15, 0.2, 0.1, 0.15, 0.2, 0.05])
REWARDS = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0])
K = len(PROBABILITIES)
GENERATORS = {name: getattr(np.random, name) for name in ("PCG64", "SFC64", "Philox", "MT19937")}
CUMULATIVE = np.cumsum(PROBABILITIES)[:-1]


def counts_searchsorted(rng, groups, n):
    actions = np.searchsorted(CUMULATIVE, rng.random(groups * n), side="right")
    actions += np.repeat(np.arange(groups) * K, n)
    return np.bincount(actions, minlength=groups * K).reshape(groups, K).astype(np.float64)


def counts_thresholds(rng, groups, n):
    uniforms = rng.random((n, groups))
    kind = np.uint8 if n < 256 else np.uint16
    above = np.empty((K + 1, groups))
    above[0], above[K] = n, 0
    for a, threshold in enumerate(CUMULATIVE):
        above[a + 1] = np.add.reduce(uniforms >= threshold, axis=0, dtype=kind)
    return (above[:-1] - above[1:]).T


def counts_multinomial(rng, groups, n):
    return rng.multinomial(n, PROBABILITIES, size=groups).astype(np.float64)


COUNTS = {"searchsorted": counts_searchsorted, "thresholds": counts_thresholds, "multinomial": counts_multinomial}


def simulate(formulation, rng, estimator, n, pairs):
    draw = COUNTS[formulation]
    # The chunk keeps all intermediate arrays in the second-level cache.
    chunk = max(64, min(4096, 131072 // n if formulation != "multinomial" else 4096)) // 2
    distances, lengths, total = [], [], np.zeros(K)
    done = 0
    while done < pairs:
        size = min(chunk, pairs - done)
        counts = draw(rng, 2 * size, n)
        if estimator == "rloo":
            means = counts @ REWARDS / n
            g = counts * (REWARDS - means[:, None]) / (n - 1)
        else:
            g = (counts * REWARDS - np.outer(counts @ REWARDS, PROBABILITIES)) / n
        difference = g[0::2] - g[1::2]
        distances.append(0.5 * np.einsum("ij,ij->i", difference, difference))
        lengths.append(0.5 * (np.einsum("ij,ij->i", g[0::2], g[0::2]) + np.einsum("ij,ij->i", g[1::2], g[1::2])))
        total += g.sum(axis=0)
        done += size
    distances, lengths = np.concatenate(distances), np.concatenate(lengths)
    return distances.mean(), distances.std(ddof=1) / np.sqrt(pairs), lengths.mean(), total / (2 * pairs)


def measure(formulation, generator, estimator, n, pairs):
    rng = np.random.Generator(GENERATORS[generator](1))
    simulate(formulation, rng, estimator, n, max(2, pairs // 10))
    start = time.perf_counter()
    trace, error, second, mean = simulate(formulation, rng, estimator, n, pairs)
    nanoseconds = (time.perf_counter() - start) * 1e9 / (2 * pairs)
    return nanoseconds, trace, error, second, mean[0]


def gigabytes(run, bytes_read):
    times = []
    for _ in range(5):
        start = time.thread_time()
        run()
        times.append(time.thread_time() - start)
    return bytes_read * 1e-9 / sorted(times)[2]


def vocabulary(rows):
    """Entropies of rows of 49,152 probabilities, row by row so that the temporaries stay in the cache."""
    p = np.exp(-30 * np.random.default_rng(1).random((rows, 49152)))
    p /= p.sum(axis=1, keepdims=True)

    def entropies():
        return [(-(row * np.log(row))).sum() for row in p]

    def four_sums():
        for row in p:
            logarithm = np.log(row)
            row.sum(), row @ row, row @ logarithm, (row * row) @ logarithm

    for name, run in (("sum of doubles", p.sum), ("entropy of doubles", entropies), ("four sums of doubles", four_sums)):
        print(f"vocabulary,numpy,{name},,,,,{gigabytes(run, p.nbytes):.3f}")


def factors(count):
    rng = np.random.default_rng(1)
    logarithms, entropies = -8 * rng.random(count), 4 * rng.random(count)
    advantages = rng.standard_normal(count)
    starts = np.arange(0, count, 256)
    lengths = np.diff(np.append(starts, count))
    floor, steepness, midpoint = 0.25, 5, 1.5

    def both():
        """The released entropy change of responses of 256 tokens, both factors of mode 6 and their product."""
        weighted = np.exp(logarithms) * (logarithms + entropies)
        means = np.repeat(np.add.reduceat(weighted, starts) / lengths, lengths)
        change = np.abs(advantages * (weighted - means))
        low, high = entropies.min(), entropies.max()
        boost = np.where(advantages > 0, 1 + 0.2 * (high - entropies) / (high - low + 1e-8), 1)
        return boost * (0.6 + 0.4 / (1 + np.exp(50 * (change / (change.max() + 1e-8) - 0.99))))

    names = {
        "both": both,
        "exponential": lambda: np.exp(logarithms),
        "logistic decay": lambda: floor + (1 - floor) / (1 + np.exp(steepness * (entropies - midpoint))),
    }
    seconds = {name: 1e-9 / gigabytes(run, 1) for name, run in names.items()}
    for name, value in seconds.items():
        print(f"factors,numpy,{name},,,,,{value:.5f}")


def main(arguments):
    if arguments[0] in ("vocabulary", "factors"):
        (vocabulary if arguments[0] == "vocabulary" else factors)(int(arguments[1]))
        return
    if arguments[0] == "fastest":
        estimator, n = arguments[1], int(arguments[2])
        for formulation in COUNTS:
            pairs = max(200, (1_000_000 if formulation != "multinomial" else 4_000_000) // (n + 16 * K))
            times = {g: min(measure(formulation, g, estimator, n, pairs)[0] for _ in range(3)) for g in GENERATORS}
            print(formulation, min(times, key=times.get), *(f"{g}={t:.1f}" for g, t in times.items()))
        return
    formulation, generator, estimator, n, pairs = arguments[:3] + [int(a) for a in arguments[3:]]
    nanoseconds, trace, error, second, mean = measure(formulation, generator, estimator, n, pairs)
    numbers = ",".join(f"{x:.17g}" for x in (trace, error, second, mean))
    print(f"numpy,{formulation},{generator},{estimator},{n},1,{2 * pairs},{nanoseconds:.4f},{numbers}")


if __name__ == "__main__":
    main(sys.argv[1:])
