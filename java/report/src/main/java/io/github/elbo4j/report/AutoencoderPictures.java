package io.github.elbo4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The images of an {@link AutoencoderReport}. */
final class AutoencoderPictures {
    private static final int SAMPLES_ABREAST = 12;

    private final AutoencoderReport.Pictures of;

    AutoencoderPictures(AutoencoderReport.Pictures of) {
        this.of = of;
    }

    void addTo(Page page) {
        page.section("Reconstructions")
                .images(
                        sheet(List.of(of.originals(), of.reconstructions())),
                        "Rows of the data, and below each what is made of it")
                .caption(
                        "Above: rows that training has not seen, as far as there are any. Below: E(x | z) at the mean of q(z | x).");
        if (!of.completed().isEmpty()) {
            page.section("Completions")
                    .images(
                            sheet(List.of(of.originals(), of.seen(), of.completed())),
                            "Rows, the half of each that was seen, and what was made of it")
                    .caption(String.format(
                            Locale.ROOT,
                            "From above: the whole; what was seen; E(x | what was seen), by importance sampling with %.0f to %.0f"
                                    + " effective draws.",
                            of.effective().stream().mapToDouble(v -> v).min().orElse(Double.NaN),
                            of.effective().stream().mapToDouble(v -> v).max().orElse(Double.NaN)));
        }
        List<List<double[]>> samples = new ArrayList<>();
        for (int i = 0; i < of.samples().size(); i += SAMPLES_ABREAST) {
            samples.add(of.samples().subList(i, Math.min(of.samples().size(), i + SAMPLES_ABREAST)));
        }
        page.section("Samples")
                .images(sheet(samples), "What the model takes for rows")
                .caption("E(x | z) at draws z of the prior.");
        if (!of.grid().isEmpty()) {
            page.section("Over the latent plane")
                    .images(sheet(of.grid()), "What is made of points of the latent plane")
                    .caption("E(x | z) of z1 from −2 to 2 to the right, and of z2 from −2 to 2 upwards.");
        }
        page.section("Between two rows")
                .images(sheet(List.of(of.between())), "Steps from one row to another")
                .caption("E(x | z) on the line from the code of the first row above to that of the second.");
    }

    private ImageSheet sheet(List<List<double[]>> rows) {
        return ImageSheet.of(rows, of.width(), of.height());
    }
}
