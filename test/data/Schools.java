import io.github.elbo4j.distribution.*;
import io.github.elbo4j.expr.*;
import io.github.elbo4j.model.Model;

public class Schools {
    static Model model(Table data) {
        return Model.define(m -> {
            Expr mu = m.parameter("mu", Normal.of(0, 5));
            Expr tau = m.parameter("tau", HalfCauchy.of(5));
            Plate schools = data.levels("school");
            Expr theta = m.parameter("theta", Normal.of(mu, tau).nonCentered(), schools);
            Expr effect = theta.at(data.index("school"));
            m.observe(data.column("y"), Normal.of(effect, data.column("sigma")));
        });
    }
}
