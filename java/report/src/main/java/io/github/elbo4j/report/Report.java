package io.github.elbo4j.report;

import io.github.elbo4j.infer.Account;
import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.GaussianPosterior;
import io.github.elbo4j.infer.Marginal;
import io.github.elbo4j.model.Model;
import io.github.elbo4j.report.files.WholeFile;
import io.github.elbo4j.report.words.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A fit to be written as {@code fit.json}, for programs, and {@code report.html}, for people. It never changes: each setting
 * makes another one.
 *
 * <pre>{@code
 * Report.of(fit).model(ModelDescription.of("banana")).write(Path.of("banana-fit"));
 * }</pre>
 */
public final class Report {
    /** Beyond it a covariance makes fit.json megabytes long. */
    public static final int MOST_COVARIANCES = 200;

    /** The columns of a table of draws from the prior: the name, and {@link #priorNumber}. */
    public static final List<String> PRIOR_HEAD = List.of("before the data", "mean", "sd", "5 %", "50 %", "95 %");

    private final FitResult fit;
    private final ModelDescription model;
    private final @Nullable DataSource data;
    private final Device device;
    private final Command command;
    private final boolean covariance;
    private final ShownQuantities quantities;
    private final @Nullable Prior prior;
    private final @Nullable Page exhibits;

    /** Draws from the prior, summed up. */
    record Prior(int draws, List<Marginal> marginals) {}

    /** The whole line, and what was asked for. */
    private record Command(String line, List<String> arguments) {
        static final Command NONE = new Command("", List.of());
    }

    /** The device in words, and why it was this one. */
    record Device(String description, String reason) {}

    private Report(
            FitResult fit,
            ModelDescription model,
            @Nullable DataSource data,
            Device device,
            Command command,
            boolean covariance,
            ShownQuantities quantities,
            @Nullable Prior prior,
            @Nullable Page exhibits) {
        this.fit = fit;
        this.model = model;
        this.data = data;
        this.device = device;
        this.command = command;
        this.covariance = covariance;
        this.quantities = quantities;
        this.prior = prior;
        this.exhibits = exhibits;
    }

    /** Of any method, on the scale on which it is to be shown. */
    public static Report of(FitResult fit) {
        return new Report(
                fit,
                ModelDescription.of(""),
                null,
                new Device("", ""),
                Command.NONE,
                false,
                ShownQuantities.NONE,
                null,
                null);
    }

    /** With the name and the description of the model. */
    public Report model(ModelDescription value) {
        return new Report(fit, value, data, device, command, covariance, quantities, prior, exhibits);
    }

    /** With what it was fitted to. */
    public Report about(DataSource value) {
        return new Report(fit, model, value, device, command, covariance, quantities, prior, exhibits);
    }

    /** With the device in words and why it was this one; only the report shows it. */
    public Report device(String description, String reason) {
        return new Report(
                fit, model, data, new Device(description, reason), command, covariance, quantities, prior, exhibits);
    }

    /** With the command line of {@code elbo4j} that repeats the fit; advice is then given as its options. */
    public Report command(String line) {
        return command(line, List.of());
    }

    /**
     * {@link #command(String)}, and in {@code fit.json} what can be asked for again.
     *
     * @param arguments the words behind {@code fit}, without those about the device and the output, files by their names alone
     */
    public Report command(String line, List<String> arguments) {
        Command value = new Command(line, List.copyOf(arguments));
        return new Report(fit, model, data, device, value, covariance, quantities, prior, exhibits);
    }

    /** With the covariance in {@code fit.json} beyond {@value #MOST_COVARIANCES} parameters too; it takes D × D numbers. */
    public Report covariance(boolean always) {
        return new Report(fit, model, data, device, command, always, quantities, prior, exhibits);
    }

    /**
     * With what the model gives on its user's scale, to be shown in the place of the coordinates in which it was fitted; {@code
     * fit.json} holds these too.
     */
    public Report quantities(List<Marginal> values) {
        return quantities(values, 0);
    }

    /**
     * {@link #quantities(List)} whose means and standard deviations, where they are not exact, are from draws of their own.
     *
     * @param expectationDraws how many; 0 if they are from those of the quantiles
     */
    public Report quantities(List<Marginal> values, long expectationDraws) {
        return quantities(new ShownQuantities(List.copyOf(values), expectationDraws, quantities.accounts()));
    }

    /**
     * With what each of {@link FitResult#accounts} says of a model's quantities, in the order of {@link #quantities(List)}; an account
     * whose draws are no longer there says nothing.
     */
    public Report accounts(Model model) {
        Map<Account, List<Account.Entry>> numbers = new LinkedHashMap<>();
        for (Account account : fit.accounts()) {
            if (account.canBeMapped()) {
                numbers.put(account, account.entries(model, fit.seed()));
            }
        }
        return quantities(new ShownQuantities(quantities.values(), quantities.draws(), numbers));
    }

    private Report quantities(ShownQuantities value) {
        return new Report(fit, model, data, device, command, covariance, value, prior, exhibits);
    }

    /** With draws from the prior, summed up: of the parameters, and of what is observed. */
    public Report prior(int draws, List<Marginal> marginals) {
        Prior value = new Prior(draws, List.copyOf(marginals));
        return new Report(fit, model, data, device, command, covariance, quantities, value, exhibits);
    }

    /** With sections of its model's own, such as a picture of what it predicts; only the report shows them. */
    public Report exhibits(Page sections) {
        return new Report(fit, model, data, device, command, covariance, quantities, prior, sections);
    }

    /** The fit. */
    public FitResult fit() {
        return fit;
    }

    /** The model. */
    public ModelDescription model() {
        return model;
    }

    /** What it was fitted to; null where that is not given. */
    public @Nullable DataSource data() {
        return data;
    }

    /** Such as {@code simd (256-bit vectors, 2 threads): the fastest that opens here}. */
    public String deviceInWords() {
        return fit.device()
                + (device.description.isEmpty() ? "" : " (" + device.description + ")")
                + (device.reason.isEmpty() ? "" : ": " + device.reason);
    }

    /** How it was fitted, such as {@code full-rank Gaussian}. */
    public String methodInWords() {
        return Explanation.method(fit);
    }

    /** Of a point, the largest log p; NaN if there is none. */
    public double largest() {
        return fit.trace().isEmpty()
                ? Double.NaN
                : fit.trace().get(fit.trace().size() - 1).elbo();
    }

    /** The outcome in sentences. */
    public Explanation explanation() {
        return new Explanation(fit, options(), !command.line.isEmpty());
    }

    /**
     * Writes {@code fit.json} and {@code report.html} into a folder, made if need be; each is there whole or not at all.
     *
     * @return where they are
     */
    public List<Path> write(Path folder) throws IOException {
        WholeFile.folder(folder);
        Path json = WholeFile.write(folder.resolve("fit.json"), new FitJsonWriter(this).document());
        Path html = WholeFile.write(folder.resolve("report.html"), html(ZonedDateTime.now(ZoneId.systemDefault())));
        return List.of(json, html);
    }

    /** Writes {@code fit.json} alone, under another name; it is there whole or not at all. */
    public Path writeJson(Path file) throws IOException {
        return WholeFile.write(file, new FitJsonWriter(this).document());
    }

    /**
     * Makes the folder if need be, and tries whether files of an ordinary fit can be written there, so that a fault is
     * found before a fit.
     */
    public static void prepare(Path folder) throws IOException {
        WholeFile.folder(folder);
        WholeFile.tryOut(folder);
    }

    /** The first fields of {@code fit.json}, those of the result, in one line. */
    public String line() {
        return new FitJsonWriter(this).line();
    }

    String html(ZonedDateTime when) {
        return new HtmlReport(this, when).html();
    }

    /** What there is to show, each with its distribution: the model's quantities, or else the parameters that were fitted. */
    public List<Marginal> marginals() {
        return quantities.of(fit.posterior());
    }

    /** Whether {@link #quantities} were given, so that what is shown is not what was fitted. */
    public boolean hasQuantities() {
        return !quantities.values().isEmpty();
    }

    /** The largest standard error of a mean in {@link #marginals}, in standard deviations; 0 if all are exact. */
    public double largestMeanError() {
        return ShownQuantities.largestMeanError(marginals());
    }

    /** Draws of which means and standard deviations in {@link #marginals} are that are not exact; 0 if they have none of their own. */
    public long expectationDraws() {
        return quantities.draws();
    }

    /** How exact the means are, and from what; empty if all are exact. */
    public String meansInWords() {
        return quantities.meansInWords(largestMeanError());
    }

    /** What an account says of {@link #marginals}; empty where it says nothing of these. */
    List<Account.Entry> shown(Account account) {
        return quantities.by(account);
    }

    /** What importance weights make of each of {@link #marginals}; empty where they correct nothing. */
    public List<Correction> corrections() {
        return Correction.of(this, fit.corrected());
    }

    /** The table of {@link #corrections}, and what it says. */
    public CorrectionTable correctionTable() {
        return new CorrectionTable(this);
    }

    /** What Markov chains say, of a fit that they have looked at. */
    public ChainTable chainTable() {
        return new ChainTable(this);
    }

    /** Which fits the tournament was between, of a fit that won one. */
    public TournamentTable tournament() {
        return new TournamentTable(this);
    }

    /** What the fit's accounts say beside the table of marginals. */
    public AccountTable accounts() {
        return new AccountTable(this);
    }

    /** The summed-up draws from the prior; empty if none were given. */
    public List<Marginal> priorMarginals() {
        return prior == null ? List.of() : prior.marginals();
    }

    /** A number of the table of draws from the prior, column by column behind the name. */
    public static String priorNumber(Marginal marginal, int column) {
        double value = switch (column) {
            case 0 -> marginal.mean();
            case 1 -> marginal.standardDeviation();
            default -> marginal.quantiles().get(2 * (column - 2));
        };
        return Numbers.significant(value, 3);
    }

    /** How many draws from the prior there are; 0 if none were given. */
    public int priorDraws() {
        return prior == null ? 0 : prior.draws();
    }

    String command() {
        return command.line;
    }

    /** What can be asked for again; empty if that is not given. */
    List<String> arguments() {
        return command.arguments;
    }

    Device device() {
        return device;
    }

    /** The sections of its model's own; empty if it has none. */
    String exhibits() {
        return exhibits == null ? "" : exhibits.sections();
    }

    /** Whether what was fitted is little enough to draw each density. */
    boolean drawsDensities() {
        return fit.posterior().dimensions() <= MOST_COVARIANCES;
    }

    /** Of the parameters; null where there are many and it was not asked for, or it is not known. */
    double @Nullable [][] covariance() {
        return covariance || fit.posterior().dimensions() <= MOST_COVARIANCES
                ? fit.posterior().covariance()
                : null;
    }

    /** Whether the posterior is independent normals, which need no covariance. */
    boolean isIndependent() {
        return fit.posterior() instanceof GaussianPosterior normal
                && normal.gaussian().isIndependent();
    }

    /** What was used, of the model first and then of the method; the gradient is shown separately. */
    Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>(model.options());
        Map<String, Object> settings = new LinkedHashMap<>(fit.settings());
        settings.remove(FitJson.GRADIENT);
        Object baseline = settings.remove("baseline");
        if (baseline != null) {
            options.put("baseline", baseline);
        }
        FitJson.special(fit.arithmetic()).ifPresent(name -> options.put("arithmetic", name));
        FitJson.special(fit.rng()).ifPresent(name -> options.put("rng", name)); // such draws are of this device only
        settings.forEach(options::putIfAbsent);
        return options;
    }
}
