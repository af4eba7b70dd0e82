# Writes loo.txt: leave-one-out and WAIC of log-likelihoods that a few lines of any language make again, by R's package loo.
#   Rscript test/known/loo.R > test/known/loo.txt
# y_i ~ N(mu, s²) for the ten y below, the prior mu ~ N(0, 10²), and 1,000 draws mu_s = a + b·normal_s of q = N(a, b²). The normals are those
# of khat.R: Box and Muller's, from Park and Miller's generator.
suppressMessages(library(loo))

normals <- function(seed, count) {
  x <- seed
  u <- numeric(2 * count)
  for (i in seq_along(u)) {
    x <- (16807 * x) %% 2147483647
    u[i] <- x / 2147483647
  }
  u <- matrix(u, nrow = 2)
  sqrt(-2 * log(u[1, ])) * cos(2 * pi * u[2, ])
}

y <- c(-1.2, 0.3, 0.9, 1.1, -0.4, 0.2, 2.1, 0.7, -0.1, 7)
count <- 1000

# seed, s, a, b
fit <- function(seed, s, a, b) {
  mu <- a + b * normals(seed, count)
  list(
    ll = sapply(y, function(each) dnorm(each, mu, s, log = TRUE)),
    q = dnorm(mu, a, b, log = TRUE),
    prior = dnorm(mu, 0, 10, log = TRUE))
}

numbers <- function(x) paste(sprintf("%.12g", x), collapse = " ")

cat("# By loo ", as.character(packageVersion("loo")), ", made by loo.R. Of each case the kind, seed, s, a and b; then a line an observation: elpd, its Monte\n",
  "# Carlo standard error by the delta method, k-hat, log p(y_i | y), p_waic; then elpd and its standard error, p_loo and its standard\n",
  "# error, elpd_waic and its standard error. At the end elpd_diff and se_diff of the second case against the first.\n", sep = "")

case <- function(kind, seed, s, a, b) {
  f <- fit(seed, s, a, b)
  if (kind == "approximate") {
    log_p <- rowSums(f$ll) + f$prior
    of <- suppressWarnings(loo_approximate_posterior(f$ll, log_p, f$q, save_psis = TRUE))
    seen <- weights(suppressWarnings(psis(log_p - f$q, r_eff = 1)), log = FALSE)[, 1]
  } else {
    of <- suppressWarnings(loo(f$ll, r_eff = rep(1, length(y)), save_psis = TRUE))
    seen <- rep(1 / count, count)
  }
  w <- weights(of$psis_object, log = FALSE)
  elpd <- of$pointwise[, "elpd_loo"]
  lpd <- log(colSums(seen * exp(f$ll)))
  mean <- colSums(seen * f$ll)
  waic <- colSums(seen * sweep(f$ll, 2, mean)^2) / (1 - sum(seen^2))
  if (kind == "posterior") {
    stopifnot(all.equal(waic, unname(suppressWarnings(waic(f$ll))$pointwise[, "p_waic"])))
    stopifnot(all.equal(lpd - elpd, unname(of$pointwise[, "p_loo"])))
  }
  error <- sqrt(colSums(w^2 * sweep(exp(f$ll), 2, exp(elpd))^2)) / exp(elpd)
  cat(kind, numbers(c(seed, s, a, b)), "\n")
  for (i in seq_along(y)) cat(numbers(c(elpd[i], error[i], of$diagnostics$pareto_k[i], lpd[i], waic[i])), "\n")
  total <- function(x) c(sum(x), sqrt(length(x)) * sd(x))
  stopifnot(all.equal(total(elpd), unname(of$estimates["elpd_loo", ])))
  cat("total", numbers(c(total(elpd), total(lpd - elpd), total(lpd - waic))), "\n")
  of
}

one <- case("approximate", 3, 1, 1.1, 0.35)
two <- case("approximate", 4, 2.2, 1, 0.8)
case("approximate", 5, 1, 1.6, 0.25) -> three
case("posterior", 6, 2.2, 1.05, 0.69) -> four
compared <- loo_compare(one, two)
cat("difference", numbers(c(-compared["model1", "elpd_diff"], compared["model1", "se_diff"])), "\n")
