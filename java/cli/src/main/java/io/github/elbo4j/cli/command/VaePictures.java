package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.data.ImageRows;
import io.github.elbo4j.deep.AutoencoderFit;
import io.github.elbo4j.deep.Completion;
import io.github.elbo4j.deep.Decoder;
import io.github.elbo4j.deep.TrainedAutoencoder;
import io.github.elbo4j.deep.Training;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.report.AutoencoderReport.Pictures;
import io.github.elbo4j.report.AutoencoderReport.Plane;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What a report shows of rows and of what an autoencoder makes of them. */
final class VaePictures {
    /** Rows that the report shows. */
    private static final int SHOWN = 12;

    private static final int SAMPLES = 36;
    private static final int GRID = 15;
    /** The latent plane shows z from −2 to 2. */
    private static final double EDGE = 2;

    private static final int PLACES = 12;
    private static final int MOST_POINTS = 2000;

    private final Device device;
    private final ImageRows rows;
    private final Training training;
    private final AutoencoderFit fit;
    private final TrainedAutoencoder networks;
    private final List<Integer> shown;

    VaePictures(Device device, ImageRows rows, Training training, AutoencoderFit fit) {
        this.device = device;
        this.rows = rows;
        this.training = training;
        this.fit = fit;
        this.networks = fit.networks();
        this.shown = choose();
    }

    /** Rows that were held out if there are any; different labels first. */
    private List<Integer> choose() {
        int[] heldOut = training.heldOutRows(rows.values().length);
        int[] from = heldOut.length > 0
                ? heldOut
                : IntStream.range(0, rows.values().length).toArray();
        List<Integer> chosen = new ArrayList<>();
        List<String> met = new ArrayList<>();
        for (int n : from) {
            if (chosen.size() < SHOWN
                    && !rows.labels().isEmpty()
                    && !met.contains(rows.labels().get(n))) {
                met.add(rows.labels().get(n));
                chosen.add(n);
            }
        }
        for (int n : from) {
            if (chosen.size() < SHOWN && !chosen.contains(n)) {
                chosen.add(n);
            }
        }
        return chosen;
    }

    /** The rows that are shown. */
    List<Integer> shown() {
        return shown;
    }

    /** Their values. */
    double[][] originals() {
        return shown.stream().map(n -> rows.values()[n]).toArray(double[][]::new);
    }

    /**
     * Of images.
     *
     * @param completion of {@link #originals}; null if they were not completed
     */
    Pictures pictures(boolean[] seen, @Nullable Completion completion) {
        double[][] originals = originals();
        List<double[]> half = new ArrayList<>();
        List<double[]> completed = new ArrayList<>();
        List<Double> effective = new ArrayList<>();
        if (completion != null) {
            for (int n = 0; n < originals.length; n++) {
                double[] part = new double[seen.length];
                double[] whole = new double[seen.length];
                for (int i = 0; i < seen.length; i++) {
                    part[i] = seen[i] ? originals[n][i] : Double.NaN;
                    whole[i] = seen[i] ? originals[n][i] : completion.mean()[n][i];
                }
                half.add(part);
                completed.add(whole);
                effective.add(completion.effective()[n]);
            }
        }
        double[][] between = originals.length < 2
                ? new double[0][]
                : networks.interpolate(device, originals[0], originals[1], PLACES);
        return new Pictures(
                rows.width(),
                rows.height(),
                List.of(shades(originals)),
                List.of(shades(networks.reconstruct(device, originals))),
                List.of(shades(networks.generate(device, new Key(training.seed()).fork("report"), SAMPLES))),
                grid(),
                List.of(shades(between)),
                List.of(shades(half.toArray(double[][]::new))),
                List.of(shades(completed.toArray(double[][]::new))),
                effective);
    }

    private List<List<double[]>> grid() {
        List<List<double[]>> grid = new ArrayList<>();
        for (int r = 0; r < GRID && networks.model().latent() == 2; r++) {
            double[][] z = new double[GRID][];
            for (int c = 0; c < GRID; c++) {
                z[c] = new double[] {EDGE * (2.0 * c / (GRID - 1) - 1), EDGE * (1 - 2.0 * r / (GRID - 1))};
            }
            grid.add(List.of(shades(networks.decode(device, z))));
        }
        return grid;
    }

    /** Values as grey from 0 to 1; standardized ones from two sds below their mean to two above; what is not seen as a middle grey. */
    private double[][] shades(double[][] values) {
        boolean arePixels = networks.model().decoder() == Decoder.BERNOULLI;
        return Arrays.stream(values)
                .map(row -> Arrays.stream(row)
                        .map(v -> Double.isNaN(v) ? 0.35 : arePixels ? v : 0.5 + 0.25 * v)
                        .toArray())
                .toArray(double[][]::new);
    }

    Plane plane() {
        double[] divergence = fit.diagnosis().divergence();
        int first = 0;
        for (int i = 1; i < divergence.length; i++) {
            first = divergence[i] > divergence[first] ? i : first;
        }
        int second = divergence.length == 1 ? first : first == 0 ? 1 : 0;
        for (int i = 0; i < divergence.length; i++) {
            second = i != first && divergence[i] > divergence[second] ? i : second;
        }
        int across = Math.min(first, second);
        int up = Math.max(first, second);
        int every = (rows.values().length + MOST_POINTS - 1) / MOST_POINTS;
        int[] which = IntStream.range(0, rows.values().length)
                .filter(n -> n % every == 0)
                .toArray();
        double[][] some = Arrays.stream(which).mapToObj(n -> rows.values()[n]).toArray(double[][]::new);
        double[][] mean = networks.encode(device, some).mean();
        return new Plane(
                across,
                up,
                Arrays.stream(mean).map(z -> z[across]).toList(),
                Arrays.stream(mean).map(z -> z[up]).toList(),
                rows.labels().isEmpty()
                        ? List.of()
                        : Arrays.stream(which)
                                .mapToObj(n -> rows.labels().get(n))
                                .toList());
    }
}
