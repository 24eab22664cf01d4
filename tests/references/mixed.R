# R's answers to the simulated trials: Rscript tests/references/mixed.R (from the project's root).
# Needs Debian's r-cran-lmertest, r-cran-pbkrtest and r-cran-jsonlite; the tests need none of them.
suppressMessages({
  library(lme4); library(lmerTest); library(pbkrtest); library(nlme); library(MASS); library(jsonlite)
})
here <- "tests/references"
formulas <- list(
  crossed = y ~ baseline + side + group * visit + group:side + baseline:visit,
  one_visit = y ~ baseline + group
)
standard <- y ~ baseline + group * visit
# lme4 stops at 1e-8 by default; the last digits of a comparison need it to go on.
control <- lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 1e6))

read_trial <- function(name) {
  data <- read.csv(file.path(here, "trials", paste0(name, ".csv")), stringsAsFactors = FALSE)
  data <- data[!is.na(data$baseline), ]
  data$group <- relevel(factor(data$group), ref = "control")
  data$visit <- factor(data$visit)
  data$side <- factor(data$side)
  data
}

t_rows <- function(model, method) {
  lapply(setNames(seq_along(fixef(model)), names(fixef(model))), function(k) {
    L <- rep(0, length(fixef(model))); L[k] <- 1
    row <- contest1D(model, L, ddf = method, confint = TRUE)
    list(estimate = row[["Estimate"]], se = row[["Std. Error"]], df = row[["df"]],
         low = row[["lower"]], high = row[["upper"]], p = row[["Pr(>|t|)"]])
  })
}

f_row <- function(row) {
  list(f = row[["F value"]], num_df = row[["NumDF"]], den_df = row[["DenDF"]], p = row[["Pr(>F)"]])
}

f_rows <- function(model, method) {
  table <- anova(model, type = 3, ddf = method)
  rows <- lapply(setNames(rownames(table), rownames(table)), function(term) f_row(table[term, ]))
  columns <- grep("group", names(fixef(model)))
  L <- diag(length(fixef(model)))[columns, , drop = FALSE]
  rows[["all with group"]] <- f_row(contestMD(model, L, ddf = method))
  rows
}

influence_of <- function(model, data) {
  full <- fixef(model)
  people <- unique(as.character(data$participant))
  setNames(lapply(people, function(one) {
    without <- update(model, data = data[data$participant != one, ])
    change <- full - fixef(without)
    drop(change %*% solve(as.matrix(vcov(model))) %*% change) / length(full)
  }), people)
}

answer <- function(model, data, cook = FALSE) {
  said <- list(
    criterion = REMLcrit(model), sigma = sigma(model), theta = unname(getME(model, "theta")),
    singular = isSingular(model),
    satterthwaite = t_rows(model, "Satterthwaite"), kenward_roger = t_rows(model, "Kenward-Roger"),
    type3 = list(satterthwaite = f_rows(model, "Satterthwaite"),
                 kenward_roger = f_rows(model, "Kenward-Roger"))
  )
  if (cook) {
    said$cook <- influence_of(model, data)
    said$blup <- as.list(setNames(ranef(model)$participant[, 1], rownames(ranef(model)$participant)))
    said$conditional <- unname(residuals(model))
    said$marginal <- unname(data$y - model.matrix(model) %*% fixef(model))[, 1]
  }
  said
}

mixed <- function(name, random, cook = FALSE) {
  data <- read_trial(name)
  fixed <- if (is.null(formulas[[name]])) standard else formulas[[name]]
  formula <- update(fixed, paste(". ~ . +", random))
  model <- eval(bquote(lmer(.(formula), data = data, REML = TRUE, control = control)))
  answer(model, data, cook)
}

one_visit <- function() {
  data <- read_trial("one_visit")
  model <- lm(formulas$one_visit, data)
  table <- summary(model)$coefficients
  list(sigma = sigma(model), df = df.residual(model), coefficients = lapply(
    setNames(rownames(table), rownames(table)),
    function(k) list(estimate = table[k, 1], se = table[k, 2], p = table[k, 4])))
}

unstructured <- function() {
  data <- read_trial("unstructured")
  data$place <- as.integer(data$visit)
  model <- gls(standard, data, correlation = corSymm(form = ~ place | participant),
               weights = varIdent(form = ~ 1 | visit), method = "REML",
               control = glsControl(tolerance = 1e-12, msTol = 1e-14, opt = "optim", maxIter = 500,
                                    msMaxIter = 2000, optimMethod = "BFGS"))
  sds <- model$sigma * coef(model$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)
  correlation <- as.matrix(corMatrix(Initialize(corSymm(coef(model$modelStruct$corStruct,
    unconstrained = FALSE), form = ~ p | g), data.frame(p = 1:3, g = 1))))
  sds <- sds[levels(data$visit)]
  list(criterion = -2 * as.numeric(logLik(model)), covariance = unname(outer(sds, sds) * correlation),
       estimate = as.list(coef(model)), se = as.list(sqrt(diag(vcov(model)))))
}

ordinal <- function() {
  data <- read_trial("dropout")
  data <- data[data$visit == "V4", ]
  data$grade <- factor(pmin(5, pmax(0, round((data$y - 6) / 3))), ordered = TRUE)
  model <- polr(grade ~ group + baseline, data, Hess = TRUE, control = list(reltol = 1e-15))
  table <- coef(summary(model))
  null <- polr(grade ~ baseline, data, control = list(reltol = 1e-15))
  list(log_likelihood = as.numeric(logLik(model)), without = as.numeric(logLik(null)),
       estimate = as.list(table[, 1]), se = as.list(table[, 2]))
}

options(contrasts = c("contr.treatment", "contr.poly"))
intercept <- "(1 | participant)"
names <- c("balanced", "dropout", "three_arms", "tiny", "near_singular", "zero_variance",
           "no_baseline", "crossed", "collinear")
answers <- lapply(setNames(names, names), function(name) mixed(name, intercept, name == "dropout"))
for (name in c("slope", "flat_slope")) answers[[name]] <- mixed(name, "(1 + months | participant)")
answers$one_visit <- one_visit()
answers$unstructured <- unstructured()
answers$ordinal <- ordinal()
versions <- sapply(c("lme4", "lmerTest", "pbkrtest", "nlme", "MASS"), function(p) format(packageVersion(p)))
said <- list(made_with = c(R = format(getRversion()), as.list(versions)), trials = answers)
writeLines(toJSON(said, auto_unbox = TRUE, digits = I(15), pretty = 1), file.path(here, "answers.json"))
for (name in names) cat(name, "theta", answers[[name]]$theta, "singular", answers[[name]]$singular, "\n")
