package io.github.elbo4j.device;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Vectors of sums over parts of {@value #PART} rows, added in the one order of {@link Operation} whatever machine has which part and
 * whoever merges first: {@link #ofRows} as the elements of a row are added, {@link #ofProducts} as the panels of a product are. A part
 * goes in as what an operation made of it alone. Parts that fill a node of the tree become that node at once, so that a tree
 * of n parts beside each other keeps some {@code fan · log n} vectors, not n.
 */
public final class SumTree implements Serializable {
    /** Rows of a part; the last one may have fewer. */
    public static final int PART = 1024;

    private static final long serialVersionUID = 1;
    private static final int LANES = 32;

    private final int fan;
    private final List<TreeMap<Long, Group>> levels = new ArrayList<>(); // by level, then by the group's number

    /** The children of a node that has not got all of them. */
    private static final class Group implements Serializable {
        private static final long serialVersionUID = 1;

        final double[][] children; // null where there is none yet
        int count;

        Group(int fan) {
            children = new double[fan][];
        }
    }

    private SumTree(int fan) {
        this.fan = fan;
    }

    /** Empty, for sums that {@link MathOps.SumRows} and the likelihoods make: by tiles of 1024, in 32 lanes. */
    public static SumTree ofRows() {
        return new SumTree(PartialSum.TILE);
    }

    /** Empty, for the panels of a product whose inner extent is the rows: a binary tree over their numbers. */
    public static SumTree ofProducts() {
        return new SumTree(2);
    }

    /**
     * Takes the sums of a part.
     *
     * @param part its number: rows {@code 1024·part …}
     * @param sums as many as those of every other part; the tree keeps the array
     * @throws IllegalArgumentException if it has that part already
     */
    public void add(long part, double[] sums) {
        ArgumentChecks.notNegative("part", part);
        add(0, part, sums);
    }

    private void add(int level, long index, double[] sums) {
        while (levels.size() <= level) {
            levels.add(new TreeMap<>());
        }
        long number = index / fan;
        Group group = levels.get(level).computeIfAbsent(number, n -> new Group(fan));
        int child = (int) (index % fan);
        if (group.children[child] != null) {
            throw new IllegalArgumentException(
                    "part " + index + (level == 0 ? "" : " of level " + level) + " is there already");
        }
        group.children[child] = sums;
        if (++group.count == fan) {
            levels.get(level).remove(number);
            add(level + 1, number, total(group.children));
        }
    }

    /**
     * Takes all parts of another tree.
     *
     * @return this
     */
    public SumTree merge(SumTree other) {
        if (other.fan != fan) {
            throw new IllegalArgumentException("one tree is of rows and the other of products");
        }
        for (int level = 0; level < other.levels.size(); level++) {
            for (var entry : other.levels.get(level).entrySet()) {
                for (int child = 0; child < fan; child++) {
                    double[] sums = entry.getValue().children[child];
                    if (sums != null) {
                        add(level, entry.getKey() * fan + child, sums);
                    }
                }
            }
        }
        return this;
    }

    /**
     * The sums over parts 0 … parts − 1.
     *
     * @throws IllegalStateException if one is missing, or there are others
     */
    public double[] total(long parts) {
        if (parts < 1) {
            throw new IllegalArgumentException("parts is " + parts + ", but must be 1 or more");
        }
        SumTree whole = new SumTree(fan).merge(this);
        double[] last = null; // the sums of what no full node has, which is the last child of a level
        long count = parts;
        for (int level = 0; ; level++, count = (count + fan - 1) / fan) {
            if (last != null) {
                whole.add(level, count - 1, last);
            }
            TreeMap<Long, Group> groups = level < whole.levels.size() ? whole.levels.get(level) : new TreeMap<>();
            long rest = count % fan;
            if (count == 1 || rest > 0) {
                Group group = groups.remove(count / fan);
                if (group == null || group.count != rest) {
                    throw missing(parts);
                }
                last = count == 1 ? group.children[0] : total(Arrays.copyOf(group.children, (int) rest));
            } else {
                last = null;
            }
            if (!groups.isEmpty()) {
                throw missing(parts);
            }
            if (count == 1 && last != null) {
                return last;
            }
        }
    }

    private static IllegalStateException missing(long parts) {
        return new IllegalStateException("the tree does not have parts 0 to " + (parts - 1) + ", each of them once");
    }

    private double[] total(double[][] children) {
        double[] sums = new double[children[0].length];
        if (fan == 2) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] = children.length == 1 ? children[0][i] : children[0][i] + children[1][i];
            }
            return sums;
        }
        double[][] lanes = new double[LANES][sums.length];
        for (int c = 0; c < children.length; c++) {
            add(lanes[c % LANES], children[c]);
        }
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int l = 0; l < half; l++) {
                add(lanes[l], lanes[l + half]);
            }
        }
        return lanes[0];
    }

    private static void add(double[] to, double[] more) {
        for (int i = 0; i < to.length; i++) {
            to[i] += more[i];
        }
    }
}
