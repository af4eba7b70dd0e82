package io.github.elbo4j.bench.kernels;

import io.github.elbo4j.bench.kernels.MachineCode.Kind;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a GPU of compute capability 9.0 can do at most.
 *
 * @param bytesPerSecond as a copy was measured
 */
record Gpu(String name, double bytesPerSecond) {
    static final Gpu H100 = new Gpu("H100", 3.0e12);
    static final Gpu H200 = new Gpu("H200", 4.3e12);

    private static final double CYCLES = 1.98e9; // a second, boosted
    private static final int MULTIPROCESSORS = 132;
    private static final int LANES = 128; // of float32; as many instructions of a thread begin in a cycle
    private static final int HALF = 64; // of integers, of comparisons, of float64
    private static final int SPECIAL = 16;
    private static final int MEMORY = 32;

    private static final int REGISTERS = 65_536;
    private static final int SHARED = 228 * 1024;
    private static final int SHARED_RESERVED = 1024; // by the system, of each block
    private static final int WARPS = 64;
    private static final int BLOCKS = 32;
    private static final int WARP = 32;
    private static final int REGISTER_UNIT = 8; // of a thread

    /** A time, and what takes it. */
    record Ceiling(double us, String limit) {}

    /** What takes longest, of memory and of the units that {@code counts} instructions of a thread take, {@code passes} times. */
    Ceiling ceiling(double bytes, Map<Kind, Integer> counts, double passes) {
        Map<String, Double> times = new LinkedHashMap<>();
        times.put("memory", bytes / bytesPerSecond * 1e6);
        double us = passes / (MULTIPROCESSORS * CYCLES) * 1e6;
        int products = MachineCode.of(counts, Kind.FFMA, Kind.FLOAT, Kind.IMAD);
        times.put("float32", us * products / LANES);
        times.put("integer products", us * MachineCode.of(counts, Kind.IMAD) / HALF);
        times.put("integers and choices", us * MachineCode.of(counts, Kind.ALU) / HALF);
        times.put("float64", us * MachineCode.of(counts, Kind.DOUBLE) / HALF);
        times.put("special functions", us * MachineCode.of(counts, Kind.SPECIAL) / SPECIAL);
        times.put("loads and stores", us * MachineCode.of(counts, Kind.GLOBAL, Kind.SHARED) / MEMORY);
        times.put("issue", us * MachineCode.total(counts) / LANES);
        Map.Entry<String, Double> longest =
                times.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        return new Ceiling(longest.getValue(), longest.getKey());
    }

    /** Where the instructions are not known: memory, or the formula's operations as if all were multiplications with addition. */
    Ceiling ceiling(double bytes, double flops) {
        double memory = bytes / bytesPerSecond * 1e6;
        double arithmetic = flops / (2.0 * LANES * MULTIPROCESSORS * CYCLES) * 1e6;
        return memory > arithmetic ? new Ceiling(memory, "memory") : new Ceiling(arithmetic, "float32");
    }

    /** Blocks that a multiprocessor holds at once. */
    static int blocks(int registers, int shared, int threads) {
        int warps = (threads + WARP - 1) / WARP;
        int ofWarp = (registers + REGISTER_UNIT - 1) / REGISTER_UNIT * REGISTER_UNIT * WARP;
        // Registers are those of four quarters, each of which has whole warps.
        int byRegisters = REGISTERS / 4 / ofWarp * 4 / warps;
        int byShared = SHARED / (shared + SHARED_RESERVED);
        return Math.min(Math.min(byRegisters, byShared), Math.min(BLOCKS, WARPS / warps));
    }

    /** The share of the 64 warps of a multiprocessor that these blocks are. */
    static double occupancy(int blocks, int threads) {
        return blocks * ((threads + WARP - 1) / WARP) / (double) WARPS;
    }
}
