package io.github.elbo4j.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.elbo4j.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --by} and {@code --problem}. */
class GroupFitsTest {
    private static final int GROUPS = 4;
    private static final int ROWS = 24;
    private static final String HEAD = "g,x,y";
    private static final String QUICK = "--evaluation-draws 256";

    @TempDir
    Path folder;

    private final List<String> rows = new ArrayList<>();
    private final double[][] x = new double[GROUPS][ROWS];
    private final double[][] y = new double[GROUPS][ROWS];

    @BeforeEach
    void writeRows() throws IOException {
        Random random = new Random(4);
        for (int n = 0; n < ROWS; n++) {
            for (int g = 0; g < GROUPS; g++) { // groups in turns
                x[g][n] = Math.round(1000 * random.nextGaussian()) / 1000.0;
                y[g][n] = Math.round(1000 * (g + (g - 1) * x[g][n] + 0.5 * random.nextGaussian())) / 1000.0;
                rows.add(String.format(Locale.ROOT, "%s,%s,%s", name(g), x[g][n], y[g][n]));
            }
        }
        write("rows.csv", rows);
    }

    private static String name(int group) {
        return "group " + (char) ('a' + group);
    }

    private Path write(String name, List<String> lines) throws IOException {
        List<String> all = new ArrayList<>(List.of(HEAD));
        all.addAll(lines);
        return Files.write(folder.resolve(name), all);
    }

    private Cli.Outcome fit(String file, String options) {
        List<Object> args = new ArrayList<>(List.of(
                "fit", "linear", "--data", folder.resolve(file), "--target", "y", "--out", folder.resolve("out")));
        args.addAll(List.of(options.split(" ")));
        return Cli.run(args.toArray());
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(folder.resolve("out/fits.jsonl"));
    }

    /** Of a line all but the group and what differs from run to run. */
    private static String numbers(String line) {
        return line.replaceAll("\"(group|problem|rows|device|seconds|drawsPerSecond)\": ?[^,}]*[,}]", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {QUICK, "--quiet", "--family mean-field", "--method fixed --draws 32"})
    void aGroupHasTheBitsOfItsRowsAlone(String options) throws IOException {
        assertThat(fit("rows.csv", "--by g --threads 3 " + options).exit()).isZero();
        List<String> all = lines();
        assertThat(all).hasSize(GROUPS);
        for (int g = 0; g < GROUPS; g++) {
            String name = name(g);
            write("one.csv", rows.stream().filter(row -> row.startsWith(name)).toList());
            Cli.Outcome alone = fit("one.csv", "--ignore g --json --problem " + g + " " + options);
            assertThat(all.get(g))
                    .contains("\"group\":\"" + name + "\",\"problem\":" + g + ",\"rows\":" + ROWS)
                    .contains("\"elbo\"")
                    .contains("\"verdict\"");
            assertThat(numbers(all.get(g))).isEqualTo(numbers(alone.out().strip()));
        }
        write("one.csv", rows.stream().filter(row -> row.startsWith(name(1))).toList());
        Cli.Outcome another = fit("one.csv", "--ignore g --json --problem 0 " + options);
        assertThat(numbers(all.get(1))).isNotEqualTo(numbers(another.out().strip()));
    }

    /** Fixed draws where a group has few parameters and nothing else is asked for. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --quiet                 | fixed | full-rank
            --family full-rank      | fixed | full-rank
            --family mean-field     | fixed | mean-field
            --family low-rank       | sgvi  | low-rank
            --method fixed          | fixed | mean-field
            --method sgvi           | sgvi  | full-rank
            --draws 64              | sgvi  | full-rank
            """)
    void theMethodSuitsSmallGroups(String options, String method, String family) throws IOException {
        fit("rows.csv", "--by g " + options);
        assertThat(lines())
                .hasSize(GROUPS)
                .allSatisfy(line ->
                        assertThat(line).contains("\"method\":\"" + method + "\",\"family\":\"" + family + "\""));
    }

    /** Independent normals are fitted by fixed draws, which come in blocks of pairs. */
    @Test
    void drawsThatFixedOnesCannotHaveAreRefusedInWords() throws IOException {
        fit("rows.csv", "--by g --family mean-field --draws 50");
        assertThat(lines())
                .hasSize(GROUPS)
                .allSatisfy(line -> assertThat(line)
                        .contains("\"error\":\"--draws is 50, but must be a multiple of 16 for --method fixed: ")
                        .doesNotContain("broken"));
    }

    @Test
    void manyParametersAreForStochasticAscent() throws IOException {
        Random random = new Random(5);
        StringBuilder table = new StringBuilder("g,y");
        for (int k = 0; k < 15; k++) {
            table.append(",x").append(k);
        }
        for (int n = 0; n < 40; n++) {
            table.append("\na,").append(random.nextGaussian());
            for (int k = 0; k < 15; k++) {
                table.append(',').append(random.nextGaussian());
            }
        }
        Files.writeString(folder.resolve("wide.csv"), table); // 15 slopes, an intercept and the noise
        fit("wide.csv", "--by g");
        assertThat(lines().get(0)).contains("\"method\":\"sgvi\"");
        fit("wide.csv", "--by g --ignore x0");
        assertThat(lines().get(0)).contains("\"method\":\"fixed\"");
    }

    /** With a wide prior and known noise the posterior is least squares': slope Sxy/Sxx, sd noise/√Sxx; the prior moves it by 1e-4 sd. */
    @Test
    void slopesAreThoseOfLeastSquares() throws IOException {
        fit("rows.csv", "--by g --noise-sd 0.5 --prior-sd 100 --no-standardize " + QUICK);
        for (int g = 0; g < GROUPS; g++) {
            double meanX = mean(x[g]);
            double meanY = mean(y[g]);
            double xx = 0;
            double xy = 0;
            for (int n = 0; n < ROWS; n++) {
                xx += (x[g][n] - meanX) * (x[g][n] - meanX);
                xy += (x[g][n] - meanX) * (y[g][n] - meanY);
            }
            double sd = 0.5 / Math.sqrt(xx);
            Matcher slope = Pattern.compile("\"name\":\"x\",\"mean\":([^,]*),\"sd\":([^,]*),")
                    .matcher(lines().get(g));
            assertThat(slope.find()).isTrue();
            // The Monte Carlo error at which a fit settles is 0.02 sd at most.
            assertThat(Double.parseDouble(slope.group(1))).isCloseTo(xy / xx, within(0.06 * sd));
            assertThat(Double.parseDouble(slope.group(2))).isCloseTo(sd, within(0.06 * sd));
        }
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value / values.length;
        }
        return sum;
    }

    @Test
    void aBadGroupLosesNoOther() throws IOException {
        List<String> bad = new ArrayList<>();
        for (String row : rows) {
            String[] cells = row.split(",");
            boolean constant = row.startsWith(name(1));
            boolean missing = bad.size() == 2;
            bad.add(cells[0] + "," + (constant ? "7" : cells[1]) + "," + (missing ? "NaN" : cells[2]));
        }
        bad.add("lonely,1,2");
        write("bad.csv", bad);
        Cli.Outcome outcome = fit("bad.csv", "--by g " + QUICK);
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_FIT);
        List<String> all = lines();
        assertThat(all).hasSize(GROUPS + 1);
        assertThat(all.get(0)).contains("\"verdict\"");
        assertThat(all.get(1)).contains("\"error\":").contains("column \\\"x\\\" is constant");
        assertThat(all.get(2)).contains("\"error\":").contains("row 3 (line 4)").contains("NaN");
        assertThat(all.get(3)).contains("\"verdict\"");
        assertThat(all.get(4)).contains("\"error\":");
        String out = outcome.out();
        assertThat(out.indexOf(name(1))).isLessThan(out.indexOf(name(0)));
        assertThat(out).containsPattern("5 groups: .*3 no fit").contains("report.html");
        assertThat(folder.resolve("out/report.html"))
                .content()
                .contains("no fit")
                .contains("<svg");
        Cli.Outcome dropped = fit("bad.csv", "--by g --missing drop " + QUICK);
        assertThat(dropped.out()).containsPattern("2 no fit");
    }

    @Test
    void jsonIsALineAGroup() throws IOException {
        Cli.Outcome outcome = fit("rows.csv", "--by g --json " + QUICK);
        assertThat(outcome.out().lines().toList()).isEqualTo(lines());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --by h                          | has no column "h"
            --by y                          | is the target
            --by x --offset x               | is that of another option
            --by g --by x                   | only once
            --by g --problem 1              | --problem is for a single fit
            --by g --compare exact          | --compare is for a single fit
            --problem -1                    | --problem is -1, but must be from 0 to 2147483646
            --problem 2147483647            | from 0 to 2147483646
            --problem 1 --method laplace    | --problem is for --method sgvi
            """)
    void whatCannotBeIsRefused(String options, String message) {
        Cli.Outcome outcome = fit("rows.csv", options);
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.err()).contains(message);
    }

    /** The model is made of a group's rows alone; one that the file refuses loses no other. */
    @Test
    void aJavaModelIsFittedToEachGroup() throws IOException {
        Path model = Files.writeString(folder.resolve("Line.java"), """
                import io.github.elbo4j.distribution.*;
                import io.github.elbo4j.expr.*;
                import io.github.elbo4j.model.Model;

                class Line {
                    static Model model(Table data) {
                        if (data.rows() < 3) {
                            throw new IllegalArgumentException(data.rows() + " rows are too few");
                        }
                        return Model.define(m -> {
                            Expr level = m.parameter("level", Normal.of(0, 10));
                            Expr slope = m.parameter("slope", Normal.of(0, 10));
                            m.observe(data.column("y"), Normal.of(level.plus(slope.times(data.column("x"))), 0.5));
                        });
                    }
                }
                """);
        List<String> more = new ArrayList<>(rows);
        more.add("lonely,1,2");
        write("more.csv", more);
        Cli.Outcome outcome = fitJava(model, "more.csv", "--by g --threads 3 " + QUICK);
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_FIT);
        List<String> all = lines();
        assertThat(all).hasSize(GROUPS + 1);
        assertThat(all.get(GROUPS)).contains("\"error\":\"Line.java:8: 1 rows are too few\"");
        for (int g = 0; g < GROUPS; g++) {
            String name = name(g);
            write("one.csv", rows.stream().filter(row -> row.startsWith(name)).toList());
            Cli.Outcome alone = fitJava(model, "one.csv", "--json --problem " + g + " " + QUICK);
            assertThat(all.get(g)).contains("\"name\":\"slope\"");
            assertThat(numbers(all.get(g))).isEqualTo(numbers(alone.out().strip()));
        }
    }

    private Cli.Outcome fitJava(Path model, String file, String options) {
        List<Object> args =
                new ArrayList<>(List.of("fit", model, "--data", folder.resolve(file), "--out", folder.resolve("out")));
        args.addAll(List.of(options.split(" ")));
        return Cli.run(args.toArray());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --by school                                               | --by needs a table; name its file with --data
            --by town --data schools.csv                              | has no column "town"
            --by school --data schools.csv --expectation-draws 1e6    | --expectation-draws is for a single fit
            """)
    void aJavaModelNeedsATableWithTheColumn(String options, String message) {
        List<Object> args = new ArrayList<>(List.of("fit", Cli.data("Schools.java")));
        for (String word : options.split(" ")) {
            args.add(word.endsWith(".csv") ? Cli.data(word) : word);
        }
        Cli.Outcome outcome = Cli.run(args.toArray());
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.err()).contains(message);
    }

    @Test
    void aNetworkHasNoGroups() {
        Cli.Outcome outcome =
                Cli.run("fit", "network", "--data", Cli.data("air.csv"), "--target", "ozone", "--by", "wind");
        assertThat(outcome.exit()).isEqualTo(Exit.BAD_INPUT);
        assertThat(outcome.err()).contains("--by is for the regressions");
    }
}
