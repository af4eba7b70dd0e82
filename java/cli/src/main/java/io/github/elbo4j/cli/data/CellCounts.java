package io.github.elbo4j.cli.data;

import io.github.elbo4j.cli.view.Text;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the cells of a column are, where rows lie in several places: each counts its own, and two counts become one. It says of a column
 * what a table says of it that is read as a whole, and which cells are which values.
 */
public final class CellCounts implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int EXAMPLES = 5;

    private final boolean keepsNumbers;
    private long rows;
    private long numbers;
    private long empty;
    private long nones;
    private long texts;
    private boolean onlyWords = true;
    private boolean tooMany;
    private final Set<String> different = new HashSet<>();
    private final Set<Double> differentNumbers = new HashSet<>();

    /** @param keepsNumbers whether the different numbers are wanted, besides the different texts */
    public CellCounts(boolean keepsNumbers) {
        this.keepsNumbers = keepsNumbers;
    }

    /** The number of a cell, NaN if it has none. */
    public static double number(String cell) {
        return Decimals.parse(Text.strip(cell), '.');
    }

    /** What a cell has, as a person writes it, and as {@link #levels} have it. */
    public static String label(String cell) {
        double value = number(cell);
        return Double.isNaN(value) ? Text.strip(cell) : Levels.label(value + 0.0); // −0 is 0
    }

    /** Counts a cell. */
    public void add(String cell) {
        String text = Text.strip(cell);
        double value = Decimals.parse(text, '.');
        if (!Double.isNaN(value) || Blanks.isMissing(text)) {
            add(value);
            return;
        }
        rows++;
        boolean none = Blanks.isNone(text);
        nones += none ? 1 : 0;
        texts += none ? 0 : 1;
        onlyWords &= CellShape.of(text, '.') == CellShape.TEXT;
        if (!tooMany) {
            different.add(text);
            limit();
        }
    }

    /** Counts a number; NaN is an empty cell. */
    public void add(double value) {
        rows++;
        if (Double.isNaN(value)) {
            empty++;
            return;
        }
        numbers++;
        if (keepsNumbers && !tooMany) {
            differentNumbers.add(value + 0.0);
            limit();
        }
    }

    private void limit() {
        if (tooMany || different.size() > CsvColumn.MOST_TEXTS || differentNumbers.size() > CsvColumn.MOST_TEXTS) {
            tooMany = true;
            different.clear();
            differentNumbers.clear();
        }
    }

    /** Adds what another has counted, and returns this. */
    public CellCounts merge(CellCounts other) {
        rows += other.rows;
        numbers += other.numbers;
        empty += other.empty;
        nones += other.nones;
        texts += other.texts;
        onlyWords &= other.onlyWords;
        tooMany |= other.tooMany;
        different.addAll(other.different);
        differentNumbers.addAll(other.differentNumbers);
        limit();
        return this;
    }

    /** The counts alone: what it takes to tell which cells are missing. */
    public CellCounts withoutValues() {
        CellCounts counts = new CellCounts(false);
        counts.merge(this);
        counts.tooMany = true;
        counts.limit();
        return counts;
    }

    /** Cells. */
    public long rows() {
        return rows;
    }

    /** Cells with nothing that could be fitted. */
    public long missing() {
        return empty + (textsAreValues() ? 0 : nones);
    }

    /** Whether a cell of this column has nothing that could be fitted. */
    public boolean isMissing(String cell) {
        String text = Text.strip(cell);
        return Blanks.isMissing(text) || (Blanks.isNone(text) && !textsAreValues());
    }

    private boolean textsAreValues() {
        return texts > 0 || numbers == 0;
    }

    /** Whether there are texts among its values. */
    public boolean hasTexts() {
        return textsAreValues() && texts + nones > 0;
    }

    /** Whether every cell that is not empty holds text, and none looks like a number that is written in some other way. */
    public boolean holdsWords() {
        return numbers == 0 && texts + nones > 0 && onlyWords;
    }

    /** Whether there are more different values than a variable has, which are not kept. */
    public boolean hasTooMany() {
        return tooMany;
    }

    /** A few of the different texts, quoted; whichever come first in their order. */
    public String textExamples() {
        List<String> sorted = new ArrayList<>(new TreeSet<>(different));
        List<String> shown = sorted.subList(0, Math.min(EXAMPLES, sorted.size()));
        String list = String.join(", ", shown.stream().map(Text::quote).toList());
        return sorted.size() > EXAMPLES ? list + ", …" : list;
    }

    /** The different values in their order, numbers before texts, each with its place as its code. */
    public Levels levels() {
        List<String> labels = new ArrayList<>();
        new TreeSet<>(differentNumbers).forEach(value -> labels.add(Levels.label(value)));
        labels.addAll(new TreeSet<>(different));
        int[] codes = new int[labels.size()];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = i;
        }
        return new Levels(List.copyOf(labels), codes);
    }
}
