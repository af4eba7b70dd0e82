package io.github.elbo4j.bench.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.Devices;
import io.github.elbo4j.bench.verdicts.Posterior.Reference;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.model.GradientCheck;
import io.github.elbo4j.model.LogJoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/**
 * Each {@link WrittenModels model} on a device, in float32, against the log-joint by hand, in float64: log p with every constant, and
 * its gradient, within {@link Float32Bound}, at {@value #POINTS} points within an sd of the reference. The data are in
 * test/data/posteriordb; those of diamonds, too large to be there, only if {@code -Delbo4j.posteriors=DIR} has them, else it has some
 * that are made here.
 */
class WrittenModelsTest {
    static final Path FOLDER = Path.of(System.getProperty("elbo4j.root", "..")).resolve("test/data/posteriordb");
    private static final int POINTS = 10;

    /** By name. */
    private static Map<String, Posterior> posteriors() {
        Map<String, Posterior> all = new LinkedHashMap<>();
        List<Path> folders = new ArrayList<>(List.of(FOLDER));
        String more = System.getProperty("elbo4j.posteriors");
        if (more == null) {
            System.out.println("the data of diamonds are not here: -Delbo4j.posteriors=DIR gives the folder");
        } else {
            folders.add(Path.of(more));
        }
        for (Path folder : folders) {
            Posterior.of(folder, ModelTarget::of).forEach(posterior -> all.put(posterior.name(), posterior));
        }
        return all;
    }

    @Test
    void logJointsAndGradientsAreThoseByHand() {
        Map<String, Posterior> all = posteriors();
        assertThat(all).hasSizeGreaterThanOrEqualTo(15);
        try (Device device = Devices.open("scalar")) {
            for (Posterior posterior : all.values()) {
                ModelTarget target = (ModelTarget) posterior.target();
                compare(posterior.name(), target, device, points(posterior, target));
            }
            ModelTarget diamonds = ModelTarget.of("diamonds", ModelsTest.data("diamonds"));
            double[][] points = new double[POINTS][];
            for (int s = 0; s < POINTS; s++) {
                points[s] = Arrays.stream(ModelsTest.point(diamonds, s))
                        .map(x -> (float) x)
                        .toArray();
            }
            compare("diamonds of other data", diamonds, device, points);
        }
    }

    private static void compare(String name, ModelTarget target, Device device, double[][] points) {
        int dimensions = target.coordinates().size();
        float[] z = new float[POINTS * dimensions];
        for (int i = 0; i < z.length; i++) {
            z[i] = (float) points[i / dimensions][i % dimensions];
        }
        DrawBlock shape = DrawBlock.of(1, POINTS, dimensions);
        try (LogJoint joint = target.toLogJoint(device, new LongAdder());
                Buffer draws = device.copyOf(z);
                Buffer logP = device.allocate(ElementType.FLOAT64, POINTS);
                Buffer slopes = device.allocate(z.length)) {
            joint.evaluate(shape, draws, logP, slopes);
            double[] got = logP.toDoubles();
            float[] gradient = slopes.toFloats();
            double[] want = new double[dimensions];
            for (int s = 0; s < POINTS; s++) {
                double value = target.function().evaluate(points[s], want);
                Float32Bound bound = new Float32Bound(target.written(), points[s]);
                close(name + ", log p", got[s], value, bound.ofLogP());
                for (int d = 0; d < dimensions; d++) {
                    close(
                            name + ", gradient by " + target.coordinates().get(d),
                            gradient[s * dimensions + d],
                            want[d],
                            bound.ofGradient(d));
                }
            }
            GradientCheck.Report report = GradientCheck.check(device, joint, points[0]);
            assertThat(report.passed()).as(name + ": " + report.message()).isTrue();
        }
    }

    private static void close(String what, double got, double want, double tolerance) {
        boolean close = Math.abs(got - want) <= tolerance;
        assertThat(close)
                .as("%s: %s, by hand %s ± %s", what, got, want, tolerance)
                .isTrue();
    }

    /** Each parameter uniform within an sd of its mean, as coordinates that are exact in float32. */
    private static double[][] points(Posterior posterior, ModelTarget target) {
        Random random = new Random(posterior.name().hashCode());
        double[][] points = new double[POINTS][];
        for (int s = 0; s < POINTS; s++) {
            Map<String, Double> at = new HashMap<>();
            posterior.reference().forEach((name, is) -> at.put(name, near(is, random)));
            points[s] = target.coordinates().stream()
                    .mapToDouble(name -> (float) coordinate(name, at))
                    .toArray();
        }
        return points;
    }

    private static double near(Reference reference, Random random) {
        // tau of the schools has an sd of its mean's size
        return reference.mean()
                + Math.min(reference.sd(), 0.9 * Math.abs(reference.mean())) * (2 * random.nextDouble() - 1);
    }

    /** The inverse of what {@link Target#coordinates} names. */
    private static double coordinate(String name, Map<String, Double> at) {
        if (name.equals("log(mu[2] - mu[1])")) {
            return Math.log(at.get("mu[2]") - at.get("mu[1]"));
        }
        if (name.equals("logit theta")) {
            return Math.log(at.get("theta") / (1 - at.get("theta")));
        }
        if (name.startsWith("t[")) {
            return (at.get("theta" + name.substring(1)) - at.get("mu")) / at.get("tau");
        }
        return name.startsWith("log ") ? Math.log(at.get(name.substring(4))) : at.get(name);
    }

    /** The model's own expressions give the parameters that are given by hand. */
    @Test
    void parametersAreThoseByHand() {
        for (Posterior posterior : posteriors().values()) {
            ModelTarget target = (ModelTarget) posterior.target();
            assertThat(target.parameters())
                    .containsAll(posterior.reference().keySet())
                    .containsExactlyInAnyOrderElementsOf(target.byHand().parameters());
            double[] z = points(posterior, target)[0];
            double[] got = new double[target.parameters().size()];
            double[] want = new double[got.length];
            target.parametersAt(z, got);
            target.byHand().parametersAt(target.byHand(z), want);
            for (int i = 0; i < got.length; i++) {
                String name = target.parameters().get(i);
                double expected = want[target.byHand().parameters().indexOf(name)];
                close(posterior.name() + ", " + name, got[i], expected, 1e-12 * (1 + Math.abs(expected)));
            }
        }
    }

    @Test
    void whatIsFromPosteriordbComesWithItsLicence() throws Exception {
        assertThat(Files.readString(FOLDER.resolve("LICENSE"))).contains("Stan Developers", "Redistribution and use");
    }
}
