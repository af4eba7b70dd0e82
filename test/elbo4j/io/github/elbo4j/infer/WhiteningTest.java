package io.github.elbo4j.infer;

import static io.github.elbo4j.Numbers.close;
import static io.github.elbo4j.Numbers.normals;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.Buffer;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.device.DrawBlock;
import io.github.elbo4j.device.ElementType;
import io.github.elbo4j.model.HostLogJoint;
import io.github.elbo4j.model.LogJoint;
import java.util.List;

class WhiteningTest {
    /** {@code log p(m + C·u) + log|C|}, kept in float64: at 1e10 float32 has steps of 1024. */
    @EveryDevice
    void aWhitenedLogDensityKeepsItsDifferences(Device device) {
        double constant = 1e10;
        LogJoint joint = HostLogJoint.ofDraw(List.of("a", "b"), (z, g) -> {
            g[0] = -z[0];
            g[1] = -z[1];
            return constant - (z[0] * z[0] + z[1] * z[1]) / 2;
        });
        // the q of z with mean (1, −2) and factor ((e^0.5, 0), (3, e^−7)); all of it exact in float32 or rounded once
        float[] q = {1, -2, 0.5f, 0, 3, -7};
        float[] u = normals(1, 2 * 70);
        DrawBlock shape = DrawBlock.of(1, 70, 2);
        try (Whitening whitening = new Whitening(device, new double[2]);
                LogJoint whitened = whitening.wrap(joint);
                Buffer draws = device.copyOf(u);
                Buffer logP = device.allocate(ElementType.FLOAT64, 70);
                Buffer gradient = device.allocate(140)) {
            for (boolean moved : new boolean[] {false, true}) {
                if (moved) {
                    whitening.moveTo(q);
                }
                whitened.evaluate(shape, draws, logP, gradient);
                double[] got = logP.toDoubles();
                for (int s = 0; s < 70; s++) {
                    double a = moved ? 1 + Math.exp(0.5) * u[2 * s] : u[2 * s];
                    double b = moved ? -2 + 3 * u[2 * s] + Math.exp(-7) * u[2 * s + 1] : u[2 * s + 1];
                    double want = (moved ? 0.5 - 7 : 0) - (a * a + b * b) / 2;
                    // z is float32: some roundings of numbers up to 12, times z; float64 has steps of 2e-6 here
                    close("log p", got[s] - constant, want, 1e-5 + 12 * 12 * 5 * 0x1p-24);
                }
            }
        }
    }
}
