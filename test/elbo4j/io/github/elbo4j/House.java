package io.github.elbo4j;

import io.github.elbo4j.device.ElboOps;
import io.github.elbo4j.device.ElementwiseOps;
import io.github.elbo4j.device.FullRankOps;
import io.github.elbo4j.device.FusedOps;
import io.github.elbo4j.device.GemmOps;
import io.github.elbo4j.device.GramOps;
import io.github.elbo4j.device.KlOps;
import io.github.elbo4j.device.LikelihoodOps;
import io.github.elbo4j.device.LowRankGradientOps;
import io.github.elbo4j.device.LowRankOps;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.MeanFieldOps;
import io.github.elbo4j.device.MixtureOps;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Operation;
import io.github.elbo4j.device.OptimizerOps;
import io.github.elbo4j.device.ReparamOps;
import io.github.elbo4j.device.ScanOps;
import io.github.elbo4j.device.ScoreOps;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the sources of this project lie, for tests that read them, and which operations there are. */
public final class House {
    /** What holds the operations of each kernel family; {@link ArgumentListsTest} compares it with the sources. */
    static final List<Class<?>> FAMILIES = List.of(
            NormalOps.class,
            MathOps.class,
            MeanFieldOps.class,
            FullRankOps.class,
            LowRankOps.class,
            LowRankGradientOps.class,
            KlOps.class,
            ElboOps.class,
            ScoreOps.class,
            ReparamOps.class,
            LikelihoodOps.class,
            GemmOps.class,
            GramOps.class,
            ScanOps.class,
            MixtureOps.class,
            OptimizerOps.class,
            FusedOps.class,
            ElementwiseOps.class);

    private House() {}

    /** The record of every operation of the library. */
    public static List<Class<?>> operations() {
        return FAMILIES.stream()
                .flatMap(family -> Stream.of(family.getDeclaredClasses()))
                .filter(Operation.class::isAssignableFrom)
                .toList();
    }

    /** The top folder: what Maven says, or the first folder with mvnw in it, upward from the working directory. */
    public static Path root() {
        String told = System.getProperty("elbo4j.root");
        if (told != null) {
            return Path.of(told);
        }
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("run inside the project, or with -Delbo4j.root=FOLDER");
        }
        return folder;
    }
}
