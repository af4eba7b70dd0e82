package io.github.elbo4j.cuda;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.Signature;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Which operations of a program must have ended before another begins: those before it that write what it reads or writes, and those
 * that read what it writes. All others may run at the same time, which a small operation leaves much of a GPU for. A buffer
 * is one thing here, whichever parts of it two operations see.
 */
final class Dependencies {
    /** Since an operation wrote it. */
    private static final class Use {
        int writer = -1;
        final List<Integer> readers = new ArrayList<>();
    }

    private final IdentityHashMap<Object, Use> uses = new IdentityHashMap<>();
    private final List<BitSet> before = new ArrayList<>(); // of each: all that have ended when it begins

    /**
     * Adds an operation, whose number is how many were added before it.
     *
     * @param shared what it writes besides its buffers
     * @return the numbers of those that it waits for, without those that one of these waits for itself
     */
    List<Integer> add(Operation operation, List<?> shared) {
        int number = before.size();
        BitSet waits = new BitSet();
        for (Signature.Argument argument : operation.signature().arguments()) {
            if (argument.access() == Signature.Access.READS) {
                reads(argument.buffer(), number, waits);
            }
        }
        for (Signature.Argument argument : operation.signature().arguments()) {
            if (argument.access() != Signature.Access.READS) {
                writes(argument.buffer(), number, waits);
            }
        }
        shared.forEach(thing -> writes(thing, number, waits));
        waits.clear(number);
        List<Integer> last = new ArrayList<>();
        BitSet all = new BitSet();
        for (int i = waits.previousSetBit(number); i >= 0; i = waits.previousSetBit(i - 1)) {
            if (!all.get(i)) {
                last.add(i);
                all.set(i);
                all.or(before.get(i));
            }
        }
        before.add(all);
        return last;
    }

    private void reads(Buffer buffer, int number, BitSet waits) {
        Use use = uses.computeIfAbsent(buffer, b -> new Use());
        if (use.writer >= 0) {
            waits.set(use.writer);
        }
        use.readers.add(number);
    }

    private void writes(Object thing, int number, BitSet waits) {
        Use use = uses.computeIfAbsent(thing, b -> new Use());
        if (use.writer >= 0) {
            waits.set(use.writer);
        }
        use.readers.forEach(waits::set);
        use.writer = number;
        use.readers.clear();
    }
}
