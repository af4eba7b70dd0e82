"""The numbers in networks.txt: python3 networks.py > networks.txt, from the networks in fit-json/iris-vae.json and
fit-json/digits-factors.json and the first ten rows of the data that they were fitted to.

Means and sds of z by the encoder in float64; log p(x) of the autoencoder, which has one latent dimension, by the trapezoidal rule over z;
log p(x) and the posterior of the factors by the sum over all of their states. For each row: its name and number, the code, log p(x).
"""

import base64
import csv
import gzip
import json
import math
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent / "data"
ROWS = 10


def read(name):
    fit = json.loads((HERE / "fit-json" / name).read_text())
    arrays = {}
    for each in fit["networks"]:
        data = base64.b64decode(each["float32"])
        arrays[each["name"]] = struct.unpack(f"<{len(data) // 4}f", data)
    return fit, arrays


def rows(fit, lines):
    table = list(csv.reader(lines))
    at = [table[0].index(name) for name in fit["data"]["predictors"]]
    return [[float(row[c]) for c in at] for row in table[1 : ROWS + 1]]


def layer(x, matrix, bias):
    n = len(bias)
    return [bias[j] + sum(x[i] * matrix[i * n + j] for i in range(len(x))) for j in range(n)]


def log_sum(terms):
    most = max(terms)
    return most + math.log(math.fsum(math.exp(t - most) for t in terms))


def normal(x, mean, log_sd):
    return -0.5 * ((x - mean) / math.exp(log_sd)) ** 2 - log_sd - 0.5 * math.log(2 * math.pi)


def autoencoder():
    fit, w = read("iris-vae.json")
    step = 0.002
    for n, row in enumerate(rows(fit, (DATA / "iris.csv").read_text().splitlines())):
        scales = [fit["data"]["scales"][name] for name in fit["data"]["predictors"]]
        x = [(value - scale["mean"]) / scale["sd"] for value, scale in zip(row, scales)]
        mean, log_sd = layer(x, w["encoder weights 1"], w["encoder biases 1"])
        terms = []
        for i in range(round(20 / step)):
            z = -10 + step * i
            f = layer([z], w["decoder weights 1"], w["decoder biases 1"])
            terms.append(normal(z, 0, 0) + sum(normal(x[p], f[p], f[4 + p]) for p in range(4)))
        print("iris-vae", n + 1, mean, math.exp(log_sd), math.log(step) + log_sum(terms))


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def factors():
    fit, w = read("digits-factors.json")
    count = fit["factors"]
    with gzip.open(DATA / "digits.csv.gz", "rt") as lines:
        table = rows(fit, lines)
    for n, row in enumerate(table):
        x = [1 if value > fit["threshold"] else 0 for value in row]
        hidden = [math.tanh(h) for h in layer(x, w["hidden input"], w["hidden bias"])]
        logits = layer(x, w["input"], w["bias"])
        logits = [a + b for a, b in zip(logits, layer(hidden, w["output"], [0] * count))]
        terms = []
        for state in range(2**count):
            z = [state >> d & 1 for d in range(count)]
            f = sum(math.log(sigmoid(a if on else -a)) for a, on in zip(w["prior"], z))
            for p in range(len(x)):
                rate = math.exp(w["base"][p])
                rate += sum(on * math.exp(w["loadings"][d * len(x) + p]) for d, on in enumerate(z))
                f += math.log(-math.expm1(-rate)) if x[p] else -rate
            terms.append(f)
        print("digits-factors", n + 1, *[sigmoid(logit) for logit in logits], log_sum(terms))


autoencoder()
factors()
