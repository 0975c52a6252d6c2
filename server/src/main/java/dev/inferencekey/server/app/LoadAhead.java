package dev.inferencekey.server.app;

import dev.inferencekey.server.domain.engine.EngineLists;
import dev.inferencekey.server.gateway.GatewayServer;
import dev.inferencekey.server.gateway.Transport;
import dev.inferencekey.server.manager.ManagerServer;
import dev.inferencekey.server.store.sql.SqlStore;
import java.util.List;

/**
 * Loads, on threads of its own, what the end of a start needs, while its beginning is busy with the store: in a JVM that has neither an
 * archive of classes nor compiled code, loading is most of a start. Fails silently: what can't be loaded fails where it is used.
 */
final class LoadAhead implements AutoCloseable {
    private final List<Thread> threads;

    private LoadAhead(List<Thread> threads) {
        this.threads = threads;
    }

    static LoadAhead begin(Transport transport) {
        return new LoadAhead(List.of(
                start("store", SqlStore::load),
                start("gateway", () -> {
                    GatewayServer.load(transport);
                    EngineLists.builtIn();
                }),
                start("manager", ManagerServer::load)));
    }

    private static Thread start(String what, Runnable load) {
        return Thread.ofPlatform()
                .name("load-" + what)
                .daemon()
                .uncaughtExceptionHandler((_, _) -> {})
                .start(load);
    }

    /** Waits for the threads, which take a fraction of a second. */
    @Override
    public void close() {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
