package io.github.elbo4j.cli.subject;

import io.github.elbo4j.cli.data.InputException;
import io.github.elbo4j.cli.data.NumberedRows;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.factors.BinaryData;
import io.github.elbo4j.factors.BinaryFactorAnalysis;
import io.github.elbo4j.factors.BinaryFactors;
import io.github.elbo4j.factors.RowBounds;
import io.github.elbo4j.report.SavedFit;
import io.github.elbo4j.report.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Binary factors that were written before: a code is q(z_d = 1 | x) of each. */
public final class FactorsPredictor implements RowPredictor {
    /** Factors that a terminal has room for. */
    private static final int SHOWN = 6;

    private final SavedFit fit;
    private final BinaryFactors factors;
    private final Device device;
    private final int draws;

    /** @param draws of the factors for each row */
    public FactorsPredictor(SavedFit fit, Device device, int draws) {
        this.fit = fit;
        this.factors = Objects.requireNonNull(fit.factors());
        this.device = device;
        this.draws = draws;
    }

    @Override
    public String model() {
        return Words.count(factors.factors(), "binary factor");
    }

    @Override
    public List<String> columns() {
        return factors.columns();
    }

    @Override
    public List<String> heads() {
        return IntStream.rangeClosed(1, factors.factors())
                .mapToObj(d -> "factor" + d)
                .toList();
    }

    @Override
    public int shown() {
        return Math.min(SHOWN, factors.factors());
    }

    @Override
    public int draws() {
        return draws;
    }

    @Override
    public int block() {
        return RowBounds.rowsOfBlock(factors, draws);
    }

    @Override
    public List<Row> predict(NumberedRows rows, int first, int count) {
        BinaryData data = binary(rows, first, count);
        // As the fit judged rows: of those that it judged, in the same order, it says the same, bit for bit.
        RowBounds bounds = RowBounds.of(
                device,
                factors,
                data,
                first,
                draws,
                BinaryFactorAnalysis.evaluationKey(fit.fit().seed()));
        List<Row> all = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            int row = n;
            all.add(new Row(
                    rows.numberInFile(first + n),
                    IntStream.range(0, factors.factors())
                            .mapToObj(d -> bounds.q(row, d))
                            .toList(),
                    bounds.elbo(n).value(),
                    bounds.elbo(n).standardError(),
                    bounds.logEvidence(n).value(),
                    bounds.logEvidence(n).standardError(),
                    bounds.kHat(n),
                    bounds.isReliable(n)));
        }
        return all;
    }

    private BinaryData binary(NumberedRows rows, int first, int count) {
        int width = columns().size();
        double[] values = new double[Math.multiplyExact(count, width)];
        rows.read(first, count, values);
        if (fit.options().get(SavedFit.THRESHOLD) instanceof Double threshold) {
            return BinaryData.above(threshold, columns(), values);
        }
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] == 0 || values[i] == 1)) {
                throw new InputException(rows.source().file() + ", row " + rows.numberInFile(first + i / width)
                        + ", column " + Text.quote(columns().get(i % width)) + " is " + values[i]
                        + ", but must be 0 or 1, as in the fit");
            }
        }
        return BinaryData.of(columns(), values);
    }
}
