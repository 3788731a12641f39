"""Check numbers of the networks on which neural solvers of the master equation were tried, from scipy.

Boxes and linear networks as in exact.py; the epidemic, whose rates read the time, by the exponential midpoint rule with the
step halved once and extrapolated. Prints JSON like exact.py.

    python3 neural.py > neural.json
    python3 neural.py toggle-genes     # one of them
"""

import json
import sys

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import expm_multiply

from exact import by_box, by_moments, moments_of


def birth_death():
    return by_box((80,), (0,), [((1,), lambda x: 0.1), ((-1,), lambda x: 0.01 * x)], [5, 50, 100], {"X": lambda x: x})


def gene_expression(kr, kp):
    reactions = [([1, 0], kr, {}), ([0, 1], 0, {0: kp}), ([-1, 0], 0, {0: 0.1}), ([0, -1], 0, {1: 0.002})]
    return by_moments(["m", "p"], [0, 0], reactions, [60, 600, 3600])


def feedback(unbind, bind, free, bound, times):
    reactions = [
        ((1, 1), lambda g, p: unbind * (1 - g)),
        ((-1, -1), lambda g, p: bind * g * p),
        ((0, 1), lambda g, p: free * g + bound * (1 - g)),
        ((0, -1), lambda g, p: p),
    ]
    return by_box((1, 200), (1, 0), reactions, times, {"G": lambda g, p: g, "P": lambda g, p: p})


def toggle():
    reactions = [
        ((0, 0, 1, 0), lambda a, b, x, y: 50 * a), ((0, 0, 0, 1), lambda a, b, x, y: 50 * b),
        ((0, 0, -1, 0), lambda a, b, x, y: x), ((0, 0, 0, -1), lambda a, b, x, y: y),
        ((0, -1, -2, 0), lambda a, b, x, y: 1e-4 * x**2 * b * (x >= 2)), ((-1, 0, 0, -2), lambda a, b, x, y: 1e-4 * y**2 * a * (y >= 2)),
        ((0, 1, 2, 0), lambda a, b, x, y: 0.1 * (1 - b)), ((1, 0, 0, 2), lambda a, b, x, y: 0.1 * (1 - a)),
    ]
    quantities = {"Gx": lambda a, b, x, y: a, "Px": lambda a, b, x, y: x, "Py": lambda a, b, x, y: y}
    return by_box((1, 1, 110, 110), (1, 1, 0, 0), reactions, [3, 40], quantities)


def replicator():
    left = lambda a, d: np.maximum(0, 100 - a - d)
    reactions = [
        ((-1, 1), lambda a, d: a * d + a), ((-1, 0), lambda a, d: (a * left(a, d) + a) * (a + d <= 100)),
        ((1, -1), lambda a, d: d), ((1, 0), lambda a, d: left(a, d)),
    ]
    return by_box((30, 100), (2, 49), reactions, [1, 8], {"A": lambda a, d: a, "D": lambda a, d: d})


def epidemic():
    states = [(s, i, r) for s in range(61) for i in range(61 - s) for r in range(61 - s - i)]
    place = {x: k for k, x in enumerate(states)}
    counts = np.array(states, dtype=float).T
    s, i, r = counts
    moves = [((-1, 1, 0), s * i), ((0, -1, 1), 0.02 * i), ((1, 0, -1), 0.007 * r), ((-1, 0, 0), 0.002 * s), ((0, -1, 0), 0.05 * i), ((0, 0, -1), 0.002 * r)]

    def matrix(net, a):
        source = np.flatnonzero(a)
        target = np.array([place[tuple(np.array(states[k]) + net)] for k in source], dtype=int)
        rows, cols = np.concatenate([target, source]), np.concatenate([source, source])
        return coo_matrix((np.concatenate([a[source], -a[source]]), (rows, cols)), shape=(len(states),) * 2).tocsr()

    infect = matrix(*moves[0])
    rest = sum(matrix(*move) for move in moves[1:])

    def run(h):
        p = np.zeros(len(states))
        p[place[(50, 10, 0)]] = 1
        out = []
        for k in range(round(20 / h)):
            rate = 0.003 * (1 + 0.2 * np.sin(2 * np.pi * (k + 0.5) * h / 6))
            p = expm_multiply(h * (rate * infect + rest), p)
            if round((k + 1) * h, 9) in (5, 20):
                for name, values in zip("SIR", counts):
                    mean, variance = moments_of(values, p)
                    out += [[name, round((k + 1) * h), "mean", mean], [name, round((k + 1) * h), "variance", variance]]
        return out

    coarse, fine = run(0.2), run(0.1)
    rows = [[*a[:3], b[3] + (b[3] - a[3]) / 3] for a, b in zip(coarse, fine)]
    return {"rows": rows, "leaked": 0, "extrapolated": max(abs(a[3] - b[3]) / 3 for a, b in zip(coarse, fine))}


def cascade():
    n = 15
    unit = lambda *pairs: [dict(pairs).get(k, 0) for k in range(n)]
    reactions = [(unit((0, 1)), 10, {})]
    reactions += [(unit((k, -1), (k + 1, 1)), 0, {k: 5}) for k in range(n - 1)]
    reactions += [(unit((k, -1)), 0, {k: 1}) for k in range(n)]
    found = by_moments([f"X{k + 1}" for k in range(n)], [0] * n, reactions, [1, 10])
    return {**found, "rows": [row for row in found["rows"] if row[0] in ("X1", "X5", "X10", "X15")]}


def schlogl(sites, cap, times):
    # Plain powers, also where there are fewer molecules than a pair or a triple has: as in the authors' code.
    unit = lambda *pairs: tuple(dict(pairs).get(k, 0) for k in range(sites))
    reactions = []
    for k in range(sites):
        reactions += [
            (unit((k, 1)), lambda *x, k=k: 2.676 * x[k] ** 2 + 108.102),
            (unit((k, -1)), lambda *x, k=k: 0.040 * x[k] ** 3 + 37.881 * x[k]),
        ]
        reactions += [(unit((k, -1), (j, 1)), lambda *x, k=k: 8.2207 * x[k]) for j in (k - 1, k + 1) if 0 <= j < sites]
    quantities = {f"X{k + 1}" if sites > 1 else "X": lambda *x, k=k: x[k] for k in range(sites)}
    if sites > 1:
        quantities["low"] = lambda *x: np.all([n <= 15 for n in x], axis=0).astype(float)
    return by_box((cap,) * sites, (50,) * sites, reactions, times, quantities)


studies = {
    "slow-birth-death": birth_death,
    "bursty-expression": lambda: gene_expression(0.01, 1),
    "steady-expression": lambda: gene_expression(0.1, 0.1),
    "feedback-quiet": lambda: feedback(0.94, 0.01, 8.40, 28.1, [10, 100]),
    "feedback-broad": lambda: feedback(0.69, 0.07, 7.2, 40.6, [10, 25]),
    "feedback-bimodal": lambda: feedback(0.44, 0.08, 0.94, 53.1, [10, 100]),
    "toggle-genes": toggle,
    "self-replicator": replicator,
    "seasonal-epidemic": epidemic,
    "conversion-cascade": cascade,
    "schlogl-site": lambda: schlogl(1, 130, [0.1, 1]),
    "schlogl-pair": lambda: schlogl(2, 110, [0.02, 0.1]),
}
if __name__ == "__main__":
    wanted = sys.argv[1:] or studies
    json.dump({name: studies[name]() for name in wanted}, sys.stdout, indent=1)
