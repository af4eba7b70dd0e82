# Gaussian mixtures of Old Faithful by mclust 6.0.0 (Debian r-cran-mclust), on R 4.2.2, run until nothing moves: mixture.txt.
#   Rscript test/known/mixture.R test/data/faithful.csv > test/known/mixture.txt
# A line: covariances, penalty or none, log-likelihood, BIC and ICL (ours have the other sign), then weight, means and covariance of each
# component, the heavier first.
suppressMessages(library(mclust))
rows <- read.csv(commandArgs(TRUE)[1])
exact <- emControl(tol = c(1e-14, 1e-14), itmax = c(100000, 100000))
for (name in c("VVV", "VVI")) {
  for (penalty in c(FALSE, TRUE)) {
    if (name == "VVI" && penalty) next # its prior has one scale for columns of all units; ours has one for each
    prior <- if (penalty) priorControl() else NULL
    fit <- Mclust(rows, G = 2, modelNames = name, prior = prior, control = exact, verbose = FALSE)
    values <- c()
    for (k in order(-fit$parameters$pro)) {
      sigma <- fit$parameters$variance$sigma[, , k]
      values <- c(values, fit$parameters$pro[k], fit$parameters$mean[, k], sigma[1, 1], sigma[2, 1], sigma[2, 2])
    }
    kind <- if (name == "VVV") "full" else "diagonal"
    cat(kind, if (penalty) "penalty" else "none", format(c(fit$loglik, fit$bic, icl(fit), values), digits = 12), "\n")
  }
}
