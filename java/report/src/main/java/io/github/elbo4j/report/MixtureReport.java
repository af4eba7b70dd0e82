package io.github.elbo4j.report;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.mixture.MixtureFit;
import io.github.elbo4j.report.files.WholeFile;
import io.github.elbo4j.report.words.Numbers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fits of mixtures to the same rows, one for each number of components, to be written as {@code fit.json}, for programs, and {@code
 * report.html}, for people. It never changes: each setting makes another one.
 */
public final class MixtureReport {
    private final List<MixtureFit> fits;
    private final MixtureFit best;
    private final @Nullable DataSource data;
    private final @Nullable Picture picture;
    private final String deviceDescription;
    private final String deviceReason;
    private final String command;

    /**
     * Rows to be drawn.
     *
     * @param across the column of the x axis, from 0
     * @param up the column of the y axis; the same where there is one column only
     * @param x of each row
     * @param y of each row
     * @param components where each row belongs, from 0
     */
    public record Picture(int across, int up, List<Double> x, List<Double> y, List<Integer> components) {
        public Picture {
            x = List.copyOf(x);
            y = List.copyOf(y);
            components = List.copyOf(components);
        }
    }

    private MixtureReport(
            List<MixtureFit> fits,
            MixtureFit best,
            @Nullable DataSource data,
            @Nullable Picture picture,
            String deviceDescription,
            String deviceReason,
            String command) {
        this.fits = List.copyOf(fits);
        this.best = best;
        this.data = data;
        this.picture = picture;
        this.deviceDescription = deviceDescription;
        this.deviceReason = deviceReason;
        this.command = command;
    }

    /**
     * Of fits.
     *
     * @param best the one to be shown, one of them
     */
    public static MixtureReport of(List<MixtureFit> fits, MixtureFit best) {
        return new MixtureReport(fits, best, null, null, "", "", "");
    }

    /** With what they were fitted to; its predictors are the columns. */
    public MixtureReport about(DataSource value) {
        return new MixtureReport(fits, best, value, picture, deviceDescription, deviceReason, command);
    }

    /** With rows to be drawn. */
    public MixtureReport picture(Picture value) {
        return new MixtureReport(fits, best, data, value, deviceDescription, deviceReason, command);
    }

    /** With the device in words and why it was this one. */
    public MixtureReport device(String description, String reason) {
        return new MixtureReport(fits, best, data, picture, description, reason, command);
    }

    /** With the command line of {@code elbo4j} that repeats the fits. */
    public MixtureReport command(String line) {
        return new MixtureReport(fits, best, data, picture, deviceDescription, deviceReason, line);
    }

    /** All fits, in the order of their numbers of components. */
    public List<MixtureFit> fits() {
        return fits;
    }

    /** The one that is shown. */
    public MixtureFit best() {
        return best;
    }

    /** How it went. */
    public FitResult result() {
        return best.result();
    }

    /** What was raised, in words. */
    public String objective() {
        boolean penalized = Boolean.TRUE.equals(result().settings().get("penalty"));
        return hasElbo() ? "ELBO" : penalized ? "penalized log-likelihood" : "log-likelihood";
    }

    private boolean hasElbo() {
        return result().method().equals("cavi");
    }

    /** The names of what {@link #scores} tells. */
    public List<String> scoreNames() {
        return hasElbo() ? List.of(objective()) : List.of(objective(), "BIC", "ICL");
    }

    /** What a fit is worth, as far as the method tells it. */
    public List<String> scores(MixtureFit of) {
        MixtureFit.Scores scores = of.scores();
        String objective = Numbers.fixed(scores.objective(), 2);
        return hasElbo()
                ? List.of(objective)
                : List.of(objective, Numbers.fixed(scores.bic(), 1), Numbers.fixed(scores.icl(), 1));
    }

    /** What a verdict means for a mixture, and each concern, in sentences. */
    public String verdict() {
        StringBuilder words = new StringBuilder(
                switch (result().verdict()) {
                    case GOOD -> "It settled, other starts came to the same, and every component has rows enough.";
                    case USABLE -> "It settled, but look at what follows before you use it.";
                    case DO_NOT_TRUST -> "Do not rely on these numbers.";
                });
        result().assessment().concerns().forEach(concern -> words.append(' ').append(concern.words()));
        return words.toString();
    }

    /** What may be done about it; empty if it is good. */
    public List<String> advice() {
        return result().assessment().concerns().stream()
                .map(concern -> concern.kind().remedy())
                .distinct()
                .toList();
    }

    /** Such as {@code simd (256-bit vectors, 2 threads): the fastest that opens here}. */
    public String deviceInWords() {
        return result().device()
                + (deviceDescription.isEmpty() ? "" : " (" + deviceDescription + ")")
                + (deviceReason.isEmpty() ? "" : ": " + deviceReason);
    }

    @Nullable
    DataSource data() {
        return data;
    }

    @Nullable
    Picture picture() {
        return picture;
    }

    String command() {
        return command;
    }

    /**
     * Writes {@code fit.json} and {@code report.html} into a folder, made if need be; each is there whole or not at all.
     *
     * @return where they are
     */
    public List<Path> write(Path folder) throws IOException {
        WholeFile.folder(folder);
        Path json = WholeFile.write(folder.resolve("fit.json"), new MixtureJson(this).document());
        Path html = WholeFile.write(
                folder.resolve("report.html"), new MixturePage(this, ZonedDateTime.now(ZoneId.systemDefault())).html());
        return List.of(json, html);
    }

    /** The first fields of {@code fit.json}, those of the result, in one line. */
    public String line() {
        return new MixtureJson(this).line();
    }
}
