package io.github.elbo4j.model;

import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.Index;
import io.github.elbo4j.device.Key;
import io.github.elbo4j.device.MathOps;
import io.github.elbo4j.device.Matrix;
import io.github.elbo4j.device.NormalOps;
import io.github.elbo4j.device.Recorder;
import io.github.elbo4j.device.internal.Interrupts;
import io.github.elbo4j.distribution.Latent;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.expr.Joint;
import io.github.elbo4j.expr.Parameters;
import io.github.elbo4j.expr.Translation;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Draws of a model's coordinates z from the priors of its parameters, on a device. Every draw is a pure function of the key and
 * of its address, the step and the number of the draw there; the same bits on every device.
 *
 * <p>Drawn on the device, from its standard normals: {@code Normal}, {@code LogNormal}, {@code HalfNormal}, {@code Exponential},
 * {@code Laplace}, {@code Logistic}, {@code Uniform}, {@code Cauchy}, {@code HalfCauchy} and {@code MultivariateNormal}, and
 * their {@code nonCentered()}. All others are drawn on the host, in float64 by all processors, and with them the parameters that
 * they depend on; coordinates go to the device rounded to float32.
 *
 * <p>It is for one thread at a time.
 */
public final class PriorDraws implements AutoCloseable {
    private final Device device;
    private final int dimensions;
    private final int width;
    private final List<Hosted> hosted = new ArrayList<>();
    private final int hostedSize; // coordinates of all of them
    private final List<Made> made = new ArrayList<>();
    private final Translation translation;
    private float[] block = {}; // of draws of the host, one block after the other

    /** Drawn on the host. */
    private record Hosted(String name, Latent latent) {
        int size() {
            return latent.coordinates().size();
        }
    }

    /** Made on the device, of what stands at the places of these coordinates before. */
    private record Made(Expr coordinates, int offset) {}

    /** @throws IllegalArgumentException if a prior is improper, so that nothing can be drawn from it */
    PriorDraws(Device device, Model model) {
        this.device = device;
        dimensions = model.dimensions();
        Parameters all = new Parameters(); // z, and further normals beside it
        all.add("z", dimensions);
        Map<String, Expr> formulas = formulas(model, all);
        model.latents().forEach((name, latent) -> {
            Expr formula = formulas.get(name);
            if (formula == null) {
                hosted.add(new Hosted(name, latent));
            } else if (formula != latent.coordinates()) {
                made.add(new Made(formula, latent.offset()));
            }
        });
        width = all.dimensions();
        hostedSize = hosted.stream().mapToInt(Hosted::size).sum();
        tryOut(model);
        translation = new Translation(device, new Joint(new Parameters(), List.of()), 0);
    }

    /** Of the parameters that are drawn on the device: those that have one, and that none of the host depends on. */
    private static Map<String, Expr> formulas(Model model, Parameters all) {
        IdentityHashMap<Expr, String> names = new IdentityHashMap<>();
        model.latents().forEach((name, latent) -> names.put(latent.coordinates(), name));
        Map<String, Expr> formulas = new LinkedHashMap<>();
        model.latents().forEach((name, latent) -> {
            Expr formula = latent.ofNormals(extents -> all.add("normals of " + name, extents));
            if (formula != null) {
                formulas.put(name, formula);
            }
        });
        List<Map.Entry<String, Latent>> last = new ArrayList<>(model.latents().entrySet());
        for (int i = last.size() - 1; i >= 0; i--) { // a prior depends on what comes before it
            if (!formulas.containsKey(last.get(i).getKey())) {
                last.get(i).getValue().logDensity().parameters().forEach(on -> formulas.remove(names.get(on)));
            }
        }
        return formulas;
    }

    /** An improper prior is refused before anything is computed. */
    private void tryOut(Model model) {
        for (Hosted each : hosted) {
            try {
                each.latent.draw(model.start(), new SplittableRandom(0));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("parameter " + each.name + ": " + e.getMessage(), e);
            }
        }
    }

    public Device device() {
        return device;
    }

    /** D. */
    public int dimensions() {
        return dimensions;
    }

    /** About how many floats {@link #record} takes for a draw, besides z. */
    public int floatsPerDraw() {
        return width + 2 * dimensions;
    }

    /**
     * Records operations that draw.
     *
     * @param shape of one problem
     * @param z [S][D], written
     */
    public void record(Recorder to, Key key, Index step, DrawBlock shape, Buffer z) {
        if (shape.problems() != 1 || shape.dimensions() != dimensions) {
            throw new IllegalArgumentException("the block has " + shape.problems() + " problems of "
                    + shape.dimensions() + " dimensions, but must have 1 of " + dimensions);
        }
        int draws = shape.draws();
        Buffer all = width == dimensions ? z : to.scratch((long) draws * width);
        DrawBlock wide = new DrawBlock(1, draws, width, 0, shape.firstDraw(), 0);
        to.run(new NormalOps.Normal(key.fork("normals"), step, wide, all));
        if (!hosted.isEmpty()) {
            recordHosted(to, key, step, shape, all);
        }
        for (Made each : made) {
            int size = each.coordinates.size();
            Buffer part = to.scratch((long) draws * size); // [size][S]
            translation.recordColumns(to, List.of(each.coordinates), wide, all, part);
            to.run(new MathOps.Scale(
                    1, Matrix.of(part, size, draws).transposed(), false, columns(all, draws, each.offset, size)));
        }
        if (all != z) {
            to.run(new MathOps.Scale(1, columns(all, draws, 0, dimensions), false, Matrix.of(z, draws, dimensions)));
        }
    }

    private Matrix columns(Buffer all, int draws, int from, int count) {
        return new Matrix(all, from, draws, count, width, 1);
    }

    private void recordHosted(Recorder to, Key key, Index step, DrawBlock shape, Buffer all) {
        int draws = shape.draws();
        int length = Math.multiplyExact(draws, hostedSize); // [S][hostedSize]
        if (block.length < length) {
            block = new float[length];
        }
        Buffer uploaded = to.scratch(length);
        List<Key> keys =
                hosted.stream().map(each -> key.fork("parameter " + each.name)).toList();
        to.call("draws from the prior", () -> {
            draw(keys, "step " + step.now() + ", draw ", shape, block);
            uploaded.write(0, block, 0, length);
        });
        int from = 0;
        for (Hosted each : hosted) {
            Matrix own = new Matrix(uploaded, from, draws, each.size(), hostedSize, 1);
            to.run(new MathOps.Scale(1, own, false, columns(all, draws, each.latent.offset(), each.size())));
            from += each.size();
        }
    }

    private void draw(List<Key> keys, String address, DrawBlock shape, float[] values) {
        Thread caller = Thread.currentThread(); // the others are not interrupted with it
        IntStream.range(0, shape.draws()).parallel().forEach(s -> {
            if (caller.isInterrupted()) {
                return;
            }
            double[] z = new double[dimensions];
            int at = s * hostedSize;
            for (int k = 0; k < keys.size(); k++) {
                Key own = keys.get(k).fork(address + (shape.firstDraw() + s));
                Latent latent = hosted.get(k).latent;
                latent.draw(z, new SplittableRandom(own.seed()));
                for (int i = 0; i < hosted.get(k).size(); i++) {
                    values[at++] = (float) z[latent.offset() + i];
                }
            }
        });
        Interrupts.check();
    }

    @Override
    public void close() {
        translation.close();
    }
}
