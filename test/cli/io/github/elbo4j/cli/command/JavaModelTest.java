package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.elbo4j.cli.Cli;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.report.FitJson;
import io.github.elbo4j.report.SavedFit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fit Model.java}: whole fits. What is refused is in {@link JavaModelRefusalTest}. */
class JavaModelTest {
    private static final String IMPORTS = """
            import io.github.elbo4j.distribution.*;
            import io.github.elbo4j.expr.*;
            import io.github.elbo4j.model.Model;
            """;

    @TempDir
    Path folder;

    private Cli.Outcome fit(Path model, String out, Object... more) {
        List<Object> args = new ArrayList<>(List.of("fit", model, "--out", folder.resolve(out)));
        args.addAll(Arrays.asList(more));
        return Cli.run(args.toArray());
    }

    private Cli.Outcome schools(String out, Object... more) {
        List<Object> args = new ArrayList<>(List.of("--data", Cli.data("schools.csv")));
        args.addAll(Arrays.asList(more));
        return fit(Cli.data("Schools.java"), out, args.toArray());
    }

    private String json(String out) throws IOException {
        return Files.readString(folder.resolve(out).resolve("fit.json"));
    }

    /** Without what differs from one run or device to the next. */
    private String repeatable(String out) throws IOException {
        return json(out)
                .lines()
                .filter(line -> !line.matches(" *\"(seconds|drawsPerSecond|device)\": .*"))
                .collect(Collectors.joining("\n"));
    }

    /** Against long runs of MCMC: mu 4.4 ± 3.3, tau 3.6 ± 3.2, theta[A] 6.2 ± 5.6. */
    @Test
    void eightSchoolsAreFittedOnTheScaleOfTheModelWithTheSameBytesOnEveryDevice() throws IOException {
        Cli.Outcome outcome = schools("scalar", "--device", "scalar", "--prior-predictive", 200);
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .startsWith("Model Schools, 8 rows of schools.csv, mixture of 4 Gaussians\n")
                .containsPattern("\nmu +4\\.\\d\\d +3\\.\\d\\d +-\\d")
                .containsPattern("\ntau +[23]\\.\\d\\d +\\d\\.\\d\\d +0\\.\\d")
                .containsPattern("\ntheta\\[A] +[5-7]\\.\\d\\d ")
                .containsPattern("\ntheta\\[H] ")
                .contains("Means are exact or from draws; their standard errors are at most 1.6 % of the sds.")
                .containsPattern("\nbefore the data +mean +sd +5 % +50 % +95 %\n")
                .containsPattern("\ny \\(observed\\) ");
        String readme = Files.readString(Path.of(System.getProperty("elbo4j.root"), "README.md"));
        String shown = readme.substring(readme.indexOf("\nModel Schools, 8 rows") + 1);
        assertThat(outcome.out()).startsWith(shown.substring(0, shown.indexOf("\nMeans are exact")));
        assertThat(readme).contains("```java\n" + Files.readString(Cli.data("Schools.java")) + "```\n");
        assertThat(json("scalar"))
                .containsPattern(
                        "\"parameters\": \\[\n    \\{\"name\": \"mu\", \"mean\": 4\\.\\d+, \"meanError\": 0\\.0, \"sd\"")
                .containsPattern("\\{\"name\": \"tau\", .*\"q05\": .*\"q25\": .*\"q50\": .*\"q75\": .*\"q95\": ")
                .contains("\"priorDraws\": 200,\n")
                .containsPattern("\"prior\": \\[\n    \\{\"name\": \"mu\"")
                .contains("{\"name\": \"y (observed)\"")
                .containsPattern("\"coordinates\": \\[\n    \\{\"name\": \"mu\".*\n    \\{\"name\": \"log tau\"")
                .contains("{\"name\": \"standardized theta[H]\"");
        assertThat(Files.readString(folder.resolve("scalar/report.html")))
                .contains("<h1>Model Schools</h1>")
                .contains(">tau</th>", ">theta[A]</th>", "Before the data", "y (observed)")
                .contains("These are the coordinates on the whole real line that were fitted")
                .doesNotContain("0 predictors");

        assumeTrue(Cli.opens("simd"), "no Vector API here");
        assertThat(schools("simd", "--device", "simd", "--prior-predictive", 200)
                        .exit())
                .isZero();
        assertThat(repeatable("simd")).isEqualTo(repeatable("scalar"));
    }

    /**
     * tau is log-normal, so that its mean follows from its exact quantiles: exp(m + s²/2), within 5 of its standard errors (false
     * alarm 6e-7, and the seed is fixed), which are 1/√N of its sd.
     */
    @Test
    void meansAreFromAsManyDrawsAsAreAskedFor() throws IOException {
        Cli.Outcome outcome = schools("many", "--device", "scalar", "--method", "sgvi", "--expectation-draws", "1e5");
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out().replaceAll("\\s+", " "))
                .contains(
                        "Means and sds are exact or from 100,000 draws; the standard errors of the means are at most 0.32 %"
                                + " of the sds. Quantiles are exact or from 4,096 draws.");
        assertThat(Files.readString(folder.resolve("many/report.html"))).contains("exact or from 100,000 draws;");
        assertThat(json("many"))
                .contains("\n  \"expectationDraws\": 100000,\n  \"parameters\": [")
                .containsPattern("\\{\"name\": \"mu\", \"mean\": 4\\.\\d+, \"meanError\": 0\\.0, ");
        double m = Math.log(number("many", "q50"));
        double s = (Math.log(number("many", "q95")) - m) / 1.6448536269514722;
        double error = number("many", "meanError");
        assertThat(number("many", "mean")).isCloseTo(Math.exp(m + s * s / 2), within(5 * error));
        assertThat(error).isCloseTo(number("many", "sd") / Math.sqrt(1e5), within(1e-9));

        schools("few", "--device", "scalar", "--method", "sgvi");
        assertThat(json("few")).doesNotContain("expectationDraws");
        assertThat(number("few", "q50")).isEqualTo(number("many", "q50"));

        assumeTrue(Cli.opens("simd"), "no Vector API here");
        schools("simd", "--device", "simd", "--method", "sgvi", "--expectation-draws", 100_000);
        assertThat(repeatable("simd").replaceFirst("\"100000\"", "\"1e5\"")) // among the arguments
                .isEqualTo(repeatable("many"));
    }

    /** Of tau in the file. */
    private double number(String out, String field) throws IOException {
        Matcher found = Pattern.compile("\"name\": \"tau\".*\"" + field + "\": ([^,}]*)")
                .matcher(json(out));
        assertThat(found.find()).isTrue();
        return Double.parseDouble(found.group(1));
    }

    /** exp(100·a) of a ~ N(0, 1) about is beyond float32 at one draw in five. */
    @Test
    void aMeanThatIsNotFiniteIsTold() throws IOException {
        Path model = Cli.file(folder, "Large.java", IMPORTS + """
                class Large {
                    static Model model() {
                        return Model.define(m -> {
                            Expr a = m.parameter("a", Normal.of(0, 1));
                            m.observe(new double[] {0}, Normal.of(a, 5));
                            m.report("large", a.times(100).exp());
                            m.report("double", a.times(2));
                        });
                    }
                }
                """);
        Cli.Outcome outcome = fit(model, "large", "--device", "scalar", "--expectation-draws", 5000);
        assertThat(outcome.words())
                .contains("the mean of large is not finite: at some of 5,000 draws it is beyond the numbers of float32")
                .doesNotContain("the mean of double");
        assertThat(outcome.out()).containsPattern("\nlarge +infinite +none ").containsPattern("\ndouble +-?0\\.0");
        assertThat(json("large"))
                .containsPattern("\"name\": \"large\", \"mean\": null, \"meanSign\": 1, \"meanError\": null, ");
    }

    @Test
    void aFitIsContinuedFromItsCoordinates() throws IOException {
        schools("first", "--steps", 20);
        SavedFit saved = FitJson.open(folder.resolve("first/fit.json"));
        assertThat(saved.model()).isEqualTo("java");
        assertThat(saved.options())
                .containsEntry("program", "Schools")
                .containsEntry("source", "Schools.java")
                .containsKey("sourceSha256");
        assertThat(saved.fit().parameterNames())
                .hasSize(10)
                .startsWith("mu", "log tau")
                .endsWith("standardized theta[H]");

        Cli.Outcome continued = schools("next", "--steps", 40, "--continue", folder.resolve("first/fit.json"));
        assertThat(continued.err()).doesNotContain("elbo4j:");
        FitResult next = FitJson.read(folder.resolve("next/fit.json"));
        assertThat(next.start()).contains("continued from a fit of 20 steps");

        Path other = Cli.file(folder, "Other.java", IMPORTS + """
                class Other {
                    static Model model() {
                        return Model.define(m -> m.observe(new double[] {1}, Normal.of(m.parameter("mu", Normal.of(0, 1)), 1)));
                    }
                }
                """);
        Cli.Outcome refused = fit(other, "other", "--continue", folder.resolve("first/fit.json"));
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.words()).contains("--continue: fit.json has the program Schools, but this fit has Other");
    }

    /** y_n ~ N(a + group, 1) with a flat enough prior: the least squares of three rows each are 2 and 5. */
    @Test
    void aModelTakesRowsAndWordsAndMinibatches() throws IOException {
        Path model = Cli.file(folder, "Groups.java", IMPORTS + """
                class Groups {
                    static Model model(Table data) {
                        return Model.define(m -> {
                            Table rows = m.rows(data);
                            Expr level = m.parameter("level", Normal.of(0, 100), rows.levels("group"));
                            m.observe(rows.column("y"), Normal.of(level.at(rows.index("group")), 1));
                            m.report("difference", level.get(1).minus(level.get(0)));
                        });
                    }
                }
                """);
        Path data = Cli.file(folder, "groups.csv", "group,y\na,1\na,2\nb,\na,3\nb,4\nb,5\nb,6\n");
        Object[] args = {"--data", data, "--missing", "drop", "--device", "scalar"};
        Cli.Outcome all = fit(model, "all", args);
        assertThat(all.exit()).as(all.err()).isZero();
        assertThat(all.words()).contains("groups.csv: 1 of 7 rows dropped, since a cell is missing");
        assertThat(all.out())
                .containsPattern("\nlevel\\[a] +(2\\.00|1\\.99)\\d +0\\.5[78]")
                .containsPattern("\nlevel\\[b] +(5\\.00|4\\.99)\\d +0\\.5[78]")
                // sqrt(2/3) = 0.816; from 4,096 draws, within three standard errors of 0.013 and 0.009
                .containsPattern("\ndifference +(2\\.9[6-9]|3\\.0[0-3])\\d +0\\.(79|8[0-4])")
                .contains("6 rows (1 with missing cells dropped) of groups.csv");

        List<Object> batched = new ArrayList<>(Arrays.asList(args));
        batched.addAll(List.of("--batch", 3, "--steps", 200));
        Cli.Outcome some = fit(model, "some", batched.toArray());
        assertThat(some.err()).doesNotContain("elbo4j:");
        assertThat(json("some")).contains("\"batch\": 3");
    }

    @Test
    void theHelpShowsTheFileThatShips() throws IOException {
        String file = Files.readString(Cli.data("Schools.java"));
        for (String command : new String[] {"fit --help", "fit Model.java --help", "help fit Model.java"}) {
            String help = Cli.run((Object[]) command.split(" ")).out();
            assertThat(help.replaceAll("(?m)^  ", "")).contains("Schools.java:\n" + file);
        }
        assertThat(Cli.run("fit", "--help").out()).contains("\n  Model.java ");
        assertThat(Cli.run("fit", "there/is/None.java", "--help").out())
                .startsWith("Usage: elbo4j fit there/is/None.java [OPTIONS]\n");
    }
}
