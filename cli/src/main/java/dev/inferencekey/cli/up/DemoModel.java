package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.engine.gguf.GgufFormatException;
import dev.inferencekey.engine.gguf.GgufHeader;
import dev.inferencekey.engine.gguf.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The model that the demo serves: the user's own, or a tiny one with random weights that is made here.
 *
 * @param context how many tokens to serve at once, over both slots
 */
record DemoModel(Path file, int context, boolean tiny) {
    private static final String TINY = "tiny-random.gguf";
    private static final int SLOTS = 2;
    private static final int LARGEST_CONTEXT = 8_192;

    /** The user's file. */
    static DemoModel own(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        if (!Files.isRegularFile(absolute) || !Files.isReadable(absolute)) {
            throw new UsageException("--model " + file + ": there is no such readable file");
        }
        try {
            int trained = GgufHeader.read(absolute).contextLength().orElse(LARGEST_CONTEXT);
            return new DemoModel(absolute, Math.clamp((long) trained * SLOTS, 1, LARGEST_CONTEXT), false);
        } catch (GgufFormatException e) {
            throw new UsageException("--model " + file + " cannot be served: " + e.getMessage(), e);
        }
    }

    /** Where the tiny one is, and whatever else a person puts there. */
    static Path folder(Path dataFolder) {
        return dataFolder.resolve("models");
    }

    /** The tiny one, written unless an earlier start did. */
    static DemoModel tiny(Path dataFolder) throws IOException {
        Path file = folder(dataFolder).resolve(TINY);
        Files.createDirectories(folder(dataFolder));
        if (!isWhole(file)) {
            TinyModel.write(file);
            // The engine may run as a user of its own, whatever this process's umask says.
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        return new DemoModel(file, 2_048, true);
    }

    private static boolean isWhole(Path file) {
        try {
            return Files.isRegularFile(file)
                    && !GgufHeader.read(file).metadata().isEmpty();
        } catch (GgufFormatException e) {
            return false;
        }
    }

    String name() {
        return String.valueOf(file.getFileName());
    }

    /** As a person would start it; the platform adds host and port. */
    String command() {
        return "llama-server -m " + quoted(file.toString()) + " -c " + context + " --parallel " + SLOTS;
    }

    private static String quoted(String path) {
        return path.matches("[A-Za-z0-9/._+@%,:=-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    }
}
