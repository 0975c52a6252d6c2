package dev.inferencekey.server.manager;

import dev.inferencekey.server.manager.http.ErrorPages;
import dev.inferencekey.server.manager.http.FrontDoor;
import dev.inferencekey.server.manager.http.Route;
import io.helidon.http.HttpLogConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http1.Http1Config;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * The control plane's server: listens on a free port of the loopback interface, for the gateway alone. Each connection has a virtual
 * thread, so handlers block. Thread-safe.
 */
public final class ManagerServer implements AutoCloseable {
    private static final Duration GRACE = Duration.ofMillis(500);
    private static final int MAX_PROLOGUE = 8 * 1024;

    private final WebServer server;

    private ManagerServer(WebServer server) {
        this.server = server;
    }

    /**
     * Starts to listen.
     *
     * @param more the routes of other packages: the dashboard's pages
     * @param errorPages what people are shown when something fails
     * @throws IllegalStateException if it can't
     */
    public static ManagerServer start(
            ControlPlane controlPlane, ManagerConfig config, List<Route> more, ErrorPages errorPages) {
        FrontDoor frontDoor = controlPlane.frontDoor(config, more, errorPages);
        HelidonRequests requests = new HelidonRequests(frontDoor);
        DirectHandlers.Builder unrouted = DirectHandlers.builder();
        HelidonRequests.UNROUTED_EVENTS.forEach(event -> unrouted.addHandler(event, requests::unrouted));
        WebServer server = listener()
                .directHandlers(unrouted.build())
                .routing(routing -> routing.any(requests::handle))
                .build()
                .start();
        if (!server.isRunning()) {
            throw new IllegalStateException("the control plane can't listen on the loopback interface");
        }
        return new ManagerServer(server);
    }

    /**
     * Loads most classes that {@link #start} needs, and opens nothing: whoever starts in a fresh JVM does so on a thread of its own,
     * while others are busy.
     */
    public static void load() {
        listener().routing(routing -> routing.any((_, _) -> {})).buildPrototype();
    }

    private static WebServerConfig.Builder listener() {
        return WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(0)
                .shutdownHook(false)
                .shutdownGracePeriod(GRACE)
                // Else the kernel holds the rest of a long answer back for 40 ms, until its reader acknowledges the
                // beginning.
                .connectionOptions(options -> options.tcpNoDelay(true))
                // What goes over the wire holds secrets, so not even TRACE shows it.
                .addProtocol(Http1Config.builder()
                        .maxPrologueLength(MAX_PROLOGUE)
                        .log(HttpLogConfig.builder()
                                .receiveLog(false)
                                .sendLog(false)
                                .build())
                        .build());
    }

    /** The port on the loopback interface. */
    public int port() {
        return server.port();
    }

    /** Stops listening, lets requests end for a moment, and ends readiness streams. */
    @Override
    public void close() {
        server.stop();
    }
}
