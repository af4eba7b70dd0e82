#!/usr/bin/env python3
"""EM for Gaussian mixtures: elbo4j, R's mclust and scikit-learn on the same rows, as far as each is installed.

    bench/peers/mixtures.py [--elbo4j ./elbo4j] [--rows 100000] [--out FILE.json]

Debian's r-cran-mclust and python3-sklearn. Full covariances, no penalty: elbo4j --no-penalty; mclust as it is, VVV; scikit-learn with
reg_covar=1e-6 (its default, on standardized columns). Each has its own starts: elbo4j 8 of k-means++, scikit-learn n_init=8 of k-means,
mclust one, of hierarchical clustering (on 2,000 rows where there are more). Told are the log-likelihood that the fit reached, by
the peer's own words, and the seconds of fitting alone, again by its own clock where it has one.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

MCLUST = r"""
suppressMessages(library(mclust))
a <- commandArgs(TRUE)
rows <- as.matrix(read.csv(a[1]))
start <- NULL
if (nrow(rows) > 2000) { set.seed(1); start <- list(subset = sample(nrow(rows), 2000)) }
t <- proc.time()[["elapsed"]]
fit <- Mclust(rows, G = as.integer(a[2]), modelNames = "VVV", initialization = start, verbose = FALSE)
cat(fit$loglik, proc.time()[["elapsed"]] - t, as.character(packageVersion("mclust")), "\n")
"""


def generated(path, rows):
    """Eight components of eight columns that overlap a little."""
    import numpy as np

    random = np.random.default_rng(1)
    means = random.uniform(-6, 6, (8, 8))
    roots = random.normal(0, 0.5, (8, 8, 8)) + np.eye(8)
    component = random.integers(0, 8, rows)
    x = means[component] + np.einsum("nij,nj->ni", roots[component], random.normal(size=(rows, 8)))
    np.savetxt(path, x, delimiter=",", header=",".join(f"x{i}" for i in range(8)), comments="", fmt="%.7g")


def of_elbo4j(launcher, path, components):
    with tempfile.TemporaryDirectory() as out:
        command = [launcher, "fit", "mixture", "--data", path, "--components", str(components), "--no-penalty", "--json",
                   "--out", out]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {"logLikelihood": result["logLikelihood"], "seconds": result["seconds"], "device": result["device"]}


def of_mclust(path, components):
    words = subprocess.run(["Rscript", "-e", MCLUST, path, str(components)], check=True, capture_output=True, text=True)
    likelihood, seconds, version = words.stdout.split()[-3:]
    return {"logLikelihood": float(likelihood), "seconds": float(seconds), "version": version}


def of_sklearn(path, components):
    import numpy as np
    import sklearn
    from sklearn.mixture import GaussianMixture

    x = np.loadtxt(path, delimiter=",", skiprows=1)
    scale = x.std(axis=0, ddof=1)
    begun = time.perf_counter()
    model = GaussianMixture(components, n_init=8, max_iter=1000, tol=1e-3 / len(x) * 10, random_state=1).fit(x / scale)
    seconds = time.perf_counter() - begun
    likelihood = model.score(x / scale) * len(x) - len(x) * float(np.log(scale).sum())
    return {"logLikelihood": likelihood, "seconds": seconds, "version": sklearn.__version__}


def without_text(source, path):
    """The columns of numbers of a CSV file."""
    with open(source, newline="") as text:
        rows = list(csv.reader(text))
    kept = [i for i, cell in enumerate(rows[1]) if cell.replace(".", "").replace("-", "").isdigit()]
    with open(path, "w", newline="") as out:
        csv.writer(out).writerows([[row[i] for i in kept] for row in rows])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--elbo4j", default=os.path.join(HOME, "elbo4j"))
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--out")
    asked = options.parse_args()
    peers = {"elbo4j": lambda path, k: of_elbo4j(asked.elbo4j, path, k)}
    if shutil.which("Rscript"):
        peers["mclust"] = of_mclust
    try:
        import sklearn  # noqa: F401

        peers["scikit-learn"] = of_sklearn
    except ImportError:
        print("scikit-learn: not installed", file=sys.stderr)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        iris = os.path.join(folder, "iris.csv")
        without_text(os.path.join(HOME, "test/data/iris.csv"), iris)
        works = [("faithful", os.path.join(HOME, "test/data/faithful.csv"), 2), ("iris", iris, 3)]
        if asked.rows:
            path = os.path.join(folder, "generated.csv")
            generated(path, asked.rows)
            works.append((f"generated, {asked.rows} x 8", path, 8))
        for name, path, components in works:
            for peer, fit in peers.items():
                try:
                    result = {"work": name, "components": components, "peer": peer, **fit(path, components)}
                except (subprocess.CalledProcessError, ValueError) as e:
                    result = {"work": name, "peer": peer, "failed": str(getattr(e, "stderr", "") or e).strip()[-300:]}
                results.append(result)
                told = result.get("failed") or f"log-likelihood {result['logLikelihood']:.3f}, {result['seconds']:.2f} s"
                print(f"{name:24} {components:2} {peer:13} {told}", flush=True)
    if asked.out:
        with open(asked.out, "w") as out:
            json.dump(results, out, indent=1)


if __name__ == "__main__":
    main()
