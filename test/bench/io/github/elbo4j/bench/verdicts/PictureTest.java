package io.github.elbo4j.bench.verdicts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class PictureTest {
    private static final List<Picture.Dot> FITS = List.of(
            new Picture.Dot("full-rank", 1_000, 0.1, true),
            new Picture.Dot("fixed", 10_000, 1, false),
            new Picture.Dot("fixed", 100_000, 1e-9, true),
            new Picture.Dot("fixed", 100_000, Double.NaN, false));

    private static List<Element> dots(String svg) throws Exception {
        NodeList circles = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
                .getElementsByTagName("circle");
        List<Element> dots = new ArrayList<>();
        for (int i = 0; i < circles.getLength(); i++) {
            if (((Element) circles.item(i)).getAttribute("class").equals("fit")) {
                dots.add((Element) circles.item(i));
            }
        }
        return dots;
    }

    private static double at(Element dot, String attribute) {
        return Double.parseDouble(dot.getAttribute(attribute));
    }

    @Test
    void aTenfoldIsAsFarAnywhere() throws Exception {
        List<Element> dots = dots(Picture.of(FITS, List.of()));
        assertThat(dots).hasSize(4);
        assertThat(at(dots.get(2), "cx") - at(dots.get(1), "cx"))
                .isCloseTo(at(dots.get(1), "cx") - at(dots.get(0), "cx"), within(0.2))
                .isGreaterThan(100);
        assertThat(at(dots.get(0), "cy")).isGreaterThan(at(dots.get(1), "cy") + 50);
    }

    @Test
    void whatIsBeyondTheScaleStandsAtItsEnd() throws Exception {
        List<Element> dots = dots(Picture.of(FITS, List.of()));
        assertThat(at(dots.get(2), "cy")).isGreaterThan(at(dots.get(0), "cy")); // an error of nearly nothing
        assertThat(at(dots.get(3), "cy")).isLessThan(at(dots.get(1), "cy")); // none is known
        assertThat(at(dots.get(3), "cx")).isEqualTo(at(dots.get(2), "cx"));
    }

    @Test
    void methodsHaveTheirColoursAndOnlyTrustedFitsAreFilled() throws Exception {
        List<Element> dots = dots(Picture.of(FITS, List.of(FITS.get(0))));
        assertThat(dots).hasSize(5);
        assertThat(dots.get(0).getAttribute("stroke")).isNotEqualTo(dots.get(1).getAttribute("stroke"));
        assertThat(dots.get(1).getAttribute("stroke")).isEqualTo(dots.get(2).getAttribute("stroke"));
        assertThat(dots.get(0).getAttribute("fill")).isEqualTo(dots.get(0).getAttribute("stroke"));
        assertThat(dots.get(1).getAttribute("fill")).isEqualTo("none");
        assertThat(at(dots.get(4), "cy")).isEqualTo(at(dots.get(0), "cy"));
        assertThat(at(dots.get(4), "cx") - at(dots.get(0), "cx")).isGreaterThan(300); // the panel beside
    }
}
