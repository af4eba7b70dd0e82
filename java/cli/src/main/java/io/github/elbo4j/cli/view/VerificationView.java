package io.github.elbo4j.cli.view;

import io.github.elbo4j.infer.FitResult;
import io.github.elbo4j.infer.Status;
import io.github.elbo4j.infer.Trail;
import io.github.elbo4j.report.words.Words;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Whether a fit that was made again has the bits that it had.
 *
 * @param fitted as it was written
 * @param device that made it again
 * @param asked the states that were to be compared
 * @param found those at their steps, as far as they were looked at
 * @param result what of the result differs; null where it was not compared
 */
public record VerificationView(
        FitResult fitted,
        String device,
        Trail asked,
        Trail found,
        @Nullable ResultDifference result) {
    private static final JsonFactory JSON = JsonFactory.builder().build();
    private static final int DIGITS = 12; // of a hash, on the terminal

    private enum Row {
        AGREES,
        DIFFERS,
        /** There are no steps that far. */
        MISSING
    }

    /** The states that were compared; the others follow from one that differs. */
    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < asked.states().size(); i++) {
            if (i >= found.states().size()) {
                if (agrees(rows)) {
                    rows.add(Row.MISSING);
                }
                break;
            }
            rows.add(found.states().get(i).equals(asked.states().get(i)) ? Row.AGREES : Row.DIFFERS);
        }
        return rows;
    }

    private static boolean agrees(List<Row> rows) {
        return rows.stream().allMatch(Row.AGREES::equals);
    }

    /** Whether all that was compared agrees. */
    public boolean agrees() {
        return agrees(rows()) && asked.states().size() >= found.states().size() && (result == null || result.isNone());
    }

    /** Such as {@code 101-200}: the steps that lead to the i-th state from the one before it. */
    private String steps(int i) {
        int to = asked.states().get(i).step();
        List<Integer> all =
                fitted.trail().states().stream().map(Trail.State::step).toList();
        int at = all.indexOf(to);
        return at <= 0 ? String.valueOf(to) : all.get(at - 1) + 1 + "-" + to;
    }

    /** For people. */
    public void print(PrintWriter out, int width) {
        out.println(Text.wrap(
                "Fit by " + fitted.method() + ", " + Words.count(fitted.steps(), "step") + " on "
                        + Words.plain(fitted.device()) + ", made again on " + Words.plain(device),
                width,
                ""));
        out.println();
        List<Row> rows = rows();
        if (!rows.isEmpty()) {
            List<List<String>> table =
                    new ArrayList<>(List.of(List.of("steps", "state in the fit", "state here", "bits")));
            for (int i = 0; i < rows.size(); i++) {
                table.add(List.of(
                        steps(i),
                        brief(asked, i),
                        rows.get(i) == Row.MISSING ? "-" : brief(found, i),
                        rows.get(i) == Row.AGREES ? "agree" : "differ"));
            }
            new TextTable(width).print(out, table);
            out.println();
        }
        out.println(Text.wrap(Words.plain(sentence(rows)), width, ""));
    }

    private static String brief(Trail trail, int i) {
        String hash = trail.states().get(i).sha256();
        return hash.substring(0, Math.min(DIGITS, hash.length()));
    }

    private String sentence(List<Row> rows) {
        if (!agrees(rows)) {
            String steps = steps(firstThatDiffers(rows));
            return "The first difference is in " + (steps.contains("-") ? "steps " : "the state after step ") + steps
                    + ". So it is where fit.json was changed, where another elbo4j made the fit, or where a device is broken.";
        }
        String states = rows.isEmpty()
                ? "The method " + fitted.method() + " keeps no trail of states. "
                : (rows.size() == 1 ? "The state agrees" : "The " + rows.size() + " states agree") + ", bit for bit. ";
        if (result == null) {
            boolean isCutShort = fitted.status() == Status.INTERRUPTED || fitted.status() == Status.FAILED;
            return states + "The result was not compared"
                    + (isCutShort ? ", since it depends on when the fit was stopped." : ".");
        }
        if (asked.states().size() < found.states().size()) {
            return states + "But there are "
                    + (found.states().size() - asked.states().size()) + " more than the fit tells of.";
        }
        return states + result.inWords();
    }

    private static int firstThatDiffers(List<Row> rows) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i) != Row.AGREES) {
                return i;
            }
        }
        return -1;
    }

    /** For programs: a line of JSON. */
    public String line() {
        StringWriter text = new StringWriter();
        List<Row> rows = rows();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("method", fitted.method());
            json.writeNumberProperty("steps", fitted.steps());
            json.writeStringProperty("device", fitted.device());
            json.writeStringProperty("verifiedOn", device);
            json.writeArrayPropertyStart("states");
            for (int i = 0; i < rows.size(); i++) {
                json.writeStartObject();
                json.writeNumberProperty("step", asked.states().get(i).step());
                json.writeStringProperty("sha256", asked.states().get(i).sha256());
                if (rows.get(i) == Row.MISSING) {
                    json.writeNullProperty("found");
                } else {
                    json.writeStringProperty("found", found.states().get(i).sha256());
                }
                json.writeBooleanProperty("agrees", rows.get(i) == Row.AGREES);
                json.writeEndObject();
            }
            json.writeEndArray();
            int first = firstThatDiffers(rows);
            if (first >= 0) {
                json.writeNumberProperty(
                        "firstDifference", asked.states().get(first).step());
            }
            if (result == null) {
                json.writeNullProperty("resultAgrees");
            } else {
                json.writeBooleanProperty("resultAgrees", result.isNone());
            }
            json.writeBooleanProperty("agrees", agrees());
            json.writeEndObject();
        }
        return Words.plainJson(text.toString()) + "\n";
    }
}
