"""Means and variances of networks without a closed form, by truncating the state space and integrating the master
equation with SciPy's expm_multiply (Al-Mohy & Higham 2011, doi:10.1137/100788860): an algorithm and a code base that
share nothing with this project's solvers. The outflow of the box counts as lost; `lost` must be far below the digits
that are kept.

Run: python3 moments.py > moments.json        (Python 3.11, NumPy, SciPy 1.17.1; a few minutes)
"""
import json
import sys

import numpy as np
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import expm_multiply


def generator(caps, reactions):
    """caps: largest count kept, inclusive. reactions: (net change, propensity(*counts)) pairs."""
    shape = [cap + 1 for cap in caps]
    grid = np.indices(shape).reshape(len(caps), -1)
    size = grid.shape[1]
    rows, cols, values, total = [], [], [], np.zeros(size)
    for net, propensity in reactions:
        target = grid + np.array(net)[:, None]
        a = np.broadcast_to(propensity(*[g.astype(float) for g in grid]), (size,)).copy()
        a[(target < 0).any(axis=0)] = 0  # a reaction that would make a count negative does not happen
        total += a
        inside = (a > 0) & (target < np.array(shape)[:, None]).all(axis=0)
        rows.append(np.ravel_multi_index(target[:, inside], shape))
        cols.append(np.flatnonzero(inside))
        values.append(a[inside])
    gain = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))), (size, size))
    return grid, (gain - diags(total)).tocsr()


def moments(name, species, caps, initial, reactions, times):
    grid, q = generator(caps, reactions)
    p = np.zeros(grid.shape[1])
    p[np.ravel_multi_index(initial, [cap + 1 for cap in caps])] = 1
    now, rows = 0.0, []
    for t in times:
        p = expm_multiply(q * (t - now), p)
        now = t
        mean = grid @ p
        variance = (grid**2) @ p - mean**2
        rows.append({"time": t, "lost": 1 - p.sum(), "mean": dict(zip(species, mean)),
                     "variance": dict(zip(species, variance))})
        print(name, t, 1 - p.sum(), mean, variance, file=sys.stderr, flush=True)
    return {"name": name, "caps": dict(zip(species, caps)), "rows": rows}


def toggle_card(a=40.0, K=12.0):
    return [([1, 0], lambda u, v: a / (1 + (v / K) ** 2)), ([0, 1], lambda u, v: a / (1 + (u / K) ** 2)),
            ([-1, 0], lambda u, v: u), ([0, -1], lambda u, v: v)]


def toggle_emp(b=0.4):
    return [([1, 0], lambda a, c: b / (b + c)), ([0, 1], lambda a, c: b / (b + a)),
            ([-1, 0], lambda a, c: 0.05 * a), ([0, -1], lambda a, c: 0.05 * c)]


def toggle_pacmensl():
    return [([1, 0], lambda x, y: 2.2e-3 + 1.7e-2 / (1 + 2.6e-3 * y**3)), ([-1, 0], lambda x, y: 3.8e-4 * x),
            ([0, 1], lambda x, y: 6.8e-5 + 1.6e-2 / (1 + 6.1e-3 * x**2.1)), ([0, -1], lambda x, y: 3.8e-4 * y)]


def toggle_nncme(s=50.0, d=1.0, b=1e-4, u=0.1):
    return [([0, 0, 1, 0], lambda g, h, x, y: s * g), ([0, 0, 0, 1], lambda g, h, x, y: s * h),
            ([0, 0, -1, 0], lambda g, h, x, y: d * x), ([0, 0, 0, -1], lambda g, h, x, y: d * y),
            ([0, -1, -2, 0], lambda g, h, x, y: b * x**2 * h), ([-1, 0, 0, -2], lambda g, h, x, y: b * y**2 * g),
            ([0, 1, 2, 0], lambda g, h, x, y: u * (1 - h)), ([1, 0, 0, 2], lambda g, h, x, y: u * (1 - g))]


def schloegl():
    return [([1], lambda n: 0.015 * n * (n - 1) + 200), ([-1], lambda n: 1e-4 / 6 * n * (n - 1) * (n - 2) + 3.5 * n)]


def dimer(k1=0.001, k2=0.01, total=100):
    return [([1], lambda n: k1 * (total - 2 * n) * (total - 2 * n - 1) / 2), ([-1], lambda n: k2 * n)]


if __name__ == "__main__":
    cases = [
        moments("dimer (P2 of 100 P)", ["P2"], [50], [0], dimer(), [1, 10, 50]),
        moments("schloegl", ["X"], [1200], [250], schloegl(), [1, 4]),
        moments("emp-toggle", ["A", "B"], [100, 100], [30, 5], toggle_emp(), [100]),
        moments("card-12 toggle", ["U", "V"], [110, 110], [0, 0], toggle_card(), [1, 5, 20]),
        moments("pacmensl-toggle", ["x", "y"], [160, 160], [0, 0], toggle_pacmensl(), [100, 3600]),
        moments("nncme-toggle, pow", ["Gx", "Gy", "Px", "Py"], [1, 1, 130, 130], [1, 1, 0, 0], toggle_nncme(), [1, 3]),
    ]
    json.dump(cases, sys.stdout, indent=1)
