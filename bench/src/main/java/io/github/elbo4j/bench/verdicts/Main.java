package io.github.elbo4j.bench.verdicts;

import io.github.elbo4j.bench.Json;
import io.github.elbo4j.cli.works.Machine;
import io.github.elbo4j.family.Family;
import io.github.elbo4j.infer.BatchAndMatch;
import io.github.elbo4j.infer.FixedDraws;
import io.github.elbo4j.infer.ModeSearch;
import io.github.elbo4j.infer.Pathfinder;
import io.github.elbo4j.infer.Sgvi;
import io.github.elbo4j.infer.Tournament;
import io.github.elbo4j.infer.VariationalMixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Fits every posterior with every family and seed, and counts verdicts against truth. */
@SuppressWarnings("UnusedVariable") // picocli reads help
@Command(
        name = "bench/verdicts",
        sortOptions = false,
        description =
                "Fits posteriors with known answers by the library's defaults, on the host, and counts verdicts against"
                        + " truth. Right is a fit with every mean within 0.3 sd and every sd within 0.7 to 1.4 of the reference."
                        + " Exit code 1: a fit threw.")
public final class Main implements Callable<Integer> {
    private static final List<String> DEFAULT_METHODS = List.of("full-rank", "mean-field", FixedDraws.NAME);
    private static final String CHOOSE = "choose";
    private static final String REPORT = "report";
    private static final String DEFAULT_SEEDS = "1-3";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this text.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--posteriors",
            required = true,
            paramLabel = "DIR",
            description = "Folder with NAME.reference.json, each of which names its model and its file of data.")
    private Path folder;

    @Option(
            names = "--method",
            split = ",",
            description =
                    "Of full-rank, mean-field and low-rank (all by sgvi), tournament (of these), low-rank-tournament, fixed, fixed-full-rank,"
                            + " pathfinder, batch-and-match, mixture and"
                            + " laplace; default: full-rank, mean-field and fixed.")
    private List<String> methods = DEFAULT_METHODS;

    @Option(names = "--rank", description = "Factors of the low-rank family; default: 3.")
    private int rank = 3;

    @Option(names = "--seeds", description = "Such as 1-3 or 1,5,7-9; default: 1-3.")
    private String seeds = DEFAULT_SEEDS;

    @Option(names = "--only", split = ",", description = "Posteriors whose name holds one of these; default: all.")
    private List<String> only = List.of();

    @Option(
            names = "--half",
            description =
                    "choose or report: the first, third, … of the sorted names, on which thresholds are chosen, or the"
                            + " others, on which they are reported. Default: all, counted apart too.")
    private @Nullable String half;

    @Option(names = "--draws", description = "Draws of a step; default: the library's.")
    private @Nullable Integer draws;

    @Option(names = "--evaluation-draws", description = "Fresh draws for the ELBO; default: the library's.")
    private @Nullable Integer evaluationDraws;

    @Option(
            names = "--check",
            paramLabel = "mcmc",
            description = "mcmc: Markov chains by Hamiltonian Monte Carlo look at each fit, too.")
    private @Nullable String check;

    @Option(
            names = "--best",
            paramLabel = "FILE",
            description = "A file of another run: tells how far each posterior's ELBO is below its best one there.")
    private @Nullable Path best;

    @Option(names = "--jobs", description = "Fits at a time, each with one thread; default: 1.")
    private int jobs = 1;

    @Option(names = "--lines", description = "A line of JSON for each fit in place of the tables.")
    private boolean lines;

    @Option(
            names = "--out",
            description = "The file; default: bench/results/verdicts-CPU-CORES-JDK.json for a full run, else in"
                    + " bench/target.")
    private @Nullable Path out;

    @Option(names = "--home", hidden = true, description = "The folder bench, which the script knows.")
    private Path home = Path.of("bench");

    @Option(names = "--library", hidden = true, description = "The library's version, which the script knows.")
    private String library = "unknown";

    private final String what;
    private final BiFunction<String, Data, Target> models;
    private final List<Fit> fits = new ArrayList<>();
    private final Map<String, String> failed = new LinkedHashMap<>();

    /** Log-joints by hand. */
    Main() {
        this("verdicts", Models::of);
    }

    /**
     * Other models of the same posteriors.
     *
     * @param what is measured: the files of results are called so
     * @param models makes a model with its data, by the model's name
     */
    Main(String what, BiFunction<String, Data, Target> models) {
        this.what = what;
        this.models = models;
    }

    /** See the README of this module. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Posterior> all = posteriors();
        Set<String> choosing = new HashSet<>();
        for (int i = 0; i < all.size(); i += 2) {
            choosing.add(all.get(i).name());
        }
        List<Posterior> chosen =
                all.stream().filter(p -> isChosen(p.name(), choosing)).toList();
        if (chosen.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "no posterior is left; these are there: "
                            + all.stream().map(Posterior::name).toList());
        }
        if (jobs < 1) {
            throw new ParameterException(spec.commandLine(), "--jobs is " + jobs + ", but must be 1 or more");
        }
        checkCheck();
        List<Way> ways = methods.stream().map(this::way).toList();
        long[] seedList = seeds();
        Machine machine = Machine.here();
        boolean full = chosen.size() == all.size()
                && Set.copyOf(methods).equals(Set.copyOf(DEFAULT_METHODS))
                && draws == null
                && evaluationDraws == null
                && check == null
                && seeds.equals(DEFAULT_SEEDS);
        Path file = file(machine, full);
        ElboGap gap = gap();
        fitAll(chosen, ways, seedList, () -> write(file, machine, counts(ways, choosing)));
        if (!lines) {
            System.out.println();
            System.out.print(Table.confusion(counts(ways, choosing)));
            System.out.println();
            System.out.print(Table.closeness(ways.stream().map(Way::label).toList(), fits));
            if (check != null) {
                System.out.println();
                System.out.print(Table.chains(ways.stream().map(Way::label).toList(), fits));
            }
            if (gap != null) {
                System.out.println();
                System.out.print(gap.table(fits));
            }
        }
        System.err.println("written to " + file);
        if (!fits.isEmpty() && fits.stream().allMatch(fit -> fit.evaluations() > 0)) {
            draw(file.resolveSibling(file.getFileName().toString().replaceFirst("\\.json$", "") + ".svg"));
        }
        return failed.isEmpty() ? 0 : 1;
    }

    private void draw(Path file) {
        try {
            Files.writeString(file, Picture.of(fits));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        System.err.println("drawn in " + file);
    }

    private Sgvi.Builder settings(Family family, long seed) {
        Sgvi.Builder settings = Sgvi.builder().family(family).seed(seed);
        if (draws != null) {
            settings.draws(draws);
        }
        if (evaluationDraws != null) {
            settings.evaluationDraws(evaluationDraws);
        }
        return settings;
    }

    private @Nullable ElboGap gap() {
        try {
            return best == null ? null : new ElboGap(best);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private List<Table.Counts> counts(List<Way> ways, Set<String> choosing) {
        List<Table.Counts> counts = new ArrayList<>();
        for (Way way : ways) {
            counts.add(Table.count(way.label(), half == null ? "all" : half, fits));
            if (half == null) {
                counts.add(Table.count(way.label(), CHOOSE, part(choosing, true)));
                counts.add(Table.count(way.label(), REPORT, part(choosing, false)));
            }
        }
        return counts;
    }

    /** Prints each fit when it is its turn, and then runs what keeps the results: a run that is ended loses little. */
    private void fitAll(List<Posterior> chosen, List<Way> ways, long[] seedList, Runnable keep)
            throws InterruptedException {
        Map<String, Future<Fit>> running = new LinkedHashMap<>();
        ExecutorService pool = Executors.newFixedThreadPool(jobs);
        try {
            for (Posterior posterior : chosen) {
                for (Way way : ways) {
                    for (long seed : seedList) {
                        String name = posterior.name() + ", " + way.label() + ", seed " + seed;
                        running.put(name, pool.submit(() -> Fit.of(posterior, way, seed, check != null)));
                    }
                }
            }
            if (!lines) {
                System.out.print(Table.head());
            }
            for (Map.Entry<String, Future<Fit>> entry : running.entrySet()) {
                try {
                    Fit fit = entry.getValue().get();
                    fits.add(fit);
                    System.out.print(lines ? Json.line(fit.toMap()) + System.lineSeparator() : Table.row(fit));
                } catch (ExecutionException e) {
                    String reason = String.valueOf(e.getCause());
                    failed.put(entry.getKey(), reason);
                    System.err.println(entry.getKey() + ": failed: " + reason);
                }
                keep.run();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private List<Posterior> posteriors() {
        try {
            List<Posterior> all = Posterior.of(folder, models);
            if (all.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "there is no file *.reference.json in the folder " + folder);
            }
            return all;
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private boolean isChosen(String name, Set<String> choosing) {
        if (half != null && !half.equals(CHOOSE) && !half.equals(REPORT)) {
            throw new ParameterException(
                    spec.commandLine(), "there is no half '" + half + "'; choose " + CHOOSE + " or " + REPORT);
        }
        return (only.isEmpty() || only.stream().anyMatch(name::contains))
                && (half == null || half.equals(CHOOSE) == choosing.contains(name));
    }

    private List<Fit> part(Set<String> choosing, boolean inside) {
        return fits.stream()
                .filter(fit -> choosing.contains(fit.posterior()) == inside)
                .toList();
    }

    private Way way(String label) {
        List<Way> known = new ArrayList<>();
        for (Family family : List.of(Family.fullRank(), Family.meanField(), Family.lowRank(rank))) {
            known.add(new Way(family.label(), seed -> settings(family, seed).build()));
        }
        known.add(new Way("tournament", seed -> new Tournament(settings(Family.fullRank(), seed))));
        known.add(new Way(
                "low-rank-tournament",
                seed -> new Tournament(settings(Family.lowRank(rank), seed)).families(Family.lowRank(rank))));
        known.add(new Way(FixedDraws.NAME, seed -> new FixedDraws().seed(seed)));
        known.add(new Way(
                FixedDraws.NAME + "-full-rank",
                seed -> new FixedDraws().family(Family.fullRank()).seed(seed)));
        known.add(new Way(Pathfinder.NAME, seed -> new Pathfinder().seed(seed)));
        known.add(new Way(BatchAndMatch.NAME, seed -> new BatchAndMatch().seed(seed)));
        known.add(new Way(VariationalMixture.NAME, seed -> new VariationalMixture().seed(seed)));
        known.add(new Way("laplace", seed -> ModeSearch.laplace().seed(seed)));
        return known.stream()
                .filter(way -> way.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "there is no method '" + label + "'; choose "
                                + known.stream().map(Way::label).toList()));
    }

    private void checkCheck() {
        if (check != null && !check.equals("mcmc")) {
            throw new ParameterException(spec.commandLine(), "there is no check '" + check + "'; choose mcmc");
        }
    }

    private long[] seeds() {
        try {
            LongStream all = LongStream.empty();
            for (String range : seeds.split(",", -1)) {
                String[] ends = range.split("-", 2);
                long first = Long.parseLong(ends[0]);
                all = LongStream.concat(
                        all, LongStream.rangeClosed(first, ends.length == 1 ? first : Long.parseLong(ends[1])));
            }
            return all.toArray();
        } catch (NumberFormatException e) {
            throw new ParameterException(
                    spec.commandLine(), "--seeds is '" + seeds + "', but must be like 1-3 or 1,5,7-9", e);
        }
    }

    private Path file(Machine machine, boolean full) {
        if (out != null) {
            return out;
        }
        return home.resolve(full ? "results" : "target").resolve(what + "-" + machine.fileName() + ".json");
    }

    private void write(Path file, Machine machine, List<Table.Counts> counts) {
        Map<String, Object> json = Json.head(what, false, machine);
        json.put("library", library);
        json.put("settings", "the defaults of each method, with family and seed only");
        if (draws != null) {
            json.put("stepDraws", draws);
        }
        if (evaluationDraws != null) {
            json.put("evaluationDraws", evaluationDraws);
        }
        if (check != null) {
            json.put("check", check);
        }
        json.put("right", "every |mean error| <= 0.3 reference sds and every sd ratio in [0.7, 1.4]");
        json.put("draws", Draws.MOMENTS); // of q: for its means and sds
        json.put("weightedDraws", Draws.COUNT);
        json.put("counts", counts.stream().map(Table.Counts::toMap).toList());
        json.put("failed", failed);
        json.put("fits", fits.stream().map(Fit::toMap).toList());
        Json.write(file, json);
    }
}
