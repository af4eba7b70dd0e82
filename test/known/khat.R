# Writes khat.txt: k-hat of log ratios that a few lines of any language make again, by R's package loo.
#   Rscript test/known/khat.R > test/known/khat.txt
# Uniforms are those of Park and Miller's generator, x <- 16807·x mod 2^31 − 1, exact in float64; normals are
# Box and Muller's, √(−2·log u1)·cos(2·pi·u2), one from each pair of uniforms.
suppressMessages(library(loo))

uniforms <- function(seed, count) {
  x <- seed
  u <- numeric(count)
  for (i in seq_len(count)) {
    x <- (16807 * x) %% 2147483647
    u[i] <- x / 2147483647
  }
  u
}

normals <- function(seed, count) {
  u <- matrix(uniforms(seed, 2 * count), nrow = 2)
  sqrt(-2 * log(u[1, ])) * cos(2 * pi * u[2, ])
}

ratios <- list(
  # sd · normal
  normal = function(count, seed, sd, none) sd * normals(seed, count),
  # Pareto tail of shape k
  pareto = function(count, seed, k, none) -k * log(uniforms(seed, count)),
  # generalized Pareto itself: bounded above for k < 0
  gpd = function(count, seed, k, none) log(expm1(-k * log(uniforms(seed, count))) / k),
  # q = N(0, s²) of p = N(0, 1)
  gaussian = function(count, seed, s, none) normals(seed, count)^2 * (1 - s^2) / 2,
  # far from 0
  shifted = function(count, seed, sd, shift) sd * normals(seed, count) + shift,
  # sd · normal in multiples of a step
  rounded = function(count, seed, sd, step) step * floor(sd * normals(seed, count) / step + 0.5),
  # those below a level have a ratio of 0; loo refuses the logarithm, −infinity, so that it gets −1e6
  zeros = function(count, seed, sd, level) {
    x <- sd * normals(seed, count)
    ifelse(x < level, -1e6, x)
  },
  # all 0 but the last few, which are i·b
  few = function(count, few, b, none) c(numeric(count - few), b * seq_len(few)),
  # a constant
  constant = function(count, none, value, other) rep(value, count),
  # one value in the middle of normals
  spoiled = function(count, seed, value, none) {
    x <- normals(seed, count)
    x[count %/% 2 + 1] <- value
    x
  })

cat("# k-hat by loo ", as.character(packageVersion("loo")), " (psis, r_eff = 1), made by khat.R: kind of log ratios, how many, seed, two numbers of the\n",
  "# kind, k-hat. Inf: no shape was fitted. refused: an error.\n", sep = "")

line <- function(kind, count, seed, a, b = 0) {
  k <- tryCatch(
    sprintf("%.10g", suppressWarnings(psis(ratios[[kind]](count, seed, a, b), r_eff = 1))$diagnostics$pareto_k),
    error = function(e) "refused")
  cat(kind, count, seed, format(a, digits = 15), format(b, digits = 15), k, "\n")
}

for (count in c(21, 100, 222, 1000, 4096)) {
  for (sd in c(0.05, 0.5, 1, 2, 5, 20)) line("normal", count, count, sd)
}
for (sd in c(50, 100, 200, 300, 500, 700, 1e3, 1e4, 1e5, 1e6)) line("normal", 4096, 11, sd)
for (seed in 1:5) line("normal", 20000, seed, 1.5)
for (count in c(100, 1000, 10000)) {
  for (k in c(0.1, 0.3, 0.5, 0.7, 1, 2)) line("pareto", count, 5, k)
  for (k in c(-1, -0.5, -0.1, 0.3, 0.7)) line("gpd", count, 6, k)
}
for (s in c(0.3, 0.7, 0.9, 0.99, 1.01, 1.2, 2)) line("gaussian", 4096, 7, s)
for (shift in c(-1e4, 1e5)) line("shifted", 1000, 8, 1, shift)
for (step in c(1e-4, 0.01, 0.1, 0.25)) line("rounded", 4096, 9, 1, step)
for (step in c(0.25, 1)) line("rounded", 4096, 9, 20, step)
line("rounded", 4096, 10, 0.05, 2^-11)
line("rounded", 1000, 10, 100, 16)
for (level in c(-1, 0, 1)) line("zeros", 1000, 12, 1, level)
for (few in c(1, 2, 20, 150)) line("few", 1000, few, 0.05)
line("few", 4096, 1, 50)
line("constant", 1000, 0, 0)
line("constant", 1000, 0, -1e4)
line("constant", 24, 0, 1)
for (count in c(1, 5, 20)) line("normal", count, 13, 1)
for (value in c(NaN, Inf, -1e6)) line("spoiled", 1000, 14, value)
