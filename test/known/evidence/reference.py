"""Evidences and divergences for EvidenceTest and KlTest, by SciPy and by enumeration in float64.

Needs numpy and scipy. Prints what the tests compare with.
"""
import itertools

import numpy as np
from scipy import integrate, special, stats

# Linear regression with known noise: y ~ N(X·m0, s²·I + X·S0·Xᵀ), as a density of y itself.
X = np.array([[1, -1.5], [1, -0.5], [1, 0.25], [1, 1.0], [1, 2.0]])
Y = np.array([-2.0, 0.5, 0.25, 1.75, 3.5])
M0 = np.array([0.5, -1.0])
SD0 = np.array([2.0, 1.5])
NOISE = 0.7


def linear(x, y):
    covariance = NOISE**2 * np.eye(len(y)) + x @ np.diag(SD0**2) @ x.T
    return stats.multivariate_normal.logpdf(y, x @ M0, covariance)


print("linear", repr(float(linear(X, Y))))
TWICE = [0, 1, 1, 2, 3, 4, 4]  # rows 1 and 4 count twice
print("linear, weights 1, 2, 1, 1, 2", repr(float(linear(X[TWICE], Y[TWICE]))))

# 7 of 10, and a probability with the prior Beta(2, 3)
print("beta-binomial", repr(float(np.log(special.binom(10, 7)) + special.betaln(9, 6) - special.betaln(2, 3))))

# theta uniform on (-1, 2), share Beta(1, 2): by quadrature
DATA = [0.4, 1.1, 0.9]


def density(share, theta):
    each = share * stats.norm.pdf(DATA, theta, 0.5) + (1 - share) * stats.norm.pdf(DATA, 0, 2)
    return np.prod(each) / 3 * stats.beta.pdf(share, 1, 2)


print("mixture", repr(float(np.log(integrate.dblquad(density, -1, 2, 0, 1, epsabs=1e-13, epsrel=1e-11)[0]))))

# a Gaussian mixture whose components are enumerated: 3^5 of them
WEIGHT = np.array([0.5, 0.3, 0.2])
CENTRE = np.array([-2.0, 0.0, 3.0])
SD = np.array([1.0, 0.5, 2.0])
POINTS = np.array([-2.5, -0.25, 0.5, 1.5, 4.0])
terms = []
for z in itertools.product(range(3), repeat=len(POINTS)):
    z = list(z)
    terms.append(np.sum(np.log(WEIGHT[z]) + stats.norm.logpdf(POINTS, CENTRE[z], SD[z])))
print("enumerated", repr(float(special.logsumexp(terms))))

# KL of two Gaussians with covariances, by its formula
MQ, SQ = np.array([1.0, -2.0, 0.5]), np.array([[2.0, 0.6, 0.1], [0.6, 1.0, -0.3], [0.1, -0.3, 0.5]])
MP, SP = np.array([0.5, -1.0, 0.0]), np.array([[1.0, -0.2, 0.0], [-0.2, 1.5, 0.4], [0.0, 0.4, 1.0]])


def kl(mq, sq, mp, sp):
    inverse = np.linalg.inv(sp)
    d = mp - mq
    logs = np.linalg.slogdet(sp)[1] - np.linalg.slogdet(sq)[1]
    return 0.5 * (np.trace(inverse @ sq) + d @ inverse @ d - len(d) + logs)


print("KL", repr(float(kl(MQ, SQ, MP, SP))), "and back", repr(float(kl(MP, SP, MQ, SQ))))

# KL of two tables
Q, P = [0.5, 0.25, 0.25, 0.0], [0.25, 0.25, 0.4, 0.1]
print("tables", repr(float(stats.entropy(Q, P))), "in bits", repr(float(stats.entropy(Q, P, base=2))))
