"""Posterior means and sds of regressions, by importance sampling with heavy tails around the mode, in float64.

Needs numpy and scipy. Prints what RegressionCommandsTest compares with; each line's last number is the effective sample size of
the draws. Priors are those of the command by default, on standardized columns (divisor N); results on the scale of the data.
"""
import csv
import pathlib

import numpy as np
from scipy import optimize, special, stats

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"
DRAWS = 400_000


def read(name):
    with open(DATA / name) as file:
        return list(csv.DictReader(file))


def sample(log_joint, start, to_user):
    """Draws from a multivariate t around the mode, each kept with its weight."""
    d = len(start)
    z = optimize.minimize(lambda z: -log_joint(z[None])[0], start, method="BFGS", options={"gtol": 1e-6}).x
    h = 1e-3
    hessian = np.empty((d, d))
    unit = np.eye(d) * h
    for i in range(d):
        for j in range(d):
            four = np.array([z + unit[i] + unit[j], z + unit[i] - unit[j], z - unit[i] + unit[j], z - unit[i] - unit[j]])
            a, b, c, e = log_joint(four)
            hessian[i, j] = -(a - b - c + e) / (4 * h * h)
    covariance = np.linalg.inv(hessian)
    for _ in range(3):  # the proposal adapts to the weighted moments
        proposal = stats.multivariate_t(z, covariance * 1.3, df=5, seed=1)
        draws = proposal.rvs(DRAWS)
        log_weight = np.concatenate([log_joint(part) for part in np.array_split(draws, 50)]) - proposal.logpdf(draws)
        weight = np.exp(log_weight - log_weight.max())
        weight /= weight.sum()
        z = weight @ draws
        covariance = (draws - z).T @ ((draws - z) * weight[:, None])
    user = to_user(draws)
    mean = weight @ user
    return mean, np.sqrt(weight @ (user - mean) ** 2), 1 / (weight**2).sum()


def standardized(columns):
    x = np.array(columns, float).T
    return (x - x.mean(0)) / x.std(0), x.mean(0), x.std(0)


def back(mean, sd, unit=1.0, shift=0.0):
    """Coefficients on the scale of the data; what follows them stays."""

    def to_user(z):
        k = len(mean)
        slopes = unit * z[:, 1 : k + 1] / sd
        intercept = shift + unit * z[:, 0] - slopes @ mean
        return np.column_stack([intercept, slopes, z[:, k + 1 :]])

    return to_user


def show(name, result):
    mean, sd, size = result
    print(name, "means", np.round(mean, 5).tolist(), "sds", np.round(sd, 5).tolist(), "of", int(size))


def normal(x, mean=0.0, sd=1.0):
    return stats.norm.logpdf(x, mean, sd)


def counts():
    rows = read("warpbreaks.csv")
    y = np.array([float(row["breaks"]) for row in rows])
    x, mean, sd = standardized(
        [[row["wool"] == "B" for row in rows], [row["tension"] == "low" for row in rows], [row["tension"] == "medium" for row in rows]]
    )
    centre = np.log(y.mean())

    def poisson(z):
        eta = centre + z[:, :1] + z[:, 1:] @ x.T
        return (y * eta - np.exp(eta) - special.gammaln(y + 1)).sum(1) + normal(z, 0, 2.5).sum(1)

    show("poisson", sample(poisson, np.zeros(4), back(mean, sd, shift=centre)))

    def negative_binomial(z):
        eta = centre + z[:, :1] + z[:, 1:4] @ x.T
        size = np.exp(z[:, 4:])
        mu = np.exp(eta)
        value = (
            special.gammaln(y + size)
            - special.gammaln(size)
            - special.gammaln(y + 1)
            + y * (eta - np.log(mu + size))
            + size * (np.log(size) - np.log(mu + size))
        )
        return value.sum(1) + normal(z[:, :4], 0, 2.5).sum(1) + normal(z[:, 4], 1, 2)

    show("negative-binomial", sample(negative_binomial, np.array([0, 0, 0, 0, 2.0]), back(mean, sd, shift=centre)))


def robust():
    rows = read("stackloss.csv")
    names = ["air_flow", "water_temp", "acid_conc"]
    x, mean, sd = standardized([[float(row[name]) for row in rows] for name in names])
    y = np.array([float(row["stack_loss"]) for row in rows])
    shift, unit = y.mean(), y.std()
    y = (y - shift) / unit

    def with_freedom(z, nu):
        e = (y - z[:, :1] - z[:, 1:4] @ x.T) / np.exp(z[:, 4:5])
        value = (
            special.gammaln((nu + 1) / 2)
            - special.gammaln(nu / 2)
            - 0.5 * np.log(nu * np.pi)
            - z[:, 4:5]
            - (nu + 1) / 2 * np.log1p(e * e / nu)
        )
        return value.sum(1) + normal(z[:, :4], 0, 2.5).sum(1) + normal(z[:, 4], 0, 2)

    def to_user(z):
        user = back(mean, sd, unit, shift)(z)
        user[:, 4] += np.log(unit)
        return user

    start = np.array([0, 0.6, 0.3, 0, -1.2])
    show("robust --df 4", sample(lambda z: with_freedom(z, 4.0), start, to_user))

    def estimated(z):
        nu = np.exp(z[:, 5:])
        prior = 2 * np.log(0.1) + 2 * z[:, 5] - 0.1 * nu[:, 0]
        return with_freedom(z, nu) + prior

    show("robust", sample(estimated, np.append(start, 2.0), to_user))


def groups():
    rows = read("dyestuff.csv")
    y = np.array([float(row["yield"]) for row in rows])
    shift, unit = y.mean(), y.std()
    y = (y - shift) / unit
    batch = np.array(["ABCDEF".index(row["batch"]) for row in rows])

    # The groups' deviations are summed out: y of a group is N(b, s² I + tau² 1 1').
    def joint(z):
        tau, s = np.exp(z[:, 1]), np.exp(z[:, 2])
        value = 0.0
        for g in range(6):
            e = y[batch == g] - z[:, :1]
            n = e.shape[1]
            total = s**2 + n * tau**2
            value = value - 0.5 * ((e**2).sum(1) - tau**2 * e.sum(1) ** 2 / total) / s**2
            value = value - 0.5 * (2 * (n - 1) * np.log(s) + np.log(total)) - 0.5 * n * np.log(2 * np.pi)
        prior = normal(z[:, 0], 0, 2.5) + np.log(2) + normal(tau, 0, 2.5) + z[:, 1] + normal(z[:, 2], 0, 2)
        return value + prior

    def to_user(z):
        return np.column_stack([shift + unit * z[:, 0], z[:, 1] + np.log(unit), z[:, 2] + np.log(unit)])

    show("linear --group", sample(joint, np.array([0, -0.5, -0.3]), to_user))


counts()
robust()
groups()
