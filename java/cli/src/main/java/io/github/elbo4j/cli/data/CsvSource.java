package io.github.elbo4j.cli.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The records of a CSV file: unpacked if it is gzipped, its character set known from its byte order mark, its delimiter from
 * a first line {@code sep=;} or else from how the first lines can be cut. The file is read once, from front to back, so that
 * a pipe will do.
 */
final class CsvSource implements AutoCloseable {
    private static final char[] DELIMITERS = {',', ';', '\t', '|'};
    private static final int PEEK = 1 << 20;
    /** Rows that are looked at, besides the header, for the delimiter. */
    private static final int SAMPLE = 20;

    private static final Pattern SEPARATOR_LINE = Pattern.compile("\"?sep=([^\\w\"])\\1*\"?", Pattern.CASE_INSENSITIVE);
    /** More than any table has; the parser's own limits are for guarding servers. */
    private static final int MOST_FIELDS = 1 << 26;

    private static final int MOST_CHARACTERS = 1 << 30;

    private final InputStream raw;
    private final InputStream text;
    private final MessageDigest digest;
    private final long length; // of the text; 0 if that is not known
    private final boolean separatorLine;
    private final char delimiter;
    private final @Nullable CsvBlocks blocks; // null where characters are not those of ASCII and more
    private @Nullable Iterator<CsvRecord> records; // once the parser is at work
    private long before;

    private CsvSource(
            InputStream raw, InputStream text, long length, MessageDigest digest, Charset charset, byte[] start) {
        this.raw = raw;
        this.length = length;
        this.text = text;
        this.digest = digest;
        String words = new String(start, charset);
        String head = words.startsWith("\uFEFF") ? words.substring(1) : words;
        boolean whole = start.length < PEEK;
        int end = head.indexOf('\n');
        String first = end < 0 ? head : head.substring(0, end);
        Matcher separator = SEPARATOR_LINE.matcher(first.endsWith("\r") ? first.substring(0, end - 1) : first);
        separatorLine = separator.matches();
        // A cell that the end of the head cuts off would count wrong.
        int last = head.lastIndexOf('\n');
        delimiter = separatorLine
                ? separator.group(1).charAt(0)
                : delimiter(whole || last < 0 ? head : head.substring(0, last));
        boolean isPlain = charset.equals(StandardCharsets.UTF_8)
                && String.valueOf(DELIMITERS).indexOf(delimiter) >= 0;
        blocks = isPlain ? new CsvBlocks(text) : null;
    }

    /** @param progress told how many bytes of the file are read */
    static CsvSource open(Path path, String file, LongConsumer progress) throws IOException {
        MessageDigest digest = Digest.sha256();
        // Not Files.newInputStream, which asks a pipe for its position.
        InputStream bytes = new Counted(new FileInputStream(path.toFile()), progress);
        InputStream raw = new BufferedInputStream(new DigestInputStream(bytes, digest), PEEK);
        try {
            byte[] magic = peek(raw, 6);
            boolean gzip = startsWith(magic, 0x1f, 0x8b);
            refusePacked(file, magic);
            InputStream text = gzip ? new BufferedInputStream(new GZIPInputStream(new Members(raw)), PEEK) : raw;
            byte[] head = peek(text, PEEK);
            Charset charset = charset(head);
            if (charset.equals(StandardCharsets.UTF_8)
                    && new String(head, StandardCharsets.ISO_8859_1).indexOf('\0') >= 0) {
                throw new InputException("--data: " + file + " is not a text file (it holds zero bytes)");
            }
            long length = gzip || !Files.isRegularFile(path) ? 0 : Files.size(path);
            return new CsvSource(raw, text, length, digest, charset, head);
        } catch (EOFException | ZipException e) {
            raw.close();
            throw damaged(file, e);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    /** What is said of a gzip file that cannot be unpacked. */
    static InputException damaged(String file, IOException e) {
        return new InputException(
                "--data: " + file + " is a gzip file that is cut off or damaged: " + CsvTable.reason(e), e);
    }

    /** A comma unless the file says or shows otherwise. */
    char delimiter() {
        return delimiter;
    }

    /** The cells of the header; none if the file is empty. Faults come as {@link CsvParseException}. */
    List<String> header() throws IOException {
        byte[] head = blocks == null ? new byte[0] : blocks.begin();
        int begin = startsWith(head, 0xef, 0xbb, 0xbf) ? 3 : 0;
        for (int line = separatorLine ? 2 : 1; line > 0 && blocks != null; line--) {
            int end = begin;
            while (end < head.length && head[end] != '\n' && head[end] != '"' && head[end] != '\r') {
                end++;
            }
            int feed = end + 1 < head.length && head[end] == '\r' ? end + 1 : end;
            if (end == begin || feed >= head.length || head[feed] != '\n') {
                break; // the parser knows what to do
            }
            if (line == 1) {
                blocks.skip(feed + 1);
                before = separatorLine ? 2 : 1;
                return fields(new String(head, begin, end - begin, StandardCharsets.UTF_8));
            }
            begin = feed + 1;
        }
        records = records(blocks == null ? text : blocks.rest());
        if (separatorLine && records.hasNext()) {
            records.next();
        }
        return records.hasNext() ? records.next().getFields() : List.of();
    }

    private List<String> fields(String line) throws IOException {
        try (CsvReader<CsvRecord> reader = reader(delimiter, false).build(handler(), line)) {
            return reader.iterator().next().getFields();
        }
    }

    /**
     * The rows, after the header was asked for. Blocks of lines are taken apart at once, as far as no cell of theirs is quoted.
     *
     * @param decimal only numbers with a point are read so
     */
    void rows(CsvRows to, int columns, char decimal) throws IOException {
        if (records == null && blocks != null && decimal == '.') {
            inBlocks(blocks, to, columns);
        }
        if (records == null) {
            records = records(blocks == null ? text : blocks.rest());
        }
        to.add(records, before);
    }

    /** Takes blocks as long as none is unusual. */
    private void inBlocks(CsvBlocks from, CsvRows to, int columns) throws IOException {
        int most = Runtime.getRuntime().availableProcessors() + 1;
        long taken = 0;
        Deque<Task> tasks = new ArrayDeque<>();
        CsvBlock block = new CsvBlock(delimiter, columns);
        while (true) {
            boolean more = from.next(block);
            if (more) {
                tasks.add(new Task(block));
            }
            Task first = more && tasks.size() < most ? null : tasks.poll();
            if (first == null) {
                if (!more) {
                    return;
                }
                block = new CsvBlock(delimiter, columns);
                continue;
            }
            block = first.done();
            if (block.isUnusual()) {
                from.putBack(block);
                tasks.forEach(task -> from.putBack(task.done()));
                return;
            }
            taken += block.to();
            to.add(block, before, length == 0 ? 1 : Math.min(1, (double) taken / length));
            before += block.ends();
        }
    }

    /** A block that is taken apart by another thread, or by the one that needs it where no other has begun. */
    private static final class Task {
        private final CsvBlock block;
        private final AtomicBoolean isTaken = new AtomicBoolean();
        private final ForkJoinTask<?> other;

        Task(CsvBlock block) {
            this.block = block;
            other = ForkJoinTask.adapt(this::take).fork();
        }

        private boolean take() {
            boolean isFirst = isTaken.compareAndSet(false, true);
            if (isFirst) {
                block.run();
            }
            return isFirst;
        }

        CsvBlock done() {
            if (!take()) {
                other.join();
            }
            return block;
        }
    }

    /** Lines before the first of the records that the parser counts. */
    long before() {
        return before;
    }

    private Iterator<CsvRecord> records(InputStream from) throws IOException {
        return reader(delimiter, false).build(handler(), from).iterator();
    }

    /** The digest of the file's bytes, as they are, in hexadecimal; after all records were read. */
    String digest() throws IOException {
        raw.transferTo(OutputStream.nullOutputStream());
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() throws IOException {
        text.close();
    }

    /**
     * Of the delimiters that cut the next rows into as many cells as the header, the one that makes the most. Where two make
     * as many it is not the comma, which also stands in names and numbers.
     */
    private static char delimiter(String head) {
        char best = DELIMITERS[0];
        int bestScore = 0;
        for (char delimiter : DELIMITERS) {
            int score = score(head, delimiter);
            if (score > bestScore || (score == bestScore && score > MOST_FIELDS)) {
                best = delimiter;
                bestScore = score;
            }
        }
        return best;
    }

    /** The header's cells, and more than any header has where the next rows agree. */
    private static int score(String head, char delimiter) {
        int cells = 0;
        try (CsvReader<CsvRecord> reader = reader(delimiter, true).build(handler(), head)) {
            Iterator<CsvRecord> records = reader.iterator();
            cells = records.hasNext() ? records.next().getFieldCount() : 0;
            for (int row = 0; row < SAMPLE && records.hasNext(); row++) {
                CsvRecord record = records.next();
                boolean trailing = record.getFieldCount() == cells + 1
                        && record.getField(cells).isBlank();
                if (record.getFieldCount() != cells && !trailing) {
                    return cells;
                }
            }
            return cells > 1 ? cells + MOST_FIELDS : cells;
        } catch (CsvParseException | IOException e) {
            return cells; // reading on with the delimiter that is chosen says why
        }
    }

    /** Cells are counted by {@link CsvTable}, which can say where; the parser need not look. */
    private static CsvReader.CsvReaderBuilder reader(char delimiter, boolean unclosedQuote) {
        return CsvReader.builder()
                .fieldSeparator(delimiter)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .trimWhitespacesAroundQuotes(true)
                .allowUnclosedQuote(unclosedQuote)
                .detectBomHeader(true);
    }

    private static CsvRecordHandler handler() {
        return CsvRecordHandler.of(limits -> limits.maxFields(MOST_FIELDS).maxRecordSize(MOST_CHARACTERS));
    }

    private static Charset charset(byte[] head) {
        if (startsWith(head, 0xfe, 0xff)) {
            return StandardCharsets.UTF_16BE;
        }
        return startsWith(head, 0xff, 0xfe) ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
    }

    private static void refusePacked(String file, byte[] magic) {
        String what = startsWith(magic, 'P', 'K', 3, 4)
                ? "a zip archive (workbooks, .xlsx, are such too): unpack it, or save the sheet as CSV"
                : startsWith(magic, 'B', 'Z', 'h')
                        ? "packed with bzip2: unpack it"
                        : startsWith(magic, 0xfd, '7', 'z', 'X', 'Z')
                                ? "packed with xz: unpack it"
                                : startsWith(magic, 0x28, 0xb5, 0x2f, 0xfd)
                                        ? "packed with zstd: unpack it"
                                        : startsWith(magic, 0x93, 'N', 'U', 'M', 'P', 'Y')
                                                ? "a NumPy array: give it a name that ends in .npy"
                                                : "";
        if (!what.isEmpty()) {
            throw new InputException(
                    "--data: " + file + " is not a text file but " + what + " (gzip is read as it is)");
        }
    }

    private static boolean startsWith(byte[] bytes, int... start) {
        byte[] wanted = new byte[start.length];
        for (int i = 0; i < start.length; i++) {
            wanted[i] = (byte) start[i];
        }
        return bytes.length >= start.length && Arrays.equals(wanted, Arrays.copyOf(bytes, start.length));
    }

    private static byte[] peek(InputStream in, int bytes) throws IOException {
        in.mark(bytes);
        byte[] head = in.readNBytes(bytes);
        in.reset();
        return head;
    }

    /** Tells how many bytes were read. */
    static final class Counted extends FilterInputStream {
        private final LongConsumer progress;
        private long count;

        Counted(InputStream in, LongConsumer progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int n = in.read(into, from, length);
            if (n > 0) {
                count += n;
                progress.accept(count);
            }
            return n;
        }
    }

    /**
     * A gzip file may be several, one after the other. Java's reader takes nothing to be there where {@code available}
     * is 0, as it may be for a pipe, and would silently lose the rest.
     */
    private static final class Members extends FilterInputStream {
        Members(InputStream in) {
            super(in);
        }

        @Override
        public int available() throws IOException {
            in.mark(1);
            int next = in.read();
            in.reset();
            return next < 0 ? 0 : Math.max(1, in.available());
        }
    }
}
