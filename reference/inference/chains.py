"""Chains with their R-hat and effective sample sizes by ArviZ 0.23.4 (Apache-2.0), for src/numerics/chains.test.ts.

pip install arviz==0.23.4; python chains.py > chains.json
"""
import json

import arviz
import numpy as np

rng = np.random.default_rng(20261126)


def autoregressive(rho, chains, draws, shift=0.0):
    x = rng.normal(size=(chains, draws))
    for t in range(1, draws):
        x[:, t] = rho * x[:, t - 1] + np.sqrt(1 - rho * rho) * x[:, t]
    return x + shift * np.arange(chains)[:, None]


cases = {
    "independent": rng.normal(size=(4, 150)),
    "slow": autoregressive(0.9, 4, 200),
    "antithetic": autoregressive(-0.6, 3, 120),
    "apart": autoregressive(0.5, 4, 100, shift=0.8),
    "heavy tails": rng.standard_cauchy(size=(4, 120)),
    "counts, odd length": rng.poisson(3.0, size=(2, 131)).astype(float),
    "two chains": autoregressive(0.7, 2, 200),
}
out = {}
for name, x in cases.items():
    x = np.round(x, 3)
    out[name] = {
        "chains": x.tolist(),
        "rHat": float(arviz.rhat(x, method="rank")),
        "essBulk": float(arviz.ess(x, method="bulk")),
        "essTail": float(arviz.ess(x, method="tail")),
    }
print(json.dumps(out))
