package io.github.elbo4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.elbo4j.infer.Status;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The report in a browser, where one is installed: on a narrow screen and on paper. */
class ReportLayoutTest {
    @TempDir
    Path folder;

    private static Optional<Path> browser() {
        return Stream.of("chromium", "google-chrome", "chromium-browser")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(place -> Path.of(place, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String report(int parameters) {
        List<String> names = new ArrayList<>(List.of("intercept", "a name of many words that goes on"));
        while (names.size() < parameters) {
            names.add("column" + names.size());
        }
        ZonedDateTime when = ZonedDateTime.of(2026, 11, 21, 10, 0, 0, 0, ZoneOffset.UTC);
        Report fit = ExampleFit.of(names.subList(0, parameters), 0.2, Status.CONVERGED);
        return fit.command("elbo4j fit logistic --data " + "folder/".repeat(30)).html(when);
    }

    /** What a script finds in the page after it was laid out in a frame of that width. */
    private String measured(String html, int width, String script) throws IOException, InterruptedException {
        Optional<Path> browser = browser();
        if (browser.isEmpty()) {
            System.out.println("ReportLayoutTest: not run, no chromium is installed");
        }
        Assumptions.assumeTrue(browser.isPresent(), "no chromium");
        // The policy would keep the script from running. A frame, since a window cannot be narrower than 500 pixels.
        String page = html.replaceFirst("<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "")
                .replace(
                        "</body>",
                        "<script>parent.document.title = 'found: ' + (() => {" + script + "})();</script></body>");
        Path file = Files.writeString(
                folder.resolve("page.html"),
                "<!doctype html><title></title><iframe style=\"border: 0\" width=\"" + width
                        + "\" height=\"900\" srcdoc=\""
                        + page.replace("&", "&amp;").replace("\"", "&quot;") + "\"></iframe>");
        Process process = new ProcessBuilder(
                        browser.get().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--hide-scrollbars",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--virtual-time-budget=2000",
                        "--window-size=1600,1000",
                        "--dump-dom",
                        file.toUri().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String dom = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Matcher title = Pattern.compile("<title>found: ([^<]*)</title>").matcher(dom);
        assertThat(title.find())
                .as(dom.length() > 200 ? dom.substring(0, 200) : dom)
                .isTrue();
        return title.group(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 16, 60})
    void aNarrowScreenIsNotScrolledSideways(int parameters) throws Exception {
        String found = measured(
                report(parameters),
                400,
                "const wide = [...document.querySelectorAll('body *')].filter(e => !e.closest('.unseen') &&"
                        + " e.getBoundingClientRect().right > innerWidth + 0.5 && !e.closest('svg, .uplot'));"
                        + "return [innerWidth, document.documentElement.scrollWidth, document.querySelectorAll('canvas').length,"
                        + " wide.map(e => e.tagName + '.' + e.className).join(' ')].join(', ');");
        // The innermost elements count too: nothing is hidden in a region that scrolls.
        assertThat(found).isEqualTo("400, 400, " + (parameters + 2) + ", ");
    }

    /** Drawn for a wide window, then laid out by the rules for paper, as wide as a page of A4 between its margins. */
    @ParameterizedTest
    @ValueSource(ints = {2, 16, 60})
    void paperCutsNothing(int parameters) throws Exception {
        String html = report(parameters);
        assertThat(html).contains("@media print {");
        String found = measured(
                html,
                1500,
                "const rules = [...document.styleSheets].flatMap(s => [...s.cssRules]).filter(r => r.media?.mediaText === 'print');"
                        + "const style = document.head.appendChild(document.createElement('style'));"
                        + "style.textContent = rules.flatMap(r => [...r.cssRules]).map(r => r.cssText).join('\\n');"
                        + "document.body.style.width = '700px';"
                        + "const cut = [...document.querySelectorAll('canvas, svg, table, td, th')].filter(e =>"
                        + " e.getBoundingClientRect().right > 700.5 || e.getBoundingClientRect().left < -0.5);"
                        + "return [rules.length, document.querySelectorAll('canvas').length, cut.map(e => e.tagName + ' in ' +"
                        + " e.parentNode.className).join('; ')].join(', ');");
        assertThat(found).isEqualTo("1, " + (parameters + 2) + ", ");
    }

    /** More panels than are drawn at once: paper has them all. */
    @ParameterizedTest
    @ValueSource(ints = {100})
    void paperShowsWhatNobodyHasScrolledTo(int parameters) throws Exception {
        String count = "document.querySelectorAll('canvas').length";
        String found = measured(
                report(parameters),
                800,
                "const before = " + count + "; dispatchEvent(new Event('beforeprint')); return [before < 102, " + count
                        + "].join(', ');");
        assertThat(found).isEqualTo("true, 102");
    }
}
