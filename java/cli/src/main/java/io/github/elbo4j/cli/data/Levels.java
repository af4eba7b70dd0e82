package io.github.elbo4j.cli.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The different values of a column: numbers in their order, then texts in theirs.
 *
 * @param values as a person writes them
 * @param codes for each row the index of its value, or −1 where it is missing or left out
 */
public record Levels(List<String> values, int[] codes) {
    /** Pairs of words that mean 0 and 1, in any case. Others go by their order. */
    private static final List<List<String>> PAIRS = List.of(
            List.of("no", "yes"),
            List.of("n", "y"),
            List.of("false", "true"),
            List.of("f", "t"),
            List.of("off", "on"),
            List.of("negative", "positive"),
            List.of("neg", "pos"),
            List.of("absent", "present"),
            List.of("control", "case"),
            List.of("fail", "pass"),
            List.of("failure", "success"));

    /**
     * The same with exactly two values, whose codes are then 0 and 1; or null. Words such as Yes, yes and NO are two values
     * in any case; of other two the first is 0.
     */
    @Nullable
    public Levels twoValued() {
        for (List<String> pair : PAIRS) {
            int[] meaning = new int[values.size()];
            String[] shown = new String[2];
            for (int i = 0; i < meaning.length; i++) {
                meaning[i] = pair.indexOf(values.get(i).toLowerCase(Locale.ROOT));
                if (meaning[i] < 0) {
                    break;
                }
                shown[meaning[i]] = values.get(i);
            }
            if (Arrays.stream(meaning).allMatch(m -> m >= 0) && shown[0] != null && shown[1] != null) {
                int[] zeroOrOne = Arrays.stream(codes)
                        .map(code -> code < 0 ? code : meaning[code])
                        .toArray();
                return new Levels(List.of(shown), zeroOrOne);
            }
        }
        boolean sameWord = values.size() == 2 && values.get(0).equalsIgnoreCase(values.get(1));
        return values.size() == 2 && !sameWord ? this : null;
    }

    /** 1 where the value is the one at {@code index}, else 0; of each row. */
    public double[] indicator(int index) {
        double[] column = new double[codes.length];
        for (int row = 0; row < codes.length; row++) {
            column[row] = codes[row] == index ? 1 : 0;
        }
        return column;
    }

    /** A number as a person writes it: whole ones without a fraction. */
    public static String label(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
