package io.github.elbo4j.spark;

import java.io.Serializable;

/**
 * Where a row stands: in which group, and where in the table.
 *
 * @param group its number
 * @param row the row's number in the table
 */
record GroupRow(int group, long row) implements Comparable<GroupRow>, Serializable {
    @Override
    public int compareTo(GroupRow other) {
        return group != other.group ? Integer.compare(group, other.group) : Long.compare(row, other.row);
    }
}
