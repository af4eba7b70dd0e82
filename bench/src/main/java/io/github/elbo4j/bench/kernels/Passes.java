package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.bench.kernels.MachineCode.Kind;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Of which kernels the machine code tells what an element costs: those that do all of their work in one loop, of which it is known how many
 * elements a thread does in a pass. It was read off the sources (four neighbours a thread) and, where the compiler has unrolled a
 * loop, off its loads and stores: whoever changes a loop's elements changes them here.
 */
final class Passes {
    /** Which code is counted. */
    enum Code {
        /** The outermost loop with all in it. */
        OUTERMOST("outermost loop"),
        /** The innermost loop that computes most. */
        INNERMOST("innermost loop"),
        /** The loop that multiplies and adds most, without loops in it. */
        MAIN("main loop");

        final String words;

        Code(String words) {
            this.words = words;
        }
    }

    /** @param elements of a pass; 0: as many multiplications with addition as it has, which are counted instead of elements */
    record Pass(Code code, int elements) {
        Optional<Map<Kind, Integer>> counts(MachineCode kernel) {
            return switch (code) {
                case OUTERMOST -> kernel.outermost().map(kernel::counts);
                case INNERMOST -> kernel.innermost().map(kernel::counts);
                case MAIN -> kernel.main().map(kernel::own);
            };
        }
    }

    private static final Map<String, Pass> ALL = new HashMap<>();

    static {
        add(
                Code.OUTERMOST,
                4,
                "normal_words normal_uniform normal_normal normal_antithetic normal_of_problems meanfield_sample math_fill math_axpy math_multiply "
                        + "math_average optimizer_adam kl_gradient score_weights math_scale math_scale32 math_advance "
                        + "fullrank_negate math_first_non_finite");
        add(Code.INNERMOST, 4, "reparam_meanfield score_meanfield score_controlled score_squares meanfield_density");
        add(Code.INNERMOST, 8, "likelihood_bernoulli likelihood_gaussian");
        add(
                Code.MAIN,
                0,
                "gemm_multiply128 gemm_multiply64 gemm_multiply32 gemm_multiply16 gemm_multiply_beside gram_panels fullrank_sample fullrank_sample32");
    }

    private Passes() {}

    private static void add(Code code, int elements, String kernels) {
        for (String kernel : kernels.split(" ")) {
            ALL.put(kernel, new Pass(code, elements));
        }
    }

    static Optional<Pass> of(String kernel) {
        return Optional.ofNullable(ALL.get(kernel));
    }
}
