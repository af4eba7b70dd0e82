package io.github.elbo4j.bench.kernels;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A kernel's instructions, as {@code cuobjdump -sass} lists them: how many of each kind, and where its loops are. */
final class MachineCode {
    private static final Pattern FUNCTION = Pattern.compile("\\s*Function : (\\S+)\\s*");
    private static final Pattern INSTRUCTION =
            Pattern.compile("\\s*/\\*([0-9a-f]{4,})\\*/\\s+(?:@!?\\w+ +)?([A-Z][A-Z0-9_.]*)([^;]*);.*");
    private static final Pattern TARGET = Pattern.compile("\\b0x([0-9a-f]+)\\s*$");

    private final List<Instruction> instructions = new ArrayList<>();

    /** Of which unit of a multiprocessor an instruction takes its time. */
    enum Kind {
        FFMA,
        /** FADD, FMUL. */
        FLOAT,
        /** DFMA, DADD, DMUL, and comparisons of float64. */
        DOUBLE,
        /** Integer products, which the multipliers of float32 make, at half their rate. */
        IMAD,
        /** Integer sums, shifts, logic; comparisons and choices, of float32 too. */
        ALU,
        /** 1/x, 1/√x, and conversions. */
        SPECIAL,
        /** LDG, STG, atomics, and local memory. */
        GLOBAL,
        /** LDS, STS, and shuffles. */
        SHARED,
        /** Branches, barriers. */
        CONTROL,
        /** Moves and constants. */
        OTHER
    }

    /** @param target of a branch; −1: none */
    private record Instruction(int address, Kind kind, int target) {}

    /** From the first instruction to the last, by address. */
    record Loop(int first, int last) {
        boolean has(int address) {
            return first <= address && address <= last;
        }

        boolean holds(Loop other) {
            return first <= other.first && other.last <= last && !equals(other);
        }
    }

    /** By the kernel's name; of every kernel in the listing. */
    static Map<String, MachineCode> read(List<String> lines) {
        Map<String, MachineCode> all = new LinkedHashMap<>();
        MachineCode now = new MachineCode();
        for (String line : lines) {
            Matcher function = FUNCTION.matcher(line);
            Matcher instruction = INSTRUCTION.matcher(line);
            if (function.matches()) {
                now = new MachineCode();
                all.put(function.group(1), now);
            } else if (instruction.matches()) {
                now.add(Integer.parseInt(instruction.group(1), 16), instruction.group(2), instruction.group(3));
            }
        }
        return all;
    }

    private void add(int address, String name, String operands) {
        String stem = name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
        if (stem.equals("NOP")) {
            return;
        }
        Matcher target = TARGET.matcher(operands);
        int to = stem.equals("BRA") && target.find() ? Integer.parseInt(target.group(1), 16) : -1;
        if (to != address) { // the end of each kernel is a branch to itself, behind the last exit
            instructions.add(new Instruction(address, kind(name, stem), to));
        }
    }

    private static Kind kind(String name, String stem) {
        if (name.startsWith("IMAD.MOV") || name.startsWith("HFMA2.MMA")) {
            return Kind.OTHER; // how constants are loaded and registers moved
        }
        return switch (stem) {
            case "FFMA" -> Kind.FFMA;
            case "FADD", "FMUL" -> Kind.FLOAT;
            case "DFMA", "DADD", "DMUL", "DSETP", "DMNMX" -> Kind.DOUBLE;
            case "IMAD" -> Kind.IMAD;
            case "IADD3",
                    "VIADD",
                    "IADD",
                    "LOP3",
                    "SHF",
                    "SHL",
                    "SHR",
                    "LEA",
                    "ISETP",
                    "IABS",
                    "IMNMX",
                    "VIMNMX",
                    "VIADDMNMX" -> Kind.ALU;
            case "PRMT", "SEL", "FSEL", "FSETP", "FMNMX", "FSET", "FCHK", "PLOP3", "LOP", "BMSK", "SGXT", "ICMP" ->
                Kind.ALU;
            case "MUFU", "F2F", "F2I", "I2F", "I2FP", "FRND", "POPC", "FLO", "REDUX" -> Kind.SPECIAL;
            case "LDG", "STG", "LD", "ST", "ATOM", "ATOMG", "RED", "REDG", "LDL", "STL" -> Kind.GLOBAL;
            case "LDS", "STS", "SHFL", "ATOMS", "LDSM" -> Kind.SHARED;
            case "BRA",
                    "BRX",
                    "EXIT",
                    "BAR",
                    "BSSY",
                    "BSYNC",
                    "CALL",
                    "RET",
                    "WARPSYNC",
                    "VOTE",
                    "ENDCOLLECTIVE",
                    "DEPBAR",
                    "JMP" -> Kind.CONTROL;
            case "YIELD", "BREAK", "MEMBAR", "ERRBAR", "CCTL", "NANOSLEEP", "BMOV", "WARPGROUP" -> Kind.CONTROL;
            default -> Kind.OTHER;
        };
    }

    /** Of the whole kernel, subroutines for rare operands included. */
    Map<Kind, Integer> all() {
        return counts(each -> true);
    }

    /** Of a loop, with the loops in it. */
    Map<Kind, Integer> counts(Loop loop) {
        return counts(loop::has);
    }

    private Map<Kind, Integer> counts(IntPredicate chosen) {
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        for (Instruction each : instructions) {
            if (chosen.test(each.address)) {
                counts.merge(each.kind, 1, Integer::sum);
            }
        }
        return counts;
    }

    static int of(Map<Kind, Integer> counts, Kind... kinds) {
        return Stream.of(kinds).mapToInt(kind -> counts.getOrDefault(kind, 0)).sum();
    }

    static int total(Map<Kind, Integer> counts) {
        return of(counts, Kind.values());
    }

    /** What a branch backward ends; loops with one beginning are one. */
    List<Loop> loops() {
        Map<Integer, Integer> ends = new LinkedHashMap<>();
        for (Instruction each : instructions) {
            if (each.target >= 0 && each.target < each.address) {
                ends.merge(each.target, each.address, Math::max);
            }
        }
        return ends.entrySet().stream()
                .map(end -> new Loop(end.getKey(), end.getValue()))
                .sorted(Comparator.comparingInt(Loop::first))
                .toList();
    }

    /** The loop whose own code, without that of loops in it, has the most multiplications with addition; else the most instructions. */
    Optional<Loop> main() {
        return loops().stream()
                .max(Comparator.<Loop>comparingInt(loop -> of(own(loop), Kind.FFMA, Kind.DOUBLE))
                        .thenComparingInt(loop -> total(own(loop))));
    }

    /** The instructions of a loop without those of the loops in it. */
    Map<Kind, Integer> own(Loop loop) {
        List<Loop> inside = loops().stream().filter(loop::holds).toList();
        return counts(each -> loop.has(each) && inside.stream().noneMatch(inner -> inner.has(each)));
    }

    /** The longest of those that no other holds. */
    Optional<Loop> outermost() {
        List<Loop> all = loops();
        return all.stream()
                .filter(loop -> all.stream().noneMatch(other -> other.holds(loop)))
                .max(Comparator.comparingInt(loop -> total(counts(loop))));
    }

    /** Of those that hold no other, that with the most instructions of float32 and float64. */
    Optional<Loop> innermost() {
        List<Loop> all = loops();
        return all.stream()
                .filter(loop -> all.stream().noneMatch(loop::holds))
                .max(Comparator.comparingInt(loop -> of(counts(loop), Kind.FFMA, Kind.FLOAT, Kind.DOUBLE)));
    }
}
