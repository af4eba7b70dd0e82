package io.github.elbo4j.bench.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.bench.kernels.MachineCode.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is read off machine code, and what follows for a GPU. */
class TableTest {
    /** A loop of four elements with a loop in it, then the branch to itself that ends a kernel, and padding. */
    private static final String LISTING = """
            	code for sm_90
            		Function : math_axpy
            	.headerflags	@"EF_CUDA_SM90"
                    /*0000*/                   LDC R1, c[0x0][0x28] ;                 /* 0x00000a00ff017b82 */
                                                                                      /* 0x000fe20000000800 */
                    /*0010*/                   S2R R7, SR_CTAID.X ;                   /* 0x0000000000077919 */
                    /*0020*/                   LDG.E.128 R8, desc[UR6][R12.64] ;      /* 0x0000000000000000 */
                    /*0030*/              @!P1 LDG.E.128 R4, desc[UR6][R14.64] ;      /* 0x0000000000000000 */
                    /*0040*/                   FFMA R8, R8, R2, R4 ;                  /* 0x0000000000000000 */
                    /*0050*/                   FFMA R9, R9, R2, R5 ;                  /* 0x0000000000000000 */
                    /*0060*/                   FADD R9, R9, R5 ;                      /* 0x0000000000000000 */
                    /*0070*/                   IADD3 R6, P1, R6, 0x4, RZ ;            /* 0x0000000000000000 */
                    /*0080*/               @P0 BRA 0x60 ;                             /* 0x0000000000000000 */
                    /*0090*/                   IMAD.MOV.U32 R7, RZ, RZ, R12 ;         /* 0x0000000000000000 */
                    /*00a0*/                   STG.E.128 desc[UR6][R14.64], R8 ;      /* 0x0000000000000000 */
                    /*00b0*/              @!P0 BRA 0x20 ;                             /* 0x0000000000000000 */
                    /*00c0*/                   EXIT ;                                 /* 0x0000000000000000 */
                    /*00d0*/                   BRA 0xd0;                              /* 0x0000000000000000 */
                    /*00e0*/                   NOP;                                   /* 0x0000000000000000 */
            		..........
            		Function : other
                    /*0000*/                   DFMA R8, R8, R2, R4 ;                  /* 0x0000000000000000 */
            """;

    @Test
    void instructionsAreCountedWholeByLoopAndWithoutInnerLoops() {
        Map<String, MachineCode> all = MachineCode.read(LISTING.lines().toList());
        assertThat(all.keySet()).containsExactly("math_axpy", "other");
        MachineCode axpy = all.get("math_axpy");
        assertThat(MachineCode.total(axpy.all())).isEqualTo(13);
        Map<Kind, Integer> outer = axpy.counts(axpy.outermost().orElseThrow());
        assertThat(outer)
                .isEqualTo(Map.of(
                        Kind.GLOBAL, 3, Kind.FFMA, 2, Kind.FLOAT, 1, Kind.ALU, 1, Kind.CONTROL, 2, Kind.OTHER, 1));
        assertThat(axpy.counts(axpy.innermost().orElseThrow()))
                .isEqualTo(Map.of(Kind.FLOAT, 1, Kind.ALU, 1, Kind.CONTROL, 1));
        assertThat(axpy.own(axpy.main().orElseThrow()))
                .isEqualTo(Map.of(Kind.GLOBAL, 3, Kind.FFMA, 2, Kind.CONTROL, 1, Kind.OTHER, 1));
        assertThat(all.get("other").all()).isEqualTo(Map.of(Kind.DOUBLE, 1));
        assertThat(all.get("other").loops()).isEmpty();
    }

    /** NVIDIA's occupancy calculator for compute capability 9.0. */
    @Test
    void blocksOfAMultiprocessor() {
        assertThat(Gpu.blocks(32, 0, 256)).isEqualTo(8); // 64 warps
        assertThat(Gpu.blocks(33, 0, 256)).isEqualTo(6); // 40 registers a thread
        assertThat(Gpu.blocks(64, 0, 256)).isEqualTo(4);
        assertThat(Gpu.blocks(128, 0, 256)).isEqualTo(2);
        assertThat(Gpu.blocks(32, 48 * 1024, 256)).isEqualTo(4); // 228 KiB
        assertThat(Gpu.blocks(32, 0, 32)).isEqualTo(32);
        assertThat(Gpu.occupancy(6, 256)).isEqualTo(0.75);
    }

    @Test
    void ceilings() {
        assertThat(Gpu.H100.ceiling(3.0e12, 0).us()).isEqualTo(1e6);
        assertThat(Gpu.H200.ceiling(4.3e12, 0).us()).isEqualTo(1e6);
        double second = 132 * 1.98e9; // cycles of all multiprocessors
        assertThat(Gpu.H100.ceiling(0, 2 * 128 * second).us()).isCloseTo(1e6, within(1e-3));
        Gpu.Ceiling integers = Gpu.H100.ceiling(1, Map.of(Kind.ALU, 3, Kind.FFMA, 2), 64 * second);
        assertThat(integers.us()).isCloseTo(3e6, within(1e-3));
        assertThat(integers.limit()).isEqualTo("integers and choices");
        Gpu.Ceiling issue = Gpu.H100.ceiling(1, Map.of(Kind.OTHER, 3), 128 * second);
        assertThat(issue.us()).isCloseTo(3e6, within(1e-3));
        assertThat(issue.limit()).isEqualTo("issue");
        assertThat(Gpu.H100.ceiling(1, Map.of(Kind.DOUBLE, 1), 64 * second).us())
                .isCloseTo(1e6, within(1e-3));
    }

    @Test
    void theTableHasALineAKernelAndItsMeasuredTime(@TempDir Path root) throws IOException {
        Path home = Files.createDirectories(root.resolve("bench/results")).getParent();
        Files.createDirectories(root.resolve("java/elbo4j/target/kernels"));
        Files.createDirectories(root.resolve("kernels"));
        Files.writeString(
                root.resolve("kernels/math.cu"),
                "extern \"C\" __global__ void __launch_bounds__(256) math_axpy(const MathAxpy p) {}\n"
                        + "extern \"C\" __global__ void __launch_bounds__(32) other(const Other p) {}\n");
        Files.writeString(
                root.resolve("java/elbo4j/target/kernels/resources-exact.txt"),
                "kernel architecture registers shared stack spill_stores spill_loads\n"
                        + "math_axpy sm_80 99 0 0 0 0\nmath_axpy sm_90 40 2048 0 0 0\n");
        Path sass = Files.writeString(root.resolve("listing.sass"), LISTING);
        // 2^26 elements of 12 bytes take 268.4 us at 3.0e12 bytes a second, of which 300 us are 89.5 %
        Files.writeString(home.resolve("results/kernels-h100.json"), """
                {"date": "2026-11-27T00:00:00Z", "device": "NVIDIA H100 80GB HBM3", "emulated": false, "size": "full",
                 "results": [{"operation": "math.axpy", "kernels": ["math_axpy"], "size": "67108864 elements",
                  "elements": 67108864.0, "bytes": 805306368.0, "flops": 134217728.0, "us": 300.0, "least": 299.0,
                  "greatest": 310.0, "bitsOfScalar": true}], "launches": {"an operation, one by one": 3.5}}
                """);
        int code = new CommandLine(new Table()).execute("--home", home.toString(), "--sass", sass.toString());
        assertThat(code).isZero();
        assertThat(Files.readString(home.resolve("results/kernels.md")).lines())
                .contains(
                        "| `math_axpy` | math.axpy: 67108864 elements | 67108864 | 12 | 0.750 (0.500) | 0 | 0.250 | outermost loop, an element "
                                + "| 13 | 40 | 2048 | 6 of 256 | 75 % | 268 | 187 | memory |",
                        "| `other` | not alone |  |  |  |  |  |  | 1 |  |  |  |  |  |  |  |",
                        "| math.axpy | 67108864 elements | math_axpy | 300 | 299 to 310 | 2684 | 447 | 268 | memory | 89.5 % | yes |",
                        "| an operation, one by one | 3.50 |");
    }
}
