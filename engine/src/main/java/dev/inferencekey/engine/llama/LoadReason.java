package dev.inferencekey.engine.llama;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out why llama.cpp refused a model, which its binding does not tell: the load is tried once more while the
 * process's standard error goes to a file, and llama.cpp's own words are read from there.
 *
 * <p>Only Unix has the calls; elsewhere, and if anything goes wrong here, there simply is no reason to report.
 */
final class LoadReason {
    private static final int STANDARD_ERROR = 2;
    private static final Duration FLUSH = Duration.ofSeconds(1);

    // The last line that llama.cpp writes about a model it gives up.
    private static final String LAST = "failed to load model, '";
    private static final List<Pattern> REASONS = List.of(
            Pattern.compile(".*error loading model(?: [a-z]+)?: (.+)"),
            Pattern.compile("gguf_init_from_file[a-z_]*: (.+)"),
            Pattern.compile("llama_init_from_model: (.+)"),
            Pattern.compile("(?:warning|error): (.+)"));

    private LoadReason() {}

    /** The reason in llama.cpp's words, without line ends; {@code load} is expected to fail again. */
    static Optional<String> of(Runnable load) {
        try {
            Path file = Files.createTempFile("inferencekey-engine-", ".log");
            try {
                return in(recorded(load, file));
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static Optional<String> in(String log) {
        for (Pattern pattern : REASONS) {
            Matcher matcher = pattern.matcher(log);
            if (matcher.find()) {
                return Optional.of(matcher.group(1).strip());
            }
        }
        return Optional.empty();
    }

    private static String recorded(Runnable load, Path file) throws IOException {
        Descriptors descriptors = new Descriptors();
        int saved = descriptors.redirect(file);
        try {
            load.run();
        } catch (RuntimeException e) {
            // The failure itself is known already; its reason is in the file.
        } finally {
            awaitLast(file);
            descriptors.restore(saved);
        }
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    // llama.cpp writes its log from a thread of its own, a moment after the call has failed.
    private static void awaitLast(Path file) throws IOException {
        long deadline = System.nanoTime() + FLUSH.toNanos();
        while (System.nanoTime() < deadline
                && !Files.readString(file, StandardCharsets.ISO_8859_1).contains(LAST)) {
            Thread.onSpinWait();
        }
    }

    /** The three system calls that move a file descriptor aside and back. */
    private static final class Descriptors {
        private final MethodHandle open;
        private final MethodHandle dup;
        private final MethodHandle dup2;

        Descriptors() throws IOException {
            Linker linker = Linker.nativeLinker();
            var number = ValueLayout.JAVA_INT;
            open = find(linker, "creat", FunctionDescriptor.of(number, ValueLayout.ADDRESS, number));
            dup = find(linker, "dup", FunctionDescriptor.of(number, number));
            dup2 = find(linker, "dup2", FunctionDescriptor.of(number, number, number));
        }

        int redirect(Path file) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment name = arena.allocateFrom(file.toString());
                int saved = (int) dup.invokeExact(STANDARD_ERROR);
                int target = (int) open.invokeExact(name, 0600);
                if (saved < 0 || target < 0 || (int) dup2.invokeExact(target, STANDARD_ERROR) < 0) {
                    throw new IOException("standard error cannot be redirected");
                }
                return saved;
            } catch (IOException e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException(e);
            }
        }

        void restore(int saved) throws IOException {
            try {
                var _ = (int) dup2.invokeExact(saved, STANDARD_ERROR);
            } catch (Throwable e) {
                throw new IOException(e);
            }
        }

        @SuppressWarnings("restricted")
        private static MethodHandle find(Linker linker, String name, FunctionDescriptor signature) throws IOException {
            MemorySegment address =
                    linker.defaultLookup().find(name).orElseThrow(() -> new IOException("this system has no " + name));
            return linker.downcallHandle(address, signature);
        }
    }
}
