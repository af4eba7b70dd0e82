/*
 * A library with the functions of a Stan model that BridgeStan has compiled, written by hand, so that tests need no Stan.
 * Its program would be
 *
 *   data { int<lower=0> D; vector[D] mean; matrix[D, D] precision; }
 *   parameters { vector[D - 1] theta; real<lower=0> sigma; }
 *
 * with a density under which z = (theta, log sigma) is normal with that mean and precision: normalized, so its evidence
 * is 1. In the data, D follows from mean. There may be "shift_by_seed": 1, which adds the seed to the first mean,
 * and "reject_above": x, so that what lies at z[0] > x is refused, as Stan refuses a draw.
 *
 * -DWITHOUT_GRADIENT leaves a function out.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, NAMES = 1024 };

typedef struct {
    int d;
    double mean[MOST];
    double precision[MOST * MOST];
    double log_norm; /* of the normal density */
    double reject_above;
    char names[NAMES];
} bs_model;

typedef struct bs_rng bs_rng;

static void fail(char** error_msg, const char* function, const char* what) {
    size_t size = strlen(function) + strlen(what) + 32;
    *error_msg = malloc(size);
    snprintf(*error_msg, size, "%s() failed with exception: %s\n", function, what);
}

/* The numbers of a field, however their brackets lie: how many, -1 without the field, -2 if there are too many. */
static int numbers(const char* json, const char* field, double* to, int most) {
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\"", field);
    const char* at = strstr(json, quoted);
    if (at == NULL) {
        return -1;
    }
    at += strlen(quoted);
    int depth = 0;
    int count = 0;
    while (*at != '\0') {
        char* end;
        if (*at == '[') {
            depth++;
        } else if (*at == ']') {
            depth--;
        } else if (*at != ':' && *at != ',' && *at != ' ' && *at != '\n') {
            double value = strtod(at, &end);
            if (end == at) {
                break; /* the next field, or the end of the object */
            }
            if (count == most) {
                return -2;
            }
            to[count++] = value;
            at = end;
            if (depth == 0) {
                break;
            }
            continue;
        }
        at++;
        if (depth == 0 && at[-1] == ']') {
            break;
        }
    }
    return count;
}

/* log det, by Cholesky's factor; NaN if the matrix is not positive definite. */
static double log_det(const double* matrix, int d) {
    double l[MOST * MOST];
    double sum = 0;
    for (int i = 0; i < d; i++) {
        for (int j = 0; j <= i; j++) {
            double rest = matrix[i * d + j];
            for (int k = 0; k < j; k++) {
                rest -= l[i * d + k] * l[j * d + k];
            }
            if (i == j) {
                if (!(rest > 0)) {
                    return NAN;
                }
                l[i * d + i] = sqrt(rest);
                sum += 2 * log(l[i * d + i]);
            } else {
                l[i * d + j] = rest / l[j * d + j];
            }
        }
    }
    return sum;
}

bs_model* bs_model_construct(const char* data, unsigned int seed, char** error_msg) {
    const char* function = "construct";
    bs_model* m = calloc(1, sizeof *m);
    double shift = 0;
    m->d = data == NULL ? -1 : numbers(data, "mean", m->mean, MOST);
    if (m->d < 0) {
        fail(error_msg, function, "variable does not exist; processing stage=data initialization; variable name=mean");
        free(m);
        return NULL;
    }
    if (numbers(data, "precision", m->precision, MOST * MOST) != m->d * m->d) {
        fail(error_msg, function, "mismatch in dimension declared and found in context; variable name=precision");
        free(m);
        return NULL;
    }
    double log_determinant = log_det(m->precision, m->d);
    if (isnan(log_determinant)) {
        fail(error_msg, function, "precision is not positive definite");
        free(m);
        return NULL;
    }
    m->log_norm = 0.5 * log_determinant - 0.5 * m->d * log(2 * acos(-1));
    m->reject_above = INFINITY;
    numbers(data, "reject_above", &m->reject_above, 1);
    numbers(data, "shift_by_seed", &shift, 1);
    if (shift != 0) {
        m->mean[0] += seed;
    }
    int used = 0;
    for (int i = 0; i < m->d - 1; i++) {
        used += snprintf(m->names + used, NAMES - used, "theta.%d,", i + 1);
    }
    if (m->d > 0) {
        snprintf(m->names + used, NAMES - used, "sigma");
    }
    return m;
}

void bs_model_destruct(bs_model* m) { free(m); }

void bs_free_error_msg(char* error_msg) { free(error_msg); }

const char* bs_name(const bs_model* m) {
    (void)m;
    return "gaussian_model";
}

const char* bs_param_names(const bs_model* m, bool include_tp, bool include_gq) {
    (void)include_tp;
    (void)include_gq;
    return m->names;
}

const char* bs_param_unc_names(const bs_model* m) { return m->names; }

static int refused(const bs_model* m, const char* function, const double* z, char** error_msg) {
    if (z[0] > m->reject_above) {
        char what[128];
        snprintf(what, sizeof what, "theta[1] is %g, but must be less than or equal to %g", z[0], m->reject_above);
        fail(error_msg, function, what);
        return -1;
    }
    return 0;
}

int bs_param_constrain(const bs_model* m, bool include_tp, bool include_gq, const double* theta_unc, double* theta,
                       bs_rng* rng, char** error_msg) {
    (void)include_tp;
    (void)rng;
    if (include_gq) {
        fail(error_msg, "param_constrain", "include_gq=true but rng=nullptr");
        return -1;
    }
    for (int i = 0; i < m->d; i++) {
        theta[i] = i == m->d - 1 ? exp(theta_unc[i]) : theta_unc[i];
    }
    return refused(m, "param_constrain", theta_unc, error_msg);
}

/* The density of sigma is that of log sigma over sigma; the Jacobian, sigma, brings it back. */
static double density(const bs_model* m, bool propto, bool jacobian, const double* z, double* gradient) {
    double quadratic = 0;
    for (int i = 0; i < m->d; i++) {
        double row = 0;
        for (int j = 0; j < m->d; j++) {
            row += m->precision[i * m->d + j] * (z[j] - m->mean[j]);
        }
        quadratic += (z[i] - m->mean[i]) * row;
        if (gradient != NULL) {
            gradient[i] = -row;
        }
    }
    if (!jacobian && gradient != NULL) {
        gradient[m->d - 1] -= 1;
    }
    return -0.5 * quadratic + (propto ? 0 : m->log_norm) - (jacobian ? 0 : z[m->d - 1]);
}

int bs_log_density(const bs_model* m, bool propto, bool jacobian, const double* theta_unc, double* lp,
                   char** error_msg) {
    *lp = density(m, propto, jacobian, theta_unc, NULL);
    return refused(m, "log_density", theta_unc, error_msg);
}

#ifndef WITHOUT_GRADIENT
int bs_log_density_gradient(const bs_model* m, bool propto, bool jacobian, const double* theta_unc, double* val,
                            double* grad, char** error_msg) {
    *val = density(m, propto, jacobian, theta_unc, grad);
    return refused(m, "log_density_gradient", theta_unc, error_msg);
}
#endif
