package io.github.elbo4j.infer;

import io.github.elbo4j.device.Key;
import io.github.elbo4j.estimate.ImportanceMoments;
import io.github.elbo4j.estimate.LogWeights;
import io.github.elbo4j.estimate.SmoothedWeights;
import io.github.elbo4j.model.Quantities;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Draws of q and their importance weights, of which an {@link Evaluation} asks several questions: what these share is found once. */
final class WeighedDraws {
    /** Numbers that the draws for importance-weighted moments may be. */
    private static final long MOST_NUMBERS = 1L << 28;

    private final DrawSource q;
    private final Key key;
    private final LogWeights ratios;
    private @Nullable SmoothedWeights smoothed;
    private @Nullable DrawnNumbers numbers;
    private @Nullable List<MomentTail> squares; // of the numbers

    /**
     * Those of a key.
     *
     * @param ratios log p − log q at the draws, of one problem
     */
    WeighedDraws(DrawSource q, Key key, LogWeights ratios) {
        this.q = q;
        this.key = key;
        this.ratios = ratios;
    }

    LogWeights ratios() {
        return ratios;
    }

    /** Whether they are few enough that their coordinates are looked at. */
    boolean isReadable() {
        return (long) ratios.draws() * q.names().size() <= MOST_NUMBERS;
    }

    /** What the weights make of each coordinate and quantity. */
    List<WeightedChange> changes() {
        DrawnNumbers drawn = numbers();
        List<WeightedChange> changes =
                WeightedChange.of(q.names(), drawn.draws() == ratios.draws() ? moments(drawn) : q.moments(key, ratios));
        changes.addAll(WeightedChange.of(drawn.called(), drawn.values(), ratios.truncated(0)));
        return changes;
    }

    /** Whether draws tell standard deviations at all. */
    List<Concern> unseenTail() {
        DrawnNumbers drawn = numbers();
        if (!UnseenTail.isShown(drawn.draws())) {
            return List.of();
        }
        SmoothedWeights weights = smoothed().first(drawn.draws());
        List<MomentTail> tails = MomentTail.ofSquares(drawn, weights);
        squares = tails;
        return UnseenTail.concerns(drawn, weights, tails);
    }

    /** What log p along lines says of what is {@linkplain ReadTails read} in the place of a coordinate. */
    List<Concern> readTails(List<LineScan.Line> lines) {
        Quantities quantities = q.quantities();
        return quantities.hidden().isEmpty() || !isReadable()
                ? List.of()
                : new ReadTails(numbers(), quantities, ratios.truncated(0)).concerns(lines, q);
    }

    /** What is read in the place of a coordinate, if it {@linkplain ReadWidths surely} is usable; only of normals is it known. */
    Optional<WeightedChange> readInstead(int coordinate) {
        if (!isReadable() || !q.isOfNormals()) {
            return Optional.empty();
        }
        DrawnNumbers drawn = numbers();
        SmoothedWeights weights = smoothed().first(drawn.draws());
        return new ReadWidths(drawn, q.quantities().hidden(), weights, ratios.truncated(0)).surelyUsable(coordinate);
    }

    /** The first of them. */
    WeightedDraws first(int count) {
        DrawnNumbers drawn = numbers;
        double[][] columns = drawn == null || drawn.draws() < count
                ? q.columns(key, count)
                : Arrays.stream(drawn.columns())
                        .map(column -> Arrays.copyOf(column, count))
                        .toArray(double[][]::new);
        List<MomentTail> tails = squares;
        boolean known = tails != null && drawn != null && drawn.draws() == count;
        return new WeightedDraws(q.names(), columns, smoothed().first(count), known ? tails : null);
    }

    private ImportanceMoments moments(DrawnNumbers drawn) {
        double[] mean = new double[q.names().size()];
        double[] sd = new double[mean.length];
        Arrays.setAll(mean, q::mean);
        Arrays.setAll(sd, q::standardDeviation);
        return ImportanceMoments.ofColumns(drawn.columns(), mean, sd, ratios);
    }

    private SmoothedWeights smoothed() {
        SmoothedWeights known = smoothed == null ? ratios.smoothed(0) : smoothed;
        smoothed = known;
        return known;
    }

    private DrawnNumbers numbers() {
        DrawnNumbers known = numbers == null ? DrawnNumbers.of(q, key, ratios.draws()) : numbers;
        numbers = known;
        return known;
    }
}
