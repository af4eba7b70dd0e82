package io.github.elbo4j.cli.command;

import io.github.elbo4j.cli.view.Text;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a seed: any 64 bits, as a signed or an unsigned number; −1 and 2^64 − 1 are the same seed. */
final class Seed implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
        try {
            return value.startsWith("-") ? Long.parseLong(value) : Long.parseUnsignedLong(value);
        } catch (NumberFormatException e) {
            throw new TypeConversionException(
                    Text.quote(value) + " is not a whole number of 64 bits (from -2^63 to 2^64 - 1)");
        }
    }
}
