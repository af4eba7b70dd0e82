import io.github.elbo4j.distribution.*;
import io.github.elbo4j.expr.*;
import io.github.elbo4j.model.Model;

/** A mixed model: batches differ by a normal with the sd tau, samples of a batch by one with the sd sigma; both are weights. */
public class Dyestuff {
    static Model model(Table data) {
        return Model.define(m -> {
            Expr mu = m.weight("mu", Flat.real());
            Expr tau = m.weight("tau", Flat.positive());
            Expr u = m.parameter("u", Normal.of(Expr.of(0), tau), data.levels("batch"));
            Expr sigma = m.weight("sigma", Flat.positive());
            m.observe(data.column("yield"), Normal.of(u.at(data.index("batch")).plus(mu), sigma));
        });
    }
}
