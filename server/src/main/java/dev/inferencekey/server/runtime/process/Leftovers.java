package dev.inferencekey.server.runtime.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Folders and processes of replicas that an earlier platform left behind when it was killed. */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final String PID_FILE = "replica.pid";
    private static final Duration SAME_START = Duration.ofSeconds(2);

    private Leftovers() {}

    /** Notes the process, so that a later platform can find it. Where there is {@code /proc} the marker tells more. */
    static void note(Path folder, long pid) throws IOException {
        Optional<Instant> start =
                ProcessHandle.of(pid).flatMap(handle -> handle.info().startInstant());
        Files.writeString(
                folder.resolve(PID_FILE),
                pid + " " + start.map(Instant::toEpochMilli).orElse(0L) + "\n");
    }

    /** Ends and removes everything that is left below the folder. Called before anything new is started there. */
    static void sweep(Path engineFolder) {
        List<ProcessHandle> marked = ProcessScan.below(engineFolder);
        marked.forEach(handle -> kill(handle, "marked"));
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(engineFolder, Files::isDirectory)) {
            for (Path folder : folders) {
                // Folders without a pid file are not ours: the engine folder holds other things too.
                if (Files.isRegularFile(folder.resolve(PID_FILE))) {
                    killNoted(folder.resolve(PID_FILE));
                    remove(folder);
                }
            }
        } catch (IOException e) {
            LOG.warn("engine folder can't be swept folder={}", engineFolder, e);
        }
    }

    private static void killNoted(Path pidFile) throws IOException {
        String[] words = Files.readString(pidFile).strip().split(" ");
        try {
            long pid = Long.parseLong(words[0]);
            Instant noted = Instant.ofEpochMilli(words.length > 1 ? Long.parseLong(words[1]) : 0);
            // A pid is used again some day; the start time tells whether it still means the same process.
            ProcessHandle.of(pid)
                    .filter(handle -> handle.info()
                            .startInstant()
                            .filter(start ->
                                    Duration.between(noted, start).abs().compareTo(SAME_START) < 0)
                            .isPresent())
                    .ifPresent(handle -> {
                        handle.descendants().forEach(child -> kill(child, "child of a noted process"));
                        kill(handle, "noted");
                    });
        } catch (NumberFormatException e) {
            LOG.warn("pid file is damaged file={}", pidFile);
        }
    }

    private static void kill(ProcessHandle handle, String why) {
        LOG.warn("killing a process that an earlier start left behind pid={} why={}", handle.pid(), why);
        handle.destroyForcibly();
        handle.onExit().completeOnTimeout(handle, 2, TimeUnit.SECONDS).join();
    }

    /** Removes the folder and what is in it, as far as possible. Links are removed, not followed. */
    static void remove(Path folder) {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.warn("replica folder can't be removed folder={}", folder, e);
        }
    }
}
