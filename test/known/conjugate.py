"""The numbers in conjugate.txt: python3 conjugate.py > conjugate.txt, with numpy 2.4.6, scipy 1.17.1 and mpmath 1.3.

Quantiles in 30 digits by mpmath where scipy has fewer; evidences as densities of the data, normal or Student t, with the
coefficients integrated out, which share no formula with the posterior; the mean-field and Jaakkola-Jordan fixed points by plain
iteration over the rows.
"""

import mpmath
import numpy as np
from scipy import integrate, special, stats

mpmath.mp.dps = 30


def gamma_log_quantile(a, p):
    start = mpmath.log(stats.gamma.ppf(p, a)) if a >= 0.1 else (mpmath.log(p) + mpmath.loggamma(a + 1)) / a
    a, p = mpmath.mpf(a), mpmath.mpf(p)
    if p <= 0.5:
        f = lambda y: mpmath.log(mpmath.gammainc(a, 0, mpmath.e**y, regularized=True)) - mpmath.log(p)
    else:
        f = lambda y: mpmath.log(mpmath.gammainc(a, mpmath.e**y, mpmath.inf, regularized=True)) - mpmath.log(1 - p)
    return mpmath.findroot(f, start)


def t_quantile(nu, p):
    nu, p = mpmath.mpf(nu), mpmath.mpf(p)
    upper = lambda t: mpmath.betainc(nu / 2, 0.5, 0, nu / (nu + t * t), regularized=True) / 2
    return mpmath.findroot(lambda t: mpmath.log(upper(t)) - mpmath.log(1 - p), stats.t.ppf(float(p), float(nu)))


for p in (0.001, 0.05, 0.3, 0.5, 0.75, 0.95, 0.999):
    for a in (0.01, 0.5, 1, 2.5, 30, 1000):
        print("gamma", a, p, mpmath.nstr(gamma_log_quantile(a, p), 17))
    print("gamma", 250000, p, repr(float(np.log(special.gammaincinv(250000, p)))))  # beyond mpmath's series
for p in (0.6, 0.75, 0.95, 0.999, 0.999999):
    for nu in (1, 2.5, 3, 10, 100, 5000):
        print("t", nu, p, mpmath.nstr(t_quantile(nu, p), 17))
    print("t", 500000, p, repr(float(special.stdtrit(500000, p))))

n = np.arange(30)
x = np.stack([np.ones(30), np.sin(0.7 * n), np.cos(1.3 * n) + 0.5 * np.sin(0.7 * n)], axis=1)
y = 1 + 2 * x[:, 1] - x[:, 2] + 0.3 * np.sin(5.1 * n * n)
m0 = np.array([0.5, 0, -0.2])
v0 = np.array([3, 1, 2])

w, rss = np.linalg.lstsq(x, y)[:2]
for j in range(3):
    print("flat", j, repr(float(w[j])), repr(float(np.sqrt(rss[0] / 27 * np.linalg.inv(x.T @ x)[j, j]))))

# y ~ N(X m0, s^2 I + X V X'), s = 0.4
s = 0.4
print("knownNoise", repr(float(stats.multivariate_normal.logpdf(y, x @ m0, s**2 * np.eye(30) + x @ np.diag(v0**2) @ x.T))))
# y ~ t with 2a degrees of freedom, location X m0, shape b/a (I + X V X')
a, b = 2.0, 0.5
shape = b / a * (np.eye(30) + x @ np.diag(v0**2) @ x.T)
print("unitsOfNoise", repr(float(stats.multivariate_t.logpdf(y, x @ m0, shape, df=2 * a))))


# independent priors: the evidence by quadrature over log s
def given(log_s):
    tau = np.exp(-2 * log_s)
    cov = np.exp(2 * log_s) * np.eye(30) + x @ np.diag(v0**2) @ x.T
    prior = stats.gamma.logpdf(tau, a, scale=1 / b) + np.log(2 * tau)
    return stats.multivariate_normal.logpdf(y, x @ m0, cov) + prior


peak = max(given(v) for v in np.linspace(-3, 2, 200))
value = integrate.quad(lambda v: np.exp(given(v) - peak), -4, 3, points=[-1.5, -1.2], epsabs=1e-13, epsrel=1e-11, limit=500)[0]
print("independent", repr(float(peak + np.log(value))))

# the mean-field fixed point of independent priors
e_tau = 1.0
for _ in range(500):
    S = np.linalg.inv(e_tau * x.T @ x + np.diag(1 / v0**2))
    m = S @ (e_tau * x.T @ y + m0 / v0**2)
    rate = b + 0.5 * (np.sum((y - x @ m) ** 2) + np.trace(x.T @ x @ S))
    e_tau = (a + 15) / rate
for j in range(3):
    print("cavi", j, repr(float(m[j])), repr(float(np.sqrt(S[j, j]))))
print("caviRate", repr(float(rate)))

# Jaakkola and Jordan, y above its median or not
c = (y > np.median(y)).astype(float)
xi = np.ones(30)
for _ in range(5000):
    lam = np.tanh(xi / 2) / (4 * xi)
    S = np.linalg.inv(2 * x.T @ (lam[:, None] * x) + np.diag(1 / v0**2))
    m = S @ (x.T @ (c - 0.5) + m0 / v0**2)
    bound = (
        np.sum(-np.log1p(np.exp(-xi)) - xi / 2 + lam * xi**2)
        + 0.5 * np.linalg.slogdet(S)[1]
        - np.sum(np.log(v0))
        + 0.5 * m @ np.linalg.solve(S, m)
        - 0.5 * np.sum(m0**2 / v0**2)
    )
    xi = np.sqrt(np.einsum("ni,ij,nj->n", x, S + np.outer(m, m), x))
for j in range(3):
    print("logistic", j, repr(float(m[j])), repr(float(np.sqrt(S[j, j]))))
print("logisticBound", repr(float(bound)))
