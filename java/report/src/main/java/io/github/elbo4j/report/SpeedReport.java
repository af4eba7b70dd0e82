package io.github.elbo4j.report;

import io.github.elbo4j.report.files.WholeFile;
import io.github.elbo4j.report.words.Numbers;
import io.github.elbo4j.report.words.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.PrettyPrinter;

/**
 * How fast the works are on the devices of a machine, to be written as {@code bench.json} and {@code bench.html}.
 *
 * @param version what was timed, such as elbo4j 0.1.0
 * @param machine what it ran on, by name
 * @param devices that were timed, by name, with their descriptions
 * @param works one after the other
 * @param date of the figures, such as 2026-11-27
 * @param notes what is to be said besides, in sentences
 * @param command the command line that repeats it; empty if there was none
 */
public record SpeedReport(
        String version,
        Map<String, Object> machine,
        Map<String, String> devices,
        List<Work> works,
        String date,
        List<String> notes,
        String command) {
    /**
     * A work and its times.
     *
     * @param name such as W2
     * @param words what is done
     * @param things what the count counts
     * @param count how many an execution makes; 0 if nothing is counted
     * @param times by device; none of one that could not do it
     */
    public record Work(String name, String words, String things, long count, List<Time> times) {
        public Work {
            times = List.copyOf(times);
        }

        private @Nullable Time on(String device) {
            return times.stream()
                    .filter(time -> time.device.equals(device))
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * Of one execution on a device, in milliseconds.
     *
     * @param low the tenth percentile
     * @param high the ninetieth
     */
    public record Time(String device, double median, double low, double high, int executions) {}

    public SpeedReport {
        works = List.copyOf(works);
        notes = List.copyOf(notes);
    }

    /** As a table of words; the first row is the head. */
    public List<List<String>> table() {
        List<List<String>> table = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("work"));
        devices.keySet().forEach(device -> head.add(device + ", ms"));
        head.add("fastest");
        table.add(head);
        for (Work work : works) {
            List<String> row = new ArrayList<>(List.of(work.name));
            for (String device : devices.keySet()) {
                Time time = work.on(device);
                row.add(
                        time == null
                                ? "–"
                                : Numbers.significant(time.median, 3) + " (" + Numbers.significant(time.low, 2) + "–"
                                        + Numbers.significant(time.high, 2) + ")");
            }
            row.add(fastest(work));
            table.add(row);
        }
        return table;
    }

    /** Such as {@code cuda, 20 × simd}; empty of one device. */
    private static String fastest(Work work) {
        if (work.times.size() < 2) {
            return "";
        }
        List<Time> sorted = new ArrayList<>(work.times);
        sorted.sort(Comparator.comparingDouble(Time::median));
        Time first = sorted.get(0);
        Time second = sorted.get(1);
        return first.device + ", " + Numbers.significant(second.median / first.median, 2) + " × " + second.device;
    }

    /** What the works are, each in a line. */
    public List<List<String>> legend() {
        List<List<String>> lines = new ArrayList<>();
        for (Work work : works) {
            Time best = work.times.stream()
                    .min(Comparator.comparingDouble(Time::median))
                    .orElse(null);
            String rate = best == null || work.count == 0
                    ? ""
                    : Numbers.short3(work.count / best.median * 1000) + " " + work.things + " a second on "
                            + best.device;
            lines.add(List.of(work.name, work.words, rate));
        }
        return lines;
    }

    /** How to read it, in sentences. */
    public List<String> reading() {
        List<String> sentences = new ArrayList<>(
                List.of(
                        "Milliseconds of one execution: the median, and in brackets what a tenth of the executions stay below and"
                                + " above. Brackets that are far apart say that the machine was busy, and the figures worth little.",
                        "All devices give the same numbers, so only time decides. A GPU pays where a step is large (W1 to W6);"
                                + " a short fit is launches and little work, and a CPU may well win it: --device auto looks at the size"
                                + " of a step for that. scalar starts without compiling vector code and is the reference for all."));
        sentences.addAll(notes);
        return sentences;
    }

    /**
     * Writes {@code bench.json} and {@code bench.html} into a folder, made if need be; each is there whole or not at all.
     *
     * @return where they are
     */
    public List<Path> write(Path folder) throws IOException {
        WholeFile.folder(folder);
        Path json = WholeFile.write(folder.resolve("bench.json"), json(new LinePerItem()) + "\n");
        return List.of(json, page().write(folder.resolve("bench.html")));
    }

    /** The whole of {@code bench.json} in one line. */
    public String line() {
        return json(null);
    }

    private String json(@Nullable PrettyPrinter layout) {
        return Json.object(layout, json -> {
            json.writeStringProperty("version", version);
            json.writeStringProperty("date", date);
            json.writeObjectPropertyStart("machine");
            machine.forEach((name, value) -> {
                if (value instanceof Number number) {
                    json.writeNumberProperty(name, number.longValue());
                } else {
                    json.writeStringProperty(name, String.valueOf(value));
                }
            });
            json.writeEndObject();
            json.writeObjectPropertyStart("devices");
            devices.forEach(json::writeStringProperty);
            json.writeEndObject();
            json.writeArrayPropertyStart("works");
            for (Work work : works) {
                for (Time time : work.times) {
                    json.writeStartObject();
                    json.writeStringProperty("work", work.name);
                    json.writeStringProperty("words", work.words);
                    json.writeStringProperty("device", time.device);
                    Json.number(json, "median", time.median);
                    Json.number(json, "low", time.low);
                    Json.number(json, "high", time.high);
                    json.writeNumberProperty("executions", time.executions);
                    if (work.count > 0) {
                        Json.number(json, "perSecond", Math.rint(work.count / time.median * 1000));
                        json.writeStringProperty("of", work.things);
                    }
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
            json.writeArrayPropertyStart("notes");
            notes.forEach(json::writeString);
            json.writeEndArray();
        });
    }

    private Page page() {
        List<List<String>> table = table();
        Page page = new Page("bench", "How fast the devices of this machine are", where())
                .section("Times")
                .chart(chart(), inWords())
                .table("milliseconds of an execution", table.get(0), table.subList(1, table.size()))
                .section("The works");
        for (List<String> line : legend()) {
            page.text(line.get(0) + ": " + line.get(1) + "."
                    + (line.get(2).isEmpty() ? "" : " " + Words.sentence(line.get(2))));
        }
        page.section("How to read it");
        reading().forEach(page::text);
        return page.ran(command, String.join("; ", devices.values()) + ".");
    }

    private String where() {
        return machine.getOrDefault("cpu", "") + " · " + Words.count(processors(), "processor") + " · JDK "
                + machine.getOrDefault("jdk", "") + " · " + version + " · " + date;
    }

    private int processors() {
        return machine.get("cores") instanceof Number cores ? cores.intValue() : 0;
    }

    private Chart chart() {
        Chart chart = Chart.ofLogX("milliseconds of an execution", "")
                .rows(works.stream().map(Work::name).toArray(String[]::new));
        int colour = 0;
        for (String device : devices.keySet()) {
            List<double[]> points = new ArrayList<>();
            for (int i = 0; i < works.size(); i++) {
                Time time = works.get(i).on(device);
                if (time != null) {
                    points.add(new double[] {time.median, i});
                    chart.line("", colour, new double[] {time.low, time.high}, new double[] {i, i});
                }
            }
            chart.points(
                    device,
                    colour++,
                    points.stream().mapToDouble(p -> p[0]).toArray(),
                    points.stream().mapToDouble(p -> p[1]).toArray());
        }
        return chart;
    }

    /** What the chart shows, for those who do not see it. */
    private String inWords() {
        StringBuilder words = new StringBuilder("Chart of the milliseconds of each work by device.");
        for (Work work : works) {
            words.append(' ').append(work.name).append(':');
            work.times.forEach(time -> words.append(' ')
                    .append(time.device)
                    .append(' ')
                    .append(Numbers.significant(time.median, 3))
                    .append('.'));
        }
        return words.toString();
    }
}
