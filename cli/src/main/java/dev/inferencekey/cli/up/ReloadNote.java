package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file in the data folder of a running server that has a configuration file: which process it is, and what became of each reload. That is
 * how {@code ik config reload} learns whom to signal, and what came of it. Thread-safe.
 *
 * <p>Notes. A process's number is given to another one later, and SIGHUP ends most programs: whoever reads the note compares the time at
 * which the process started, too.
 */
public final class ReloadNote implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadNote.class);
    private static final String NAME = "reload.json";

    /**
     * What a note says.
     *
     * @param pid the server's process
     * @param started when that started; null if the system doesn't tell
     * @param config the configuration file
     * @param count how many reloads there were
     * @param last what became of the last one, null if there was none
     */
    public record Read(
            long pid,
            @Nullable Instant started,
            Path config,
            int count,
            @Nullable ReloadOutcome last) {
        /** Whether the process that wrote it is still there. */
        public boolean isAlive() {
            return started != null
                    && ProcessHandle.of(pid)
                            .filter(process ->
                                    Objects.equals(process.info().startInstant().orElse(null), started))
                            .isPresent();
        }
    }

    private final Path file;
    private final Path config;
    // Guarded by this.
    private int count;

    private ReloadNote(Path file, Path config) {
        this.file = file;
        this.config = config;
    }

    /** The note of this process. */
    static ReloadNote write(Path dataFolder, Path config) {
        ReloadNote note = new ReloadNote(dataFolder.resolve(NAME), config.toAbsolutePath());
        note.keep(document(note.config, 0));
        return note;
    }

    /** Another reload ended so. */
    synchronized void add(ReloadOutcome outcome) {
        count++;
        ObjectNode document = document(config, count);
        ObjectNode last = document.putObject("last").put("done", outcome.done()).put("reason", outcome.reason());
        ArrayNode settings = last.putArray("settings");
        outcome.settings().forEach(settings::add);
        keep(document);
    }

    private static ObjectNode document(Path config, int count) {
        ProcessHandle process = ProcessHandle.current();
        ObjectNode document = JsonMapper.shared().createObjectNode().put("pid", process.pid());
        process.info().startInstant().ifPresent(start -> document.put("started", start.toString()));
        return document.put("config", config.toString()).put("count", count);
    }

    private void keep(ObjectNode document) {
        try {
            PrivateFile.replace(file, document.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The signal still works, and the log tells what came of it.
            LOG.atWarn().addKeyValue("file", file).log("the note for `ik config reload` can't be written");
        }
    }

    /** The note in the data folder; empty if no server with a configuration file runs on it. */
    public static Optional<Read> read(Path dataFolder) {
        try {
            JsonNode note = JsonMapper.shared().readTree(Files.readString(dataFolder.resolve(NAME)));
            List<String> settings = new ArrayList<>();
            JsonNode last = note.path("last");
            last.path("settings").forEach(setting -> settings.add(setting.asString("")));
            return Optional.of(new Read(
                            note.path("pid").asLong(-1),
                            note.path("started")
                                    .asStringOpt()
                                    .map(Instant::parse)
                                    .orElse(null),
                            Path.of(note.path("config").asString("")),
                            note.path("count").asInt(0),
                            last.isMissingNode()
                                    ? null
                                    : new ReloadOutcome(
                                            last.path("done").asBoolean(false),
                                            settings,
                                            last.path("reason").asString(""))))
                    .filter(Read::isAlive);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty(); // Not what a server of this release writes.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", file).log("the note for `ik config reload` can't be deleted");
        }
    }
}
