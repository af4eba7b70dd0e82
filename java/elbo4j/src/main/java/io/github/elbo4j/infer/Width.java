package io.github.elbo4j.infer;

import io.github.elbo4j.infer.Concern.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A standard deviation against that of q.
 *
 * @param off how far the logarithm of the ratio is from 0, less errors
 */
record Width(String name, double off, double ratio) {
    /**
     * Adds a concern of the worst, if it is wrong. Where that is a coordinate that nobody reads, and what is read in its place surely is usable, it is no worse than that,
     * and the worst of the others is looked at, too.
     *
     * @param words of a name and a ratio
     * @param instead what is read in the place of a number, if it surely is usable
     */
    static void judge(
            List<Width> widths, String words, IntFunction<Optional<WeightedChange>> instead, Concerns concerns) {
        double good = StrictMath.log(Evaluation.GOOD_RATIO);
        double usable = StrictMath.log(Evaluation.USABLE_RATIO);
        List<Integer> worstFirst = IntStream.range(0, widths.size())
                .boxed()
                .sorted((a, b) -> Double.compare(widths.get(b).off, widths.get(a).off)) // NaN is first
                .toList();
        boolean told = false;
        for (int i : worstFirst) {
            Width width = widths.get(i);
            String said = String.format(Locale.ROOT, words, width.name, width.ratio);
            Optional<WeightedChange> read = width.off > usable ? instead.apply(i) : Optional.empty();
            if (read.isEmpty()) {
                concerns.judge(Kind.WRONG_WIDTH, width.name, width.off <= good, width.off <= usable, said);
                return;
            }
            if (!told) {
                String beside = String.format(
                        Locale.ROOT,
                        "; importance weighting multiplies that of %s, which is read in its place, by %.2f",
                        read.get().name(),
                        read.get().ratio());
                concerns.add(Kind.WRONG_WIDTH, Verdict.USABLE, width.name, said + beside);
            }
            told = true;
        }
    }
}
