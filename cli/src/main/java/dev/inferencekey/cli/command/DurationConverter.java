package dev.inferencekey.cli.command;

import dev.inferencekey.cli.shell.DurationText;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 90d}, {@code 30m} and the like where an option takes a time. Stateless and thread-safe. */
public final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        return DurationText.parse(text).orElseThrow(() -> new TypeConversionException(DurationText.FORM));
    }
}
