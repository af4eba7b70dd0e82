package io.github.elbo4j.cli.view;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A stream of this process that keeps its first failure: {@link java.io.PrintWriter} does not give it. */
public final class Output extends OutputStream {
    private final OutputStream stream;
    private @Nullable IOException failure;

    public Output(FileDescriptor descriptor) {
        this(new FileOutputStream(descriptor));
    }

    public Output(OutputStream stream) {
        this.stream = stream;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try {
            stream.write(bytes, from, count);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /** What went wrong first; null if all that was written has arrived. */
    @Nullable
    public IOException failure() {
        return failure;
    }

    /** Whether the reader has closed the stream, as {@code head} does: that is not an error. */
    public boolean readerIsGone() {
        return failure != null
                && String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
    }
}
