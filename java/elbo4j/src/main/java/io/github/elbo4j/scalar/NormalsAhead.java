package io.github.elbo4j.scalar;

/**
 * Short rows of normals that a worker has made, some ahead of their turn: neighbouring draws of one problem, or one draw of
 * neighbouring problems. The operations of a small step, which all ask for the same rows, find them here after the first one.
 * Normals are a function of their address, so it makes no difference when they are made.
 */
public final class NormalsAhead {
    private long seed;
    private int step;
    private int first;
    private int count;
    private int b; // of the first row
    private int s;
    private int rows; // 0: nothing is here
    private boolean alongProblems;
    private int lastB; // the row that was asked for last
    private int lastS;
    private int made; // rows of the latest turn, which stand last

    /** The normals, row after row: as many as leave room for other things in the first-level cache. */
    public final float[] values = new float[2048];

    /** Where in {@link #values} the row stands; negative if it is not there. */
    public int find(long seed, int step, int b, int s, int first, int count) {
        if (!isLike(seed, step, first, count)) {
            return -1;
        }
        int row = alongProblems ? b - this.b : s - this.s;
        boolean there = row >= 0 && row < rows && (alongProblems ? s == this.s : b == this.b);
        if (there) {
            lastB = b;
            lastS = s;
        }
        return there ? row * 4 * count : -1;
    }

    private boolean isLike(long seed, int step, int first, int count) {
        return rows > 0 && seed == this.seed && step == this.step && first == this.first && count == this.count;
    }

    /**
     * Rows are to be made from (b, s) on, along the problems where the last two that were asked for lay so: {@code few}, or
     * {@code many} if they go on where the last ones ended. Draws and problems end somewhere, and what lies behind is made for nothing.
     *
     * @return where in {@link #values} the first one is to stand: behind the last ones, if it goes on and there is room
     */
    public int begin(long seed, int step, int b, int s, int first, int count, int few, int many) {
        boolean like = isLike(seed, step, first, count);
        boolean problems = like && s == lastS && b == lastB + 1;
        boolean goesOn = like
                && (problems
                        ? alongProblems && s == this.s && b == this.b + rows
                        : !alongProblems && b == this.b && s == this.s + rows);
        this.lastB = b;
        this.lastS = s;
        this.made = goesOn ? many : few;
        if (goesOn && (rows + many) * 4 * count <= values.length) {
            int at = rows * 4 * count;
            rows += many;
            return at;
        }
        this.seed = seed;
        this.step = step;
        this.first = first;
        this.count = count;
        this.b = b;
        this.s = s;
        this.rows = made;
        this.alongProblems = problems;
        return 0;
    }

    /** How many rows {@link #begin} has chosen. */
    public int made() {
        return made;
    }

    /** Whether they are of neighbouring problems. */
    public boolean isAlongProblems() {
        return alongProblems;
    }
}
