package io.github.elbo4j.report;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.PrettyPrinter;

/**
 * Lays JSON out for reading and for line-by-line comparison: a line for each field of the outermost object, a line for
 * each item of a list in it, and everything deeper in one line.
 */
final class LinePerItem implements PrettyPrinter {
    private int depth;
    /** Bit d tells whether the structure at depth d is a list; 64 levels are more than there are. */
    private long lists;

    @Override
    public void writeRootValueSeparator(JsonGenerator json) {
        json.writeRaw('\n');
    }

    @Override
    public void writeStartObject(JsonGenerator json) {
        json.writeRaw('{');
        depth++;
        lists &= ~(1L << depth);
    }

    @Override
    public void beforeObjectEntries(JsonGenerator json) {
        breakLine(json);
    }

    @Override
    public void writeObjectNameValueSeparator(JsonGenerator json) {
        json.writeRaw(": ");
    }

    @Override
    public void writeObjectEntrySeparator(JsonGenerator json) {
        writeSeparator(json);
    }

    @Override
    public void writeEndObject(JsonGenerator json, int entries) {
        writeEnd(json, entries, '}');
    }

    @Override
    public void writeStartArray(JsonGenerator json) {
        json.writeRaw('[');
        depth++;
        lists |= 1L << depth;
    }

    @Override
    public void beforeArrayValues(JsonGenerator json) {
        breakLine(json);
    }

    @Override
    public void writeArrayValueSeparator(JsonGenerator json) {
        writeSeparator(json);
    }

    @Override
    public void writeEndArray(JsonGenerator json, int values) {
        writeEnd(json, values, ']');
    }

    private boolean broken() {
        return depth == 1 || (depth == 2 && (lists & 1L << depth) != 0);
    }

    private void breakLine(JsonGenerator json) {
        if (broken()) {
            json.writeRaw('\n');
            json.writeRaw("  ".repeat(depth));
        }
    }

    private void writeSeparator(JsonGenerator json) {
        json.writeRaw(broken() ? "," : ", ");
        breakLine(json);
    }

    private void writeEnd(JsonGenerator json, int items, char bracket) {
        boolean broken = broken() && items > 0;
        depth--;
        if (broken) {
            json.writeRaw('\n');
            json.writeRaw("  ".repeat(depth));
        }
        json.writeRaw(bracket);
    }
}
