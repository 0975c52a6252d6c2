package dev.inferencekey.server.runtime.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a model server that somebody took over would try. Runs in the fake engine's process. */
final class HostileActs {
    /** What it tries to leave in folders that are not its own. */
    static final String WRITTEN = "written-by-a-model-server";

    private static final long SEIZE = 0x4206;

    private HostileActs() {}

    private interface Act {
        boolean works() throws Throwable;
    }

    /**
     * @param query {@code DATA_FOLDER,PLATFORM_PID,PROGRAMS}
     * @return the names of those acts that worked
     */
    static List<String> tryAll(String query) {
        String[] words = query.split(",");
        Path data = Path.of(words[0]);
        Path platform = Path.of("/proc", words[1]);
        Path programs = Path.of(words[2]);
        List<String> done = new ArrayList<>();
        // What it must be able to do, or else the rest would prove nothing.
        attempt(done, "wrote its folder", () -> wrote(Path.of("").toAbsolutePath()));
        attempt(done, "wrote its home", () -> wrote(Path.of(System.getenv("HOME"))));
        attempt(done, "wrote temporary files", () -> wrote(Path.of(System.getenv("TMPDIR"))));
        attempt(
                done,
                "read a model",
                () -> Files.readString(data.resolve("models/tiny.gguf")).equals("weights"));
        attempt(
                done,
                "goes before the platform",
                () -> Files.readString(Path.of("/proc/self/oom_score_adj"))
                        .strip()
                        .equals("500"));
        // What it must not.
        attempt(done, "read the operator credential", () -> readable(data.resolve("operator.credential")));
        attempt(done, "read the database", () -> readable(data.resolve("inferencekey.db")));
        attempt(done, "read a log", () -> readable(data.resolve("logs/access.log")));
        attempt(done, "read an engine's log", () -> readable(data.resolve("engine/rep_1/engine.log")));
        attempt(done, "read another project's home", () -> readable(data.resolve("engine/homes/other/secret")));
        attempt(done, "listed the data folder", () -> lists(data, "operator.credential"));
        // Whether they worked is seen from outside: what is written where a hidden folder would be goes nowhere.
        attempt(done, "", () -> left(data));
        attempt(done, "", () -> left(data.resolve("models")));
        attempt(done, "", () -> left(programs));
        attempt(
                done,
                "read the platform's environment",
                () -> Files.readAllBytes(platform.resolve("environ")).length > 0);
        attempt(done, "opened the platform's memory", () -> {
            new RandomAccessFile(platform.resolve("mem").toFile(), "r").close();
            return true;
        });
        attempt(done, "looked into the platform's open files", () -> {
            try (Stream<Path> open = Files.list(platform.resolve("fd"))) {
                return !Files.readSymbolicLink(open.findAny().orElseThrow())
                        .toString()
                        .isEmpty();
            }
        });
        attempt(
                done,
                "entered the platform's root",
                () -> readable(platform.resolve("root")
                        .resolve(data.toString().substring(1))
                        .resolve("operator.credential")));
        attempt(done, "traced the platform", () -> trace(Long.parseLong(words[1])));
        attempt(done, "signalled the platform", () -> signal(words[1]));
        attempt(done, "has capabilities", () -> has("CapInh", "CapPrm", "CapEff", "CapAmb"));
        attempt(done, "could be given capabilities", () -> has("CapBnd"));
        attempt(done, "may gain privileges", () -> !status("NoNewPrivs").equals("1"));
        return done;
    }

    private static void attempt(List<String> done, String name, Act act) {
        try {
            if (act.works()) {
                done.add(name);
            }
        } catch (Throwable e) {
            // It did not work.
        }
    }

    private static boolean readable(Path file) throws IOException {
        return !Files.readString(file).isEmpty();
    }

    private static boolean lists(Path folder, String name) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.anyMatch(entry -> entry.endsWith(name));
        }
    }

    private static boolean wrote(Path folder) throws IOException {
        Files.delete(Files.writeString(folder.resolve("written"), "x"));
        return true;
    }

    /** Never true: see above. */
    private static boolean left(Path folder) throws IOException {
        Files.writeString(folder.resolve(WRITTEN), "x");
        return false;
    }

    @SuppressWarnings("restricted")
    private static boolean trace(long process) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle ptrace = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("ptrace"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        return (long) ptrace.invokeExact(SEIZE, process, 0L, 0L) == 0;
    }

    private static boolean signal(String process) throws IOException, InterruptedException {
        return new ProcessBuilder("/bin/sh", "-c", "kill -s CONT " + process)
                        .start()
                        .waitFor()
                == 0;
    }

    private static boolean has(String... sets) throws IOException {
        for (String set : sets) {
            if (Long.parseUnsignedLong(status(set), 16) != 0) {
                return true;
            }
        }
        return false;
    }

    private static String status(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElseThrow();
    }
}
