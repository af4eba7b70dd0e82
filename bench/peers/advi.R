#!/usr/bin/env Rscript
# Stan's ADVI (rstan::vb) with all its defaults on the posteriors of bench/verdicts, by the same rule of right and wrong.
#   bench/peers/advi.R --posteriors DIR [--out FILE] [--only NAME,NAME] [--seeds 1,2,3]
# Needs rstan and jsonlite (Debian: r-cran-rstan, r-cran-jsonlite) and a C++ compiler: each model is compiled, a minute
# each. The models are in stan/, one for each name that a reference gives. The file is written anew after each model.
suppressMessages(library(rstan))

option <- function(name, default = NULL) {
  arguments <- commandArgs(trailingOnly = TRUE)
  at <- match(name, arguments)
  if (is.na(at)) default else arguments[at + 1]
}

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
folder <- option("--posteriors")
if (is.null(folder)) stop("--posteriors is missing: the folder with NAME.reference.json")
seeds <- as.integer(strsplit(option("--seeds", "1,2,3"), ",")[[1]])
only <- strsplit(option("--only", ""), ",")[[1]]
out <- option("--out", "advi.json")
suffix <- ".reference.json"
files <- sort(list.files(folder, pattern = "[.]reference[.]json$"))
names <- sub(suffix, "", files, fixed = TRUE)
if (length(only) > 0) names <- names[sapply(names, function(name) any(sapply(only, grepl, name, fixed = TRUE)))]
if (length(names) == 0) stop("no posterior is left in ", folder)

# What vb says of the end is on its standard output, and Pareto's k is in a warning and in the result.
fit <- function(model, data, algorithm, seed) {
  said <- character()
  result <- NULL
  printed <- capture.output(
    result <- withCallingHandlers(
      tryCatch(vb(model, data = data, algorithm = algorithm, seed = seed),
        error = function(e) {
          said <<- c(said, conditionMessage(e))
          NULL
        }),
      warning = function(w) {
        said <<- c(said, conditionMessage(w))
        invokeRestart("muffleWarning")
      },
      message = function(m) {
        said <<- c(said, conditionMessage(m))
        invokeRestart("muffleMessage")
      }))
  status <- if (is.null(result) || length(result@sim) == 0) "failed"
    else if (any(grepl("MEAN ELBO CONVERGED|MEDIAN ELBO CONVERGED", printed))) "converged"
    else "step limit"
  steps <- suppressWarnings(as.integer(sub("^Chain 1: +([0-9]+) .*", "\\1", grep("^Chain 1: +[0-9]+ +-?[0-9.e+]+ ", printed, value = TRUE))))
  failure <- grep("rror|EXCEPTION|failed", printed, value = TRUE)
  list(result = result, status = status, steps = if (length(steps) > 0) max(steps, na.rm = TRUE) else NA,
    diverging = any(grepl("MAY BE DIVERGING", printed)), message = paste(trimws(c(said, failure)), collapse = " "))
}

# A departure that is no number is the largest.
worst <- function(values, labels, largest) {
  bad <- which(!is.finite(values))
  at <- if (length(bad) > 0) bad[1] else if (largest) which.max(values) else which.min(values)
  list(value = values[at], of = labels[at])
}

# Means and standard deviations of vb's own draws, 1,000 of them, against the reference.
measure <- function(one, reference) {
  labels <- names(reference)
  if (one$status == "failed") {
    return(list(truth = "wrong"))
  }
  draws <- as.matrix(one$result)[, labels]
  error <- abs(colMeans(draws) - sapply(reference, `[[`, "mean")) / sapply(reference, `[[`, "sd")
  ratio <- apply(draws, 2, sd) / sapply(reference, `[[`, "sd")
  off <- worst(error, labels, TRUE)
  low <- worst(ratio, labels, FALSE)
  high <- worst(ratio, labels, TRUE)
  right <- isTRUE(all(error <= 0.3) && all(ratio >= 0.7) && all(ratio <= 1.4))
  k <- one$result@sim$diagnostics$psis$pareto_k
  list(meanError = off$value, meanErrorOf = off$of, lowestSdRatio = low$value, lowestSdRatioOf = low$of,
    highestSdRatio = high$value, highestSdRatioOf = high$of, kHat = if (is.null(k)) NA else k,
    truth = if (right) "right" else "wrong")
}

# Debian's package BH is empty: Boost itself is in /usr/include.
boost <- system.file("include", package = "BH")
if (boost == "") boost <- "/usr/include"

cpu <- sub(".*: *", "", grep("^model name", readLines("/proc/cpuinfo"), value = TRUE)[1])
head <- list(
  what = "Stan's ADVI: rstan::vb, all defaults",
  date = format(Sys.time(), "%Y-%m-%dT%H:%M:%SZ", tz = "UTC"),
  machine = list(cpu = cpu, cores = parallel::detectCores(), system = paste(Sys.info()[c("sysname", "release", "machine")], collapse = " ")),
  versions = list(R = R.version.string, rstan = as.character(packageVersion("rstan")), StanHeaders = as.character(packageVersion("StanHeaders")),
    loo = as.character(packageVersion("loo")), compiler = system("g++ --version | head -n 1", intern = TRUE)),
  right = "every |mean error| <= 0.3 reference sds and every sd ratio in [0.7, 1.4]")

write <- function(fits) {
  counts <- lapply(c("full-rank", "mean-field"), function(family) {
    of <- Filter(function(f) f$family == family, fits)
    count <- function(condition) sum(vapply(of, condition, TRUE))
    list(family = family, fits = length(of), right = count(function(f) f$truth == "right"),
      converged = count(function(f) f$status == "converged"), failed = count(function(f) f$status == "failed"),
      wrongAndConverged = count(function(f) f$truth == "wrong" && f$status == "converged"))
  })
  json <- jsonlite::toJSON(c(head, list(counts = counts, fits = fits)), auto_unbox = TRUE, digits = I(5), na = "null", pretty = TRUE)
  writeLines(json, paste0(out, ".part"))
  file.rename(paste0(out, ".part"), out)
  counts
}

fits <- list()
models <- list()
for (name in names) {
  posterior <- jsonlite::fromJSON(file.path(folder, paste0(name, suffix)), simplifyVector = FALSE)
  data <- jsonlite::fromJSON(file.path(folder, posterior$data))
  if (is.null(models[[posterior$model]])) {
    began <- proc.time()[["elapsed"]]
    models[[posterior$model]] <- stan_model(file.path(here, "stan", paste0(posterior$model, ".stan")), boost_lib = boost)
    cat(sprintf("%s: compiled in %.0f s\n", posterior$model, proc.time()[["elapsed"]] - began))
  }
  model <- models[[posterior$model]]
  for (family in c("full-rank", "mean-field")) {
    for (seed in seeds) {
      seconds <- system.time(one <- fit(model, data, sub("-", "", family), seed))[["elapsed"]]
      line <- c(list(posterior = name, family = family, seed = seed, status = one$status, message = one$message,
        diverging = one$diverging, steps = one$steps, seconds = seconds), measure(one, posterior$parameters))
      fits[[length(fits) + 1]] <- line
      cat(sprintf("%-40s %-10s %d %-10s %5.1f s  %s\n", name, family, seed, one$status, seconds, line$truth))
    }
  }
  counts <- write(fits)
}
for (count in counts) {
  cat(sprintf("%s: right in %d of %d fits; converged %d, of which wrong %d; failed %d\n", count$family, count$right, count$fits,
    count$converged, count$wrongAndConverged, count$failed))
}
