package dev.inferencekey.cli.api;

import dev.inferencekey.cli.shell.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The sessions of {@code ik login}, one per server, in a file of mode 0600 in the user's configuration folder. Two commands that
 * sign in at the same moment end with one of the two written whole.
 */
public final class SessionFile {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final long LARGEST = 1 << 20;

    private final Path file;

    public SessionFile(Shell shell) {
        this.file = DataFolder.xdg(shell, "XDG_CONFIG_HOME", ".config")
                .resolve("inferencekey")
                .resolve("sessions.json");
    }

    /** A session that has not run out. */
    public Optional<ControlCredential> find(ServerAddress server, Instant now) {
        JsonNode entry = read().path(server.toString());
        JsonNode secret = entry.path("session");
        if (!secret.isString() || hasRunOut(entry.path("expires_at"), now)) {
            return Optional.empty();
        }
        return Optional.of(new ControlCredential(ControlCredential.Source.SESSION, secret.asString(), file.toString()));
    }

    /** Keeps a session for the server, in place of an earlier one. */
    public void keep(ServerAddress server, String session, String email, @Nullable String expiresAt) {
        ObjectNode all = read();
        ObjectNode entry = JSON.createObjectNode().put("session", session).put("email", email);
        if (expiresAt != null) {
            entry.put("expires_at", expiresAt);
        }
        all.set(server.toString(), entry);
        write(all);
    }

    /** Forgets the server's session; whether there was one. */
    public boolean forget(ServerAddress server) {
        ObjectNode all = read();
        if (all.remove(server.toString()) == null) {
            return false;
        }
        write(all);
        return true;
    }

    private static boolean hasRunOut(JsonNode expiresAt, Instant now) {
        if (!expiresAt.isString()) {
            return false;
        }
        try {
            return !Instant.parse(expiresAt.asString()).isAfter(now);
        } catch (DateTimeParseException e) {
            // The server will say whether it still takes the session.
            return false;
        }
    }

    private ObjectNode read() {
        try {
            if (Files.size(file) > LARGEST) {
                throw unreadable(null);
            }
            return JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode all ? all : JSON.createObjectNode();
        } catch (NoSuchFileException e) {
            return JSON.createObjectNode();
        } catch (IOException | JacksonException e) {
            throw unreadable(e);
        }
    }

    private UsageException unreadable(@Nullable Exception cause) {
        String message = "cannot read the sessions in " + file + "; delete the file and sign in again with `ik login`";
        return cause == null ? new UsageException(message) : new UsageException(message, cause);
    }

    private void write(ObjectNode all) {
        try {
            Path folder = file.getParent();
            if (folder != null) {
                PrivateFile.createFolder(folder);
            }
            PrivateFile.replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(all));
        } catch (IOException e) {
            throw new UsageException("cannot write the session to " + file + ": " + e.getMessage(), e);
        }
    }
}
