package io.github.elbo4j.spark;

import io.github.elbo4j.report.files.WholeFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Writes the fits of groups to a file on the driver, a line a group in their order, some partitions at a time: what is written is not fitted
 * again if the driver fails. Beside the file lies what they are fits of, until all are there.
 */
final class GroupWaves {
    /** Partitions a wave, times the tasks that run at once, so that slow ones hold up few. */
    private static final int ROUNDS = 4;
    /** Groups of a partition at most: the driver holds the lines of a wave, some kilobytes each. */
    private static final int MOST = 256;

    private final JavaRDD<String> lines;
    private final int groups;
    private final Path file;
    private final Path unfinished;

    /** @param lines each group's, consecutive groups in a partition as {@link GroupPartitioner} has them */
    GroupWaves(JavaRDD<String> lines, int groups, Path folder) {
        this.lines = lines;
        this.groups = groups;
        file = folder.resolve("fits.jsonl");
        unfinished = folder.resolve("fits.unfinished");
    }

    /** Partitions for so many groups and tasks. */
    static int partitions(int groups, int tasks) {
        return (int) Math.min(groups, Math.max(8L * ROUNDS * tasks, ((long) groups + MOST - 1) / MOST));
    }

    /**
     * Fits what is not there yet.
     *
     * @param of what they are fits of, in words, to know them by
     * @return groups that were there already
     * @throws IllegalArgumentException if the file is of other fits
     */
    int run(JavaSparkContext context, int tasks, String of) throws IOException {
        int first = 0;
        if (Files.exists(unfinished)) {
            if (!Files.readString(unfinished).equals(of)) {
                throw new IllegalArgumentException(
                        file + " is of fits of other rows or options that were broken off, as " + unfinished
                                + " says. Delete both, or name another folder by --out");
            }
            first = resumed();
        } else {
            Files.write(file, new byte[0]); // first, so that no lines of another run are taken for those of this one
            WholeFile.write(unfinished, of);
        }
        int there = firstGroup(first);
        int partitions = lines.getNumPartitions();
        for (int p = first; p < partitions; p += ROUNDS * tasks) {
            int to = Math.min(partitions, p + ROUNDS * tasks);
            int[] numbers = IntStream.range(p, to).toArray();
            List<String>[] parts = Jobs.described(
                    context,
                    "elbo4j: groups " + (firstGroup(p) + 1) + " to " + firstGroup(to) + " of " + groups,
                    () -> lines.collectPartitions(numbers));
            try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
                out.seek(out.length());
                for (List<String> part : parts) {
                    out.write(String.join("", part).getBytes(StandardCharsets.UTF_8));
                }
                out.getFD().sync();
            }
        }
        return there;
    }

    /** All is written, and what is made of it, too: the next run begins anew. */
    void finished() throws IOException {
        Files.delete(unfinished);
    }

    /** The smallest group of a partition; of that behind the last, the number of groups. */
    private int firstGroup(int partition) {
        int partitions = lines.getNumPartitions();
        return (int) (((long) partition * groups + partitions - 1) / partitions);
    }

    /** The first partition that is to be fitted; lines of it and of a line that was not written whole are cut off. */
    private int resumed() throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        long whole = ends(Long.MAX_VALUE)[0];
        int first = 0;
        while (first < lines.getNumPartitions() && firstGroup(first + 1) <= whole) {
            first++;
        }
        long length = ends(firstGroup(first))[1];
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(length);
        }
        return first;
    }

    /** How many lines end, up to so many, and how many bytes they have: a line may be broken off inside a character. */
    private long[] ends(long most) throws IOException {
        long count = 0;
        long length = 0;
        long at = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (int next = count < most ? in.read() : -1; next >= 0 && count < most; next = in.read()) {
                at++;
                if (next == '\n') {
                    count++;
                    length = at;
                }
            }
        }
        return new long[] {count, length};
    }
}
