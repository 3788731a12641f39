"""Check numbers of the gallery, from scipy: nothing here knows the program that is checked.

Small networks: the master equation on a box of counts, exponentiated by scipy.sparse.linalg.expm_multiply.
Linear networks: the closed equations of means and covariances, exponentiated by scipy.linalg.expm.
Prints JSON: study -> [quantity, time, moment, value] rows, and the probability that left each box.

    python3 exact.py > exact.json
"""

import json
import sys

import numpy as np
from scipy.linalg import expm
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import expm_multiply


def solve_box(caps, start, reactions, times):
    """reactions: list of (net, propensity(*counts)). Yields (time, counts, p, leaked)."""
    shape = tuple(c + 1 for c in caps)
    counts = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    flat = [c.ravel() for c in counts]
    size = flat[0].size
    rows, cols, vals = [], [], []
    for net, law in reactions:
        a = np.broadcast_to(np.asarray(law(*flat), dtype=float), (size,))
        target = [f + d for f, d in zip(flat, net)]
        nonneg = np.all([t >= 0 for t in target], axis=0)
        inside = nonneg & np.all([t <= c for t, c in zip(target, caps)], axis=0)
        assert np.all(a[~nonneg] == 0), "a propensity leads below zero"
        source = np.arange(size)
        rows += [np.ravel_multi_index([t[inside] for t in target], shape), source]
        cols += [source[inside], source]
        vals += [a[inside], -a]
    generator = coo_matrix((np.concatenate(vals), (np.concatenate(rows), np.concatenate(cols))), shape=(size, size)).tocsr()
    p = np.zeros(size)
    p[np.ravel_multi_index(start, shape)] = 1
    now = 0.0
    for time in times:
        p = expm_multiply(generator * (time - now), p)
        now = time
        yield time, flat, p, 1 - p.sum()


def moments_of(values, p):
    mean = float(values @ p)
    return mean, float(((values - mean) ** 2) @ p)


def by_box(caps, start, reactions, times, quantities):
    rows, leaked = [], 0
    for time, counts, p, out in solve_box(caps, start, reactions, times):
        leaked = max(leaked, out)
        for name, of in quantities.items():
            mean, variance = moments_of(np.asarray(of(*counts), dtype=float), p)
            rows += [[name, time, "mean", mean], [name, time, "variance", variance]]
    return {"rows": rows, "leaked": leaked}


def by_moments(names, start, reactions, times):
    """Linear propensities: reactions are (net, constant, {species: coefficient})."""
    n = len(names)
    A, b = np.zeros((n, n)), np.zeros(n)
    for net, constant, linear in reactions:
        net = np.array(net, dtype=float)
        b += net * constant
        for s, k in linear.items():
            A[:, s] += net * k

    # One linear system for (means, covariances, 1).
    m = n + n * n + 1
    M = np.zeros((m, m))
    M[:n, :n], M[:n, -1] = A, b
    eye = np.eye(n)
    M[n:-1, n:-1] = np.kron(A, eye) + np.kron(eye, A)
    for net, constant, linear in reactions:
        outer = np.outer(net, net).ravel()
        M[n:-1, -1] += outer * constant
        for s, k in linear.items():
            M[n:-1, s] += outer * k
    y0 = np.concatenate([start, np.zeros(n * n), [1]])
    rows = []
    for time in times:
        y = expm(M * time) @ y0
        for s, name in enumerate(names):
            rows += [[name, time, "mean", y[s]], [name, time, "variance", y[n + s * n + s]]]
    return {"rows": rows, "leaked": 0}


def indicator(test):
    return lambda *x: test(*x).astype(float)


def toggle():
    h = lambda x: 40 / (1 + (x / 12) ** 2)
    reactions = [((1, 0), lambda u, v: h(v)), ((0, 1), lambda u, v: h(u)), ((-1, 0), lambda u, v: u), ((0, -1), lambda u, v: v)]
    return by_box((120, 120), (0, 0), reactions, [10, 100], {"U": lambda u, v: u, "V": lambda u, v: v})


def dimerisation():
    reactions = [((1,), lambda d: 0.00166 * (301 - 2 * d) * (300 - 2 * d) / 2), ((-1,), lambda d: 0.2 * d)]
    return by_box((150,), (0,), reactions, [1, 10], {"P": lambda d: 301 - 2 * d, "P2": lambda d: d})


def rate_equation_wrong():
    reactions = [
        ((-2, 0), lambda a, b: 0.001 * a * (a - 1)),
        ((-1, -1), lambda a, b: 0.01 * a * b),
        ((1, 0), lambda a, b: 1.2),
        ((0, 1), lambda a, b: 1.0),
    ]
    return by_box((70, 160), (0, 0), reactions, [400], {"A": lambda a, b: a, "B": lambda a, b: b})


def burst_size():
    return by_moments(["m", "p"], [0, 0], [([1, 0], 0.5, {}), ([-1, 0], 0, {0: 10}), ([0, 1], 0, {0: 200}), ([0, -1], 0, {1: 0.1})], [100])


def dual_reporter():
    reactions = [
        ([1, 0, 0], 0.5, {}), ([-1, 0, 0], 0, {0: 0.05}),
        ([0, 1, 0], 0, {0: 10}), ([0, 0, 1], 0, {0: 10}), ([0, -1, 0], 0, {1: 1}), ([0, 0, -1], 0, {2: 1}),
    ]
    return by_moments(["E", "A", "B"], [10, 0, 0], reactions, [100])


def negative():
    reactions = [((1,), lambda x: 500 / (1 + (x / 16.67) ** 2)), ((-1,), lambda x: x)]
    return by_box((200,), (50,), reactions, [20], {"X": lambda x: x})


def positive():
    reactions = [((1,), lambda x: 0.1 + 2 * x**2 / (100 + x**2)), ((-1,), lambda x: 0.1 * x)]
    return by_box((150,), (4,), reactions, [100, 1000], {"X": lambda x: x})


def sir():
    reactions = [
        ((-1, 1), lambda s, i: 0.0015 * s * i * (s + i <= 200)),
        ((0, -1), lambda s, i: 0.1 * i),
    ]
    quantities = {
        "S": lambda s, i: s, "I": lambda s, i: i, "R": lambda s, i: 200 - s - i,
        "fizzled": indicator(lambda s, i: (i == 0) & (200 - s - i < 60)),
    }
    return by_box((199, 200), (199, 1), reactions, [20, 200], quantities)


def sis():
    reactions = [((1,), lambda i: 1.5 / 50 * i * (50 - i)), ((-1,), lambda i: i)]
    return by_box((50,), (17,), reactions, [50, 200], {"I": lambda i: i, "extinct": indicator(lambda i: i == 0)})


def futile():
    reactions = [
        ((1, 0), lambda p, e: 200 * e * (1000 - p) / (10 + 1000 - p)),
        ((-1, 0), lambda p, e: 100 * p / (10 + p)),
        ((0, 1), lambda p, e: 0.02 * (1 - e)),
        ((0, -1), lambda p, e: 0.02 * e),
    ]
    quantities = {"P": lambda p, e: p, "low": indicator(lambda p, e: p < 100), "high": indicator(lambda p, e: p > 900)}
    return by_box((1000, 1), (500, 0), reactions, [100, 1000], quantities)


def moran():
    reactions = [((1,), lambda a: 1.05 * a * (100 - a) / 100), ((-1,), lambda a: a * (100 - a) / 100)]
    quantities = {"A": lambda a: a, "fixed": indicator(lambda a: a == 100), "lost": indicator(lambda a: a == 0)}
    return by_box((100,), (10,), reactions, [100, 1000], quantities)


def small_brusselator():
    omega = 6
    reactions = [
        ((1, 0), lambda x, y: omega + 0 * x), ((-1, 1), lambda x, y: 2.2 * x),
        ((1, -1), lambda x, y: x * (x - 1) * y / omega**2), ((-1, 0), lambda x, y: x),
    ]
    return by_box((80, 80), (6, 13), reactions, [3, 10], {"X": lambda x, y: x, "Y": lambda x, y: y})


def schlogl_b():
    up = lambda x: 0.18 * x * (x - 1) + 2200
    down = lambda x: 2.5e-4 * x * (x - 1) * (x - 2) + 37.5 * x
    Q = chain(700, up, down)
    values = np.sort(np.linalg.eigvals(Q).real)
    return {"gap": -values[-2], "mean time from 0 to 392": np.linalg.solve(-Q[:392, :392], np.ones(392))[0]}


def sis_times():
    Q = chain(50, lambda i: 1.5 / 50 * i * (50 - i), lambda i: i)
    return {
        "mean time to 0": np.linalg.solve(-Q[1:, 1:], np.ones(50))[16],
        "rate before 0": -np.max(np.linalg.eigvals(Q[1:, 1:]).real),
    }


def chain(top, up, down):
    """Generator of a birth-death chain on 0 ... top, rows being the states that are left."""
    n = np.arange(top + 1)
    Q = np.diag(up(n).astype(float)[:-1], 1) + np.diag(down(n).astype(float)[1:], -1)
    return Q - np.diag(Q.sum(axis=1))


def snapshot():
    """Two-stage gene expression; Fisher information about ln(km, gm, kp, gp) by central differences of the law."""
    values = np.array([2, 1, 4, 0.5])

    def law(theta):
        km, gm, kp, gp = theta
        reactions = [
            ((1, 0), lambda m, p: km + 0 * m), ((-1, 0), lambda m, p: gm * m),
            ((0, 1), lambda m, p: kp * m), ((0, -1), lambda m, p: gp * p),
        ]
        [(_, _, p, _)] = solve_box((16, 90), (0, 0), reactions, [10])
        return p

    p, h = law(values), 1e-4
    slopes = [(law(values * np.exp(h * e)) - law(values * np.exp(-h * e))) / (2 * h) for e in np.eye(4)]
    keep = p > 1e-14
    F = np.array([[np.sum(a[keep] * b[keep] / p[keep]) for b in slopes] for a in slopes])
    linear = [([1, 0], 2, {}), ([-1, 0], 0, {0: 1}), ([0, 1], 0, {0: 4}), ([0, -1], 0, {1: 0.5})]
    return {**by_moments(["M", "P"], [0, 0], linear, [2, 10]), "eigenvalues": list(np.linalg.eigvalsh(F)[::-1])}


def small_bias():
    def solve(bias):
        h = lambda x: 16 / (1 + (x / 5) ** 2)
        reactions = [((1, 0), lambda u, v: bias * h(v)), ((0, 1), lambda u, v: h(u)), ((-1, 0), lambda u, v: u), ((0, -1), lambda u, v: v)]
        return reactions

    made = by_box((60, 60), (0, 0), solve(1.1), [5, 60], {"U": lambda u, v: u, "V": lambda u, v: v})
    marginal = lambda bias: list(solve_box((60, 60), (0, 0), solve(bias), [60]))[0][2].reshape(61, 61).sum(axis=1)
    made["total variation of U"] = float(np.abs(marginal(1.1) - marginal(1.0)).sum() / 2)
    return made


studies = {
    "toggle-switch": toggle, "dimerisation": dimerisation, "rate-equation-wrong": rate_equation_wrong, "burst-size": burst_size,
    "dual-reporter": dual_reporter, "negative-autoregulation": negative, "positive-autoregulation": positive, "sir": sir,
    "sis": sis, "futile-cycle": futile, "moran": moran,
    "noise-goes-round": small_brusselator, "switching-time": schlogl_b, "sis-times": sis_times, "snapshot": snapshot,
    "small-bias": small_bias,
}
if __name__ == "__main__":
    json.dump({name: make() for name, make in studies.items()}, sys.stdout, indent=1)
