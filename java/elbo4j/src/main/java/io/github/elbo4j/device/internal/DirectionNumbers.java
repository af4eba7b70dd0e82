package io.github.elbo4j.device.internal;

import io.github.elbo4j.device.PointSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The direction numbers of Sobol's sequence, {@code new-joe-kuo-6.21201} (Joe and Kuo 2008): {@code v_j = m_j·2^(32 − j)}, the digits
 * that a point whose Gray code has a 1 at place j adds. Of a dimension whose primitive polynomial has degree s and the inner
 * coefficients a_1 … a_(s−1), the first s numbers m are given, and
 *
 * <p>{@code m_j = 2·a_1·m_(j−1) ⊕ … ⊕ 2^(s−1)·a_(s−1)·m_(j−s+1) ⊕ 2^s·m_(j−s) ⊕ m_(j−s)}.
 *
 * <p>v_j has its last 1 at digit j. The first dimension, van der Corput's, has m = 1 throughout.
 */
public final class DirectionNumbers {
    /** Places: as many as the number of a draw has binary digits. */
    public static final int PLACES = 31;

    private static final String RESOURCE = "direction-numbers.txt";
    private static final int[][] COLUMNS = read();

    private DirectionNumbers() {}

    /** Of a place from 0, those of all dimensions: {@code v_(place+1)}. Not to be written to. */
    public static int[] ofPlace(int place) {
        return COLUMNS[place];
    }

    private static int[][] read() {
        List<String> lines;
        try (InputStream in = DirectionNumbers.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + RESOURCE);
            }
            lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + RESOURCE, e);
        }
        int[][] columns = new int[PLACES][PointSet.MOST_DIMENSIONS];
        for (int place = 0; place < PLACES; place++) {
            columns[place][0] = Integer.MIN_VALUE >>> place;
        }
        for (int d = 1; d < PointSet.MOST_DIMENSIONS; d++) {
            int[] line = Arrays.stream(lines.get(d - 1).split(" "))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            int degree = line.length - 1;
            for (int place = 0; place < PLACES; place++) {
                columns[place][d] =
                        place < degree ? line[1 + place] << (31 - place) : next(columns, d, place, degree, line[0]);
            }
        }
        return columns;
    }

    /** The recurrence for v: what is doubled so often in m is not moved, since v_j is m_j·2^(32 − j). */
    private static int next(int[][] columns, int d, int place, int degree, int inner) {
        int v = columns[place - degree][d] ^ (columns[place - degree][d] >>> degree);
        for (int i = 1; i < degree; i++) {
            v ^= (inner >> (degree - 1 - i) & 1) * columns[place - i][d];
        }
        return v;
    }
}
