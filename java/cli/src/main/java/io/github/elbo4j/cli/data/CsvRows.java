package io.github.elbo4j.cli.data;

import de.siegmar.fastcsv.reader.CsvRecord;
import io.github.elbo4j.cli.view.Text;
import io.github.elbo4j.report.words.Words;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Takes the rows below a header, one after the other, to the columns; refuses a row of too few or too many cells. */
final class CsvRows {
    /** Of the number of rows that is expected. */
    private static final double MARGIN = 1.01;

    private final String file;
    private final List<CsvColumn> columns;
    private final Intake intake;
    private long[] lines; // where each row begins
    private final boolean keepsLines;
    private int rows;

    CsvRows(String file, List<CsvColumn> columns, Intake intake, boolean keepsLines) {
        this.file = file;
        this.columns = columns;
        this.intake = intake;
        this.keepsLines = keepsLines;
        lines = new long[keepsLines ? 256 : 0];
    }

    int rows() {
        return rows;
    }

    /** The line at which each row begins; none if they are not kept. */
    long[] lines() {
        return Arrays.copyOf(lines, keepsLines ? rows : 0);
    }

    /**
     * Takes records.
     *
     * @param before lines of the file before those of the records
     */
    void add(Iterator<CsvRecord> records, long before) {
        while (records.hasNext()) {
            CsvRecord record = records.next();
            long line = before + record.getStartingLineNumber();
            int cells = cells(record, line);
            for (int c = 0; c < columns.size(); c++) {
                intake.add(c, line, c < cells ? record.getField(c) : "");
            }
            intake.end();
            end(line);
        }
    }

    /**
     * Takes a block that is not unusual.
     *
     * @param before lines of the file before it
     * @param share of the file that has been read with it; 1 if that is not known
     */
    void add(CsvBlock block, long before, double share) {
        long all = (long) (MARGIN * (rows + block.rows()) / share);
        columns.forEach(column -> column.reserve(block.rows(), all));
        if (block.texts().isEmpty() && intake.isByColumn()) {
            for (int c = 0; c < columns.size(); c++) {
                columns.get(c).add(block.values(), c, columns.size(), block.rows());
            }
            for (int row = 0; row < block.rows(); row++) {
                end(before + block.line(row) + 1);
            }
            return;
        }
        Iterator<String> texts = block.texts().iterator();
        for (int row = 0; row < block.rows(); row++) {
            long line = before + block.line(row) + 1;
            for (int c = 0; c < columns.size(); c++) {
                double value = block.value(row, c);
                if (Double.isNaN(value)) {
                    intake.add(c, line, texts.next());
                } else {
                    intake.add(c, value);
                }
            }
            intake.end();
            end(line);
        }
    }

    private void end(long line) {
        if (keepsLines) {
            lines = rows < lines.length ? lines : Arrays.copyOf(lines, Math.multiplyExact(rows, 2));
            lines[rows] = line;
        }
        rows = Math.incrementExact(rows);
    }

    /** How many cells of a row count: as many as there are columns, or one less where the last column is but a delimiter. */
    private int cells(CsvRecord record, long line) {
        int wanted = columns.size();
        int cells = record.getFieldCount();
        boolean delimiterAtEnd =
                cells == wanted + 1 && Text.strip(record.getField(wanted)).isEmpty();
        boolean delimiterInHeader =
                cells == wanted - 1 && columns.get(wanted - 1).name().isEmpty();
        if (cells == wanted || delimiterAtEnd || delimiterInHeader) {
            return Math.min(cells, wanted);
        }
        String hint = "";
        if (record.getFields().stream().anyMatch(cell -> cell.indexOf('\n') >= 0)) {
            hint = ". A quote (\") in this row closes only lines later: correct the quotes";
        } else if (rows == 0 && cells == wanted + 1) {
            hint = ". If the first column names the rows, name it too, or begin the header with a delimiter";
        }
        throw new InputException("--data: " + file + ", row " + (rows + 1) + " (line " + line
                + ") has " + Words.count(cells, "cell") + ", but the header names " + Words.count(wanted, "column")
                + hint);
    }
}
