package io.github.elbo4j.cli;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A CSV file: a header row that names the columns, then rows of numbers. The delimiter (comma, semicolon or tab) is
 * found from the header; quoted cells and a byte order mark are understood. The file is read once, from front to back,
 * so that a pipe will do.
 */
final class CsvTable {
    private static final char[] DELIMITERS = {',', ';', '\t'};
    private static final int PEEK = 1 << 16;
    /** What a decoder puts in the place of bytes that are not in its character set. */
    private static final char REPLACEMENT = '\uFFFD';

    private final String file;
    private final List<CsvColumn> columns;
    private final List<String> names;
    private final long[] lines;
    private final String sha256;

    private CsvTable(String file, List<CsvColumn> columns, long[] lines, String sha256) {
        this.file = file;
        this.sha256 = sha256;
        this.columns = columns;
        this.names = columns.stream().map(CsvColumn::name).toList();
        this.lines = lines;
    }

    /** The file's name without its folders. */
    String file() {
        return file;
    }

    /** The names in the order of the header. */
    List<String> names() {
        return names;
    }

    /** The digest of the file's bytes, in hexadecimal. */
    String sha256() {
        return sha256;
    }

    int rows() {
        return lines.length;
    }

    /** Row {@code row} (from 0) of a column, as a person finds it in the file. */
    String place(int row, String column) {
        return CsvColumn.place(file, row, lines[row], column);
    }

    /** The column of that name; {@code role} says in the message what asked for it. */
    CsvColumn column(String name, String role) {
        int index = names.indexOf(name);
        if (index < 0) {
            String near = NearName.of(name, names)
                    .map(n -> ": did you mean " + Text.quote(n) + "?")
                    .orElse(".");
            throw new InputException(role + ": " + file + " has no column " + Text.quote(name) + near
                    + " Its columns are " + list(names));
        }
        return columns.get(index);
    }

    static CsvTable read(Path path) {
        Path fileName = path.getFileName();
        String file = fileName == null ? path.toString() : fileName.toString();
        if (Files.isDirectory(path)) {
            throw new InputException("--data: " + path + " is a folder; name the CSV file in it");
        }
        if (!Files.exists(path)) {
            throw new InputException("--data: there is no file " + path + nearFile(path, file));
        }
        MessageDigest digest = sha256Digest();
        // Not Files.newInputStream, which asks a pipe for its position.
        try (InputStream in =
                new BufferedInputStream(new DigestInputStream(new FileInputStream(path.toFile()), digest), PEEK)) {
            in.mark(PEEK);
            byte[] head = in.readNBytes(PEEK);
            in.reset();
            char delimiter = delimiter(file, head);
            try (CsvReader<CsvRecord> records = reader(delimiter).ofCsvRecord(in)) {
                return read(file, records.iterator(), digest);
            }
        } catch (CsvParseException e) {
            Throwable cause = e.getCause();
            String reason = cause == null || cause.getMessage() == null ? e.getMessage() : cause.getMessage();
            throw new InputException("--data: " + file + " is not a CSV file that can be read: " + reason, e);
        } catch (IOException e) {
            throw new InputException("--data: cannot read " + path + ": " + reason(e), e);
        } catch (UncheckedIOException e) {
            throw new InputException("--data: cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    private static CsvTable read(String file, Iterator<CsvRecord> records, MessageDigest digest) {
        if (!records.hasNext()) {
            throw new InputException("--data: " + file + " is empty; its first line must name the columns");
        }
        List<CsvColumn> columns = header(file, records.next().getFields());
        long[] lines = new long[256];
        int rows = 0;
        while (records.hasNext()) {
            CsvRecord record = records.next();
            long line = record.getStartingLineNumber();
            if (record.getFieldCount() != columns.size()) {
                throw new InputException("--data: " + file + ", row " + (rows + 1) + " (line " + line + ") has "
                        + Text.count(record.getFieldCount(), "cell") + ", but the header names "
                        + Text.count(columns.size(), "column"));
            }
            for (int c = 0; c < columns.size(); c++) {
                columns.get(c).add(line, record.getField(c));
            }
            if (rows == lines.length) {
                lines = Arrays.copyOf(lines, Math.multiplyExact(rows, 2));
            }
            lines[rows++] = line;
        }
        if (rows == 0) {
            throw new InputException("--data: " + file + " has a header but no rows; there is nothing to fit");
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        return new CsvTable(file, columns, Arrays.copyOf(lines, rows), sha256);
    }

    private static List<CsvColumn> header(String file, List<String> cells) {
        List<CsvColumn> columns = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int numbers = 0;
        for (int c = 0; c < cells.size(); c++) {
            String name = cells.get(c).strip();
            if (name.isEmpty()) {
                throw new InputException("--data: " + file + ", header: column " + (c + 1)
                        + " has no name. Name it, or remove it if it only holds row names");
            }
            if (name.indexOf(REPLACEMENT) >= 0) {
                throw new InputException("--data: " + file + ", header: the name of column " + (c + 1)
                        + " is not UTF-8 text. Save the file as UTF-8");
            }
            if (!seen.add(name)) {
                throw new InputException("--data: " + file + ", header: two columns are named " + Text.quote(name)
                        + ". Give each its own name");
            }
            numbers += name.matches("[-+]?[0-9.]+([eE][-+]?[0-9]+)?") ? 1 : 0;
            columns.add(new CsvColumn(file, name));
        }
        if (numbers == cells.size()) {
            throw new InputException("--data: " + file + ": the first line must name the columns, but it holds only"
                    + " numbers (" + list(cells.stream().map(String::strip).toList()) + "). Add a header line");
        }
        return columns;
    }

    /** The delimiter that cuts the header into the most cells; a comma if all are alike. */
    private static char delimiter(String file, byte[] head) throws IOException {
        if (new String(head, StandardCharsets.ISO_8859_1).indexOf('\0') >= 0 && !startsWithUtf16Mark(head)) {
            throw new InputException("--data: " + file + " is not a text file (it holds zero bytes)");
        }
        char best = DELIMITERS[0];
        int mostCells = 0;
        for (char delimiter : DELIMITERS) {
            int cells = headerCells(head, delimiter);
            if (cells > mostCells) {
                best = delimiter;
                mostCells = cells;
            }
        }
        return best;
    }

    /** 0 if the header cannot be read so; if that holds for every delimiter, reading on with the comma says why. */
    private static int headerCells(byte[] head, char delimiter) throws IOException {
        try (CsvReader<CsvRecord> reader = reader(delimiter).ofCsvRecord(new ByteArrayInputStream(head))) {
            Iterator<CsvRecord> records = reader.iterator();
            return records.hasNext() ? records.next().getFieldCount() : 0;
        } catch (CsvParseException e) {
            return 0;
        }
    }

    private static boolean startsWithUtf16Mark(byte[] head) {
        return head.length >= 2
                && ((head[0] == (byte) 0xfe && head[1] == (byte) 0xff)
                        || (head[0] == (byte) 0xff && head[1] == (byte) 0xfe));
    }

    /** Cells are counted by {@link #read}, which can say where; the parser need not look. */
    private static CsvReader.CsvReaderBuilder reader(char delimiter) {
        return CsvReader.builder()
                .fieldSeparator(delimiter)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .trimWhitespacesAroundQuotes(true)
                .detectBomHeader(true);
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String nearFile(Path path, String file) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return folder == null ? "" : " (nor a folder " + folder + ")";
        }
        try (Stream<Path> there = Files.list(folder)) {
            List<String> names = there.map(p -> String.valueOf(p.getFileName())).toList();
            return NearName.of(file, names)
                    .map(n -> "; did you mean " + path.resolveSibling(n) + "?")
                    .orElse("");
        } catch (IOException | UncheckedIOException e) {
            return ""; // the folder cannot be listed; the message is true without the hint
        }
    }

    /** The names, or the first of them where there are many. */
    private static String list(List<String> names) {
        int shown = 20;
        String list = String.join(", ", names.subList(0, Math.min(shown, names.size())));
        return names.size() > shown ? list + ", … (" + names.size() + " in all)" : list;
    }

    /** The system's own words; where it gives only a file's name, what happened to it. */
    static String reason(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof java.nio.file.FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
