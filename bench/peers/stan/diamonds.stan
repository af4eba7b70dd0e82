data {
  int<lower=1> N;
  int<lower=1> K;
  vector[N] Y;
  matrix[N, K] X; // the first column is constant, and not used
}
transformed data {
  matrix[N, K - 1] Xc;
  for (k in 2:K) {
    Xc[, k - 1] = X[, k] - mean(X[, k]);
  }
}
parameters {
  vector[K - 1] b;
  real Intercept;
  real<lower=0> sigma;
}
model {
  b ~ normal(0, 1);
  Intercept ~ student_t(3, 8, 10);
  sigma ~ student_t(3, 0, 10);
  Y ~ normal(Intercept + Xc * b, sigma);
}
