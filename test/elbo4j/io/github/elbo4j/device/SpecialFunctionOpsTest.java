package io.github.elbo4j.device;

import static io.github.elbo4j.device.MathOpsTest.assertEdges;
import static io.github.elbo4j.device.MathOpsTest.assertFunction;

import io.github.elbo4j.EveryDevice;
import io.github.elbo4j.device.MathOps.Function;
import io.github.elbo4j.scalar.SpecialFunctions;
import org.apache.commons.numbers.gamma.Erf;

/** The functions of {@link MathOps} that are roots, and those that models of counts and of thresholds need. */
class SpecialFunctionOpsTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    /** The tolerances are the errors that DetMath and DetSpecial document, in ulp of the result. */
    @EveryDevice
    void functionsAreWithinTheirDocumentedErrors(Device device) {
        assertFunction(device, Function.SQRT, Math::sqrt, 0.5, 1e-6, 50);
        assertFunction(device, Function.EXPM1, Math::expm1, 1.5, -20, 20);
        assertFunction(device, Function.LOG_GAMMA, SpecialFunctions::logGamma, 2.45, 1e-6, 50);
        assertFunction(device, Function.LOG_GAMMA, SpecialFunctions::logGamma, 2.45, 0.5, 3);
        assertFunction(device, Function.DIGAMMA, SpecialFunctions::digamma, 2.35, 1e-6, 50);
        assertFunction(device, Function.DIGAMMA, SpecialFunctions::digamma, 2.35, 0.5, 3);
        assertFunction(device, Function.TRIGAMMA, SpecialFunctions::trigamma, 2.15, 1e-6, 5);
        assertFunction(device, Function.LOG_NORMAL_CDF, SpecialFunctions::logNormalCdf, 2.40, -40, 14);
        assertFunction(device, Function.INVERSE_MILLS, SpecialFunctions::inverseMills, 2.47, -40, 14);
        assertFunction(device, Function.ERF, Erf::value, 1.12, -4, 4);
    }

    @EveryDevice
    void functionsHaveTheRightEdges(Device device) {
        float[] ends = {NAN, INF, -INF, 0f, -0f};
        assertEdges(device, Function.SQRT, ends, NAN, INF, NAN, 0, -0f);
        assertEdges(device, Function.EXPM1, ends, NAN, INF, -1, 0, -0f);
        assertEdges(device, Function.LOG_GAMMA, ends, NAN, INF, NAN, INF, INF);
        assertEdges(device, Function.LOG_GAMMA, new float[] {-1e-45f, -3.5f, 1, 2, 1e37f}, NAN, NAN, 0, 0, INF);
        assertEdges(device, Function.DIGAMMA, ends, NAN, INF, NAN, -INF, INF);
        assertEdges(device, Function.DIGAMMA, new float[] {-1e-45f, -3.5f, 1e-45f}, NAN, NAN, -INF);
        assertEdges(device, Function.TRIGAMMA, ends, NAN, 0, NAN, INF, INF);
        assertEdges(device, Function.TRIGAMMA, new float[] {-1e-45f, -3.5f, 1e-20f}, NAN, NAN, INF);
        float half = (float) Math.log(0.5);
        assertEdges(device, Function.LOG_NORMAL_CDF, ends, NAN, 0, -INF, half, half);
        assertEdges(device, Function.LOG_NORMAL_CDF, new float[] {-1e38f, 1e38f, -4e18f}, -INF, 0, -8e36f);
        float mean = (float) Math.sqrt(2 / Math.PI);
        assertEdges(device, Function.INVERSE_MILLS, ends, NAN, 0, INF, mean, mean);
        assertEdges(device, Function.INVERSE_MILLS, new float[] {-1e38f, 1e38f}, 1e38f, 0);
        assertEdges(device, Function.ERF, ends, NAN, 1, -1, 0, -0f);
        assertEdges(device, Function.ERF, new float[] {5, -5, 1e-45f}, 1, -1, 1e-45f);
    }
}
