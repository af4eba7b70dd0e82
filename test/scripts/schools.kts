// Eight schools as a Kotlin script: kotlinc -script -cp JARS schools.kts
import io.github.elbo4j.Devices
import io.github.elbo4j.distribution.HalfCauchy
import io.github.elbo4j.distribution.Normal
import io.github.elbo4j.expr.Expr
import io.github.elbo4j.infer.VariationalMixture
import io.github.elbo4j.model.Model

val y = doubleArrayOf(28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0)
val sigma = doubleArrayOf(15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0)
val model = Model.define { m ->
    val mu = m.parameter("mu", Normal.of(0.0, 5.0))
    val tau = m.parameter("tau", HalfCauchy.of(5.0))
    val theta = m.parameter("theta", Normal.of(mu, tau).nonCentered(), y.size)
    m.observe(y, Normal.of(theta, Expr.data("sigma", *sigma)))
}
Devices.open("cpu").use { device ->
    model.logJoint(device).use { joint -> println(VariationalMixture().fit(device, joint)) }
}
