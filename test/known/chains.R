# Writes chains.txt: R-hat, effective sample sizes and Monte Carlo errors of chains that a few lines of any language make again, by R's
# package posterior.
#   Rscript test/known/chains.R > test/known/chains.txt
# Chain c of C has N draws of an AR(1), x_1 = e_1 and x_t = r·x_(t-1) + e_t, with normals e of the seed 1000·seed + c: those of khat.R, Box
# and Muller's, from Park and Miller's generator. To chain c is added shift·c, then all is multiplied by 1 + wider·c, and each draw is
# rounded down to a multiple of 2^-bits: of 1/2 many are equal, and of 2^-20 the median and distances from it are exact, so that ties are.
suppressMessages(library(posterior))

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

chains <- function(seed, count, draws, r, shift, wider, bits) {
  sapply(seq_len(count), function(c) {
    x <- as.numeric(stats::filter(normals(1000 * seed + c, draws), r, method = "recursive"))
    x <- (x + shift * c) * (1 + wider * c)
    floor(x * 2^bits) / 2^bits
  })
}

cat("# By posterior ", as.character(packageVersion("posterior")), ", made by chains.R. Of each case seed, C, N, r, shift, wider and bits;\n",
  "# then R-hat, bulk and tail ESS, the ESS of the mean, its Monte Carlo error and that of the standard deviation, the ESS of quantiles 0.05\n",
  "# and 0.5.\n", sep = "")

case <- function(...) {
  x <- suppressWarnings(chains(...))
  of <- suppressWarnings(c(rhat(x), ess_bulk(x), ess_tail(x), ess_mean(x), mcse_mean(x), mcse_sd(x), ess_quantile(x, c(0.05, 0.5))))
  cat(paste(sprintf("%.12g", c(..., of)), collapse = " "), "\n")
}

case(1, 4, 100, 0, 0, 0, 20)
case(2, 8, 251, 0.5, 0, 0, 20)
case(3, 64, 100, 0.3, 0, 0, 20)
case(4, 4, 400, 0.95, 0, 0, 20)
case(5, 6, 200, -0.6, 0, 0, 20)
case(6, 4, 200, 0.2, 0.4, 0, 20)
case(7, 4, 200, 0.2, 0, 0.3, 20)
case(8, 16, 120, 0.4, 0, 0, 1)
case(9, 5, 60, 0.999, 0, 0, 20)
