package dev.inferencekey.server.runtime.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the processes of a replica by the marker that they all inherited in their environment, wherever they went. Stateless. Sees
 * processes of the same user; finds nothing on systems without {@code /proc}.
 */
final class ProcessScan {
    static final String VARIABLE = "INFERENCEKEY_REPLICA";

    /** Ends every marker, so that none is the beginning of another. */
    static final String MARKER_END = "/.";

    private static final Path PROC = Path.of("/proc");

    private ProcessScan() {}

    static String marker(Path replicaFolder) {
        return replicaFolder + MARKER_END;
    }

    /** Processes of the replica with this marker. */
    static List<ProcessHandle> withMarker(String marker) {
        return withVariable(VARIABLE + "=" + marker + "\0");
    }

    /** Processes of any replica below this folder. */
    static List<ProcessHandle> below(Path engineFolder) {
        return withVariable(VARIABLE + "=" + engineFolder + "/");
    }

    private static List<ProcessHandle> withVariable(String text) {
        List<ProcessHandle> found = new ArrayList<>();
        if (!Files.isDirectory(PROC)) {
            return found;
        }
        long self = ProcessHandle.current().pid();
        // Both sides as bytes, written one to a character.
        String wanted = "\0" + new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (pid != self && environment(process).contains(wanted)) {
                    ProcessHandle.of(pid).ifPresent(found::add);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // What can't be seen can't be ended; the process group was ended before this is asked.
        }
        return found;
    }

    private static String environment(Path process) {
        try {
            return "\0" + Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
