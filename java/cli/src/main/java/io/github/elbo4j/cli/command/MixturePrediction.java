package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.NumberRows;
import io.github.elbo4j.cli.subject.Saved;
import io.github.elbo4j.cli.view.MixturePredictionView;
import io.github.elbo4j.cli.view.MixturePredictionView.Row;
import io.github.elbo4j.cli.view.PredictionView;
import io.github.elbo4j.cli.view.Terminal;
import io.github.elbo4j.mixture.MixtureDensity;
import io.github.elbo4j.report.MixturePredictionPage;
import io.github.elbo4j.report.MixtureScore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Rows by a mixture that was fitted before: how probable each is, and of which component. */
final class MixturePrediction {
    /** Rows that are computed at once, so that memory does not grow with their number. */
    private static final int BLOCK = 1 << 14;

    private final Saved saved;
    private final MixtureDensity density;
    private final Console console;

    MixturePrediction(Saved saved, MixtureDensity density, Console console) {
        this.saved = saved;
        this.density = density;
        this.console = console;
    }

    /** Of all rows; returns the exit code. */
    int run(NumberRows rows, Path folder, boolean json) {
        MixtureScore score = new MixtureScore(density, saved.fit().fit().seed());
        List<Row> first = new ArrayList<>();
        List<Path> written;
        try (WholeCsv csv = new WholeCsv(folder, "predictions.csv")) {
            csv.row(List.of("row", "component", "probability", "logDensity"));
            for (int from = 0; from < rows.rows(); from += Math.min(BLOCK, rows.rows() - from)) {
                for (Row row : block(rows, from, Math.min(BLOCK, rows.rows() - from))) {
                    csv.row(List.of(
                            String.valueOf(row.number()),
                            String.valueOf(row.component() + 1),
                            String.valueOf(row.probability()),
                            String.valueOf(row.logDensity())));
                    score.add(row.logDensity(), row.component());
                    if (first.size() < PredictionView.SHOWN) {
                        first.add(row);
                    }
                }
            }
            written = List.of(csv.finish(), new MixturePredictionPage(saved.fit(), score).write(folder));
        } catch (IOException e) {
            throw OutputFolder.unwritable(folder, e);
        }
        console.result(
                json,
                score::line,
                out -> new MixturePredictionView(first, score, Terminal.width()).print(out, written));
        return Exit.GOOD;
    }

    private List<Row> block(NumberRows rows, int from, int count) {
        int dims = rows.columns().size();
        double[] values = new double[count * dims];
        rows.read(from, count, values);
        int[] numbers = new int[count];
        Arrays.setAll(numbers, n -> rows.numberInFile(from + n));
        return IntStream.range(0, count)
                .parallel()
                .mapToObj(n -> row(numbers[n], Arrays.copyOfRange(values, n * dims, (n + 1) * dims)))
                .toList();
    }

    private Row row(int number, double[] x) {
        double[] logs = density.logTerms(x);
        double all = MixtureDensity.logSum(logs);
        int most = 0;
        for (int k = 1; k < logs.length; k++) {
            most = logs[k] > logs[most] ? k : most;
        }
        return new Row(number, most, StrictMath.exp(logs[most] - all), all);
    }
}
