package io.github.elbo4j.report;

import io.github.elbo4j.report.files.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A page in the manner of the report, without scripts: paragraphs, tables and {@linkplain Chart charts} under headings. */
public final class Page {
    private final String kind;
    private final String heading;
    private final String sub;
    private final StringBuilder body = new StringBuilder(1 << 14);
    private boolean open; // a section

    /**
     * An empty page.
     *
     * @param kind such as {@code evidence}
     * @param heading the title
     * @param sub a line below it
     */
    public Page(String kind, String heading, String sub) {
        this.kind = kind;
        this.heading = heading;
        this.sub = sub;
    }

    /** Sections to stand among those of a {@link Report}. */
    public Page() {
        this("", "", "");
    }

    /** Begins a section. */
    public Page section(String title) {
        end();
        body.append("<section>\n<h2>").append(Html.escape(title)).append("</h2>\n");
        open = true;
        return this;
    }

    /** A paragraph. */
    public Page text(String words) {
        body.append("<p>").append(Html.prose(words)).append("</p>\n");
        return this;
    }

    /** A remark on what stands above. */
    public Page caption(String words) {
        body.append("<p class=\"caption\">").append(Html.prose(words)).append("</p>\n");
        return this;
    }

    /**
     * A chart.
     *
     * @param inWords what it shows, for those who do not see it
     */
    public Page chart(Chart chart, String inWords) {
        return figure(chart.svg(inWords));
    }

    /** A picture that is drawn elsewhere, as SVG. */
    Page figure(String svg) {
        body.append("<figure>").append(svg).append("</figure>\n");
        return this;
    }

    /**
     * Images of pixels.
     *
     * @param inWords what they show, for those who do not see them
     */
    public Page images(ImageSheet sheet, String inWords) {
        body.append("<figure><img class=\"pixels\" width=\"")
                .append(sheet.shownWidth())
                .append("\" src=\"data:image/png;base64,")
                .append(sheet.base64())
                .append("\" alt=\"")
                .append(Html.escape(inWords))
                .append("\"></figure>\n");
        return this;
    }

    /**
     * A table of numbers, the first cell of a row its name.
     *
     * @param caption for those who do not see it
     */
    public Page table(String caption, List<String> head, List<List<String>> rows) {
        body.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"")
                .append(Html.escape(caption))
                .append("\"><table class=\"parameters\">\n<caption class=\"unseen\">")
                .append(Html.escape(caption))
                .append("</caption>\n<thead><tr>");
        head.forEach(cell ->
                body.append("<th scope=\"col\">").append(Html.escape(cell)).append("</th>"));
        body.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : rows) {
            body.append("<tr><th scope=\"row\">")
                    .append(Html.escape(row.get(0)))
                    .append("</th>");
            row.subList(1, row.size())
                    .forEach(cell ->
                            body.append("<td>").append(Html.number(cell)).append("</td>"));
            body.append("</tr>\n");
        }
        body.append("</tbody>\n</table></div>\n");
        return this;
    }

    /**
     * The last section: what was run.
     *
     * @param command the command line that repeats it; empty if there was none
     * @param device where, and what that changes, in sentences
     */
    Page ran(String command, String device) {
        section("What was run");
        return (command.isEmpty() ? this : text(command)).caption("Device: " + device);
    }

    /** Writes it; the file is there whole or not at all. Returns where it is. */
    public Path write(Path file) throws IOException {
        WholeFile.folder(Objects.requireNonNull(file.toAbsolutePath().getParent()));
        return WholeFile.write(file, html());
    }

    /** Its sections. */
    String sections() {
        end();
        return body.toString();
    }

    String html() {
        String title = Html.escape(heading);
        return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta name=\"color-scheme\" content=\"light dark\">\n"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src"
                + " 'unsafe-inline'\">\n<title>" + title + "</title>\n<style>\n" + css()
                + "</style>\n</head>\n<body>\n<main>\n<header>\n<p class=\"mark\">elbo4j · " + Html.escape(kind)
                + "</p>\n<h1>" + title + "</h1>\n</header>\n<p class=\"sub\">" + Html.prose(sub) + "</p>\n" + sections()
                + "</main>\n</body>\n</html>\n";
    }

    private void end() {
        if (open) {
            body.append("</section>\n");
            open = false;
        }
    }

    private static String css() {
        try (InputStream in = Page.class.getResourceAsStream("report.css")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
