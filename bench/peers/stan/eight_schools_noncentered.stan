data {
  int<lower=1> J;
  vector[J] y;
  vector<lower=0>[J] sigma;
}
parameters {
  vector[J] t;
  real mu;
  real<lower=0> tau;
}
transformed parameters {
  vector[J] theta = mu + tau * t;
}
model {
  mu ~ normal(0, 5);
  tau ~ cauchy(0, 5);
  t ~ normal(0, 1);
  y ~ normal(theta, sigma);
}
