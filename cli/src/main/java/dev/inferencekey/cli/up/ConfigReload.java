package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what the configuration file says now, each time SIGHUP comes: all of it, or nothing. Thread-safe.
 *
 * <p>Notes. Without a file nothing can have changed, and the signal keeps its meaning: whoever closes the terminal ends the server.
 */
final class ConfigReload {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);

    private final Consumer<ReloadOutcome> tell;

    // Guarded by this.
    private ServerConfiguration current;
    private @Nullable RunningPlatform platform;
    private boolean wished;

    /** @param tell is told what became of each reload */
    ConfigReload(ServerConfiguration current, Consumer<ReloadOutcome> tell) {
        this.current = current;
        this.tell = tell;
    }

    /** Listens from now on; a wish that comes before {@link #into} waits for it. */
    void listen() {
        if (current.file().isPresent()) {
            Signals.onEach("HUP", this::reload);
        }
    }

    /** The platform has started. */
    synchronized void into(RunningPlatform started) {
        platform = started;
        if (wished) {
            reload();
        }
    }

    /** Reads the file and takes over what differs. Whatever is wrong is logged and told, and nothing has changed then. */
    synchronized void reload() {
        if (platform == null) {
            wished = true;
            return;
        }
        ServerConfiguration fresh = current;
        try {
            fresh = current.again();
            platform.reload(fresh.launch());
        } catch (NeedsRestartException e) {
            List<String> stubborn = fresh.resolved().changedSince(current.resolved()).stream()
                    .filter(name -> !isReloadable(name))
                    .toList();
            refused(String.join(", ", stubborn) + (stubborn.size() == 1 ? " needs" : " need") + " a restart");
            return;
        } catch (UsageException e) {
            refused(String.valueOf(
                    fresh.resolved().placed(String.valueOf(e.getMessage())).getMessage()));
            return;
        }
        List<String> changed = fresh.resolved().changedSince(current.resolved());
        current = fresh;
        LOG.atInfo().addKeyValue("settings", changed).log("configuration reloaded");
        tell.accept(ReloadOutcome.done(changed));
    }

    private boolean isReloadable(String name) {
        return current.resolved().value(name).setting().reloadable();
    }

    private void refused(String why) {
        LOG.atWarn().addKeyValue("reason", why).log("configuration not reloaded, nothing has changed");
        tell.accept(ReloadOutcome.refused(why));
    }
}
