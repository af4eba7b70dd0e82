package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.verdicts.Tape.Variable;
import io.github.elbo4j.device.Device;
import io.github.elbo4j.expr.Expr;
import io.github.elbo4j.model.LogJoint;
import io.github.elbo4j.model.Model;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A {@link Model} in place of a log-joint by hand, which says in float64 what the model's should be. */
final class ModelTarget implements Target {
    private final WrittenModels written;
    private final Target byHand;
    /** Which of the model's coordinates is the i-th of those by hand. */
    private final int[] place;

    private final List<String> parameters;

    private ModelTarget(WrittenModels written, Target byHand, int[] place) {
        this.written = written;
        this.byHand = byHand;
        this.place = place;
        Model model = written.model();
        this.parameters = model.names().stream()
                .flatMap(name -> model.elementNames(name).stream())
                .toList();
    }

    static ModelTarget of(String model, Data data) {
        Target byHand = Models.of(model, data);
        int count = byHand.coordinates().size();
        int[] place = new int[count];
        // By hand, the eight effects come first; in a model what they depend on does.
        int shift = model.startsWith("eight_schools") ? 2 : 0;
        for (int i = 0; i < count; i++) {
            place[i] = (i + shift) % count;
        }
        return new ModelTarget(WrittenModels.of(model, data), byHand, place);
    }

    WrittenModels written() {
        return written;
    }

    Target byHand() {
        return byHand;
    }

    /** The coordinates by hand. */
    double[] byHand(double[] z) {
        double[] at = new double[z.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = z[place[i]];
        }
        return at;
    }

    @Override
    public List<String> coordinates() {
        String[] names = new String[place.length];
        for (int i = 0; i < names.length; i++) {
            names[place[i]] = byHand.coordinates().get(i);
        }
        return List.of(names);
    }

    @Override
    public Variable logDensity(Tape tape, Variable[] z) {
        Variable[] at = new Variable[z.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = z[place[i]];
        }
        return byHand.logDensity(tape, at);
    }

    @Override
    public List<String> parameters() {
        return parameters;
    }

    /** By the model's expressions. */
    @Override
    public void parametersAt(double[] z, double[] out) {
        int i = 0;
        for (Expr value : written.values()) {
            for (double element : value.value(z)) {
                out[i++] = element;
            }
        }
    }

    @Override
    public LogJoint toLogJoint(Device device, LongAdder evaluations) {
        return written.model().logJoint(device);
    }
}
