package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.view.Text;
import java.math.BigDecimal;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a whole number that may be large: 1000000000, or 1e9. */
final class DrawCount implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
        try {
            return new BigDecimal(value).longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new TypeConversionException(
                    Text.quote(value) + " is not a whole number of 64 bits, such as 1000000 or 1e6");
        }
    }
}
