package dev.inferencekey.engine.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.inferencekey.engine.llama.ConversationException;
import dev.inferencekey.engine.llama.EngineBusyException;
import dev.inferencekey.engine.llama.LoadedModel;
import dev.inferencekey.engine.llama.PromptTooLongException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The engine's HTTP side: it listens before the model is loaded, so that its health can be asked, and serves once
 * {@link #serve} has been called.
 *
 * <p>One virtual thread per request; whatever calls llama.cpp does so on the model's own threads. Every path but
 * {@code /health} needs the replica's secret.
 */
public final class EngineServer {
    private static final int BACKLOG = 1024;
    private static final String HEALTH = "GET /health";

    private interface Route {
        void serve(Exchange exchange) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final byte[] expectedAuthorization;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Consumer<String> failures;
    private volatile @Nullable Map<String, Route> routes;

    private EngineServer(
            HttpServer server, String secret, InstantSource clock, RandomGenerator random, Consumer<String> failures) {
        this.server = server;
        this.expectedAuthorization = ("Bearer " + secret).getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
        this.random = random;
        this.failures = failures;
    }

    /**
     * Begins to listen.
     *
     * @param secret what callers must send as bearer token
     * @param clock for the time in answers
     * @param random for the ids of answers; thread-safe
     * @param failures gets one line for each request that failed by the engine's own fault
     * @throws IOException if the address cannot be bound
     */
    public static EngineServer start(
            InetSocketAddress address,
            String secret,
            InstantSource clock,
            RandomGenerator random,
            Consumer<String> failures)
            throws IOException {
        HttpServer http = HttpServer.create(address, BACKLOG);
        EngineServer server = new EngineServer(http, secret, clock, random, failures);
        http.setExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("ik-http-", 0).factory()));
        http.createContext("/", server::handle);
        http.start();
        return server;
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Serves {@code model} from now on. */
    public void serve(LoadedModel model) {
        var counters = new TokenCounters();
        var generation = new GenerationRoutes(model, new AnswerWriter(System::nanoTime, counters), clock, random);
        var embedding = new EmbeddingRoutes(model);
        var reranking = new RerankRoutes(model);
        long created = clock.instant().getEpochSecond();
        routes = Map.of(
                "POST /v1/chat/completions", generation::chat,
                "POST /v1/completions", generation::complete,
                "POST /v1/responses", generation::respond,
                "POST /v1/embeddings", embedding::embed,
                "POST /v1/rerank", reranking::rerank,
                "POST /rerank", reranking::rerank,
                "POST /v2/rerank", reranking::rerank,
                "GET /metrics", counters::show,
                "GET /v1/models", exchange -> exchange.sendJson(200, models(model, created)));
    }

    /** Stops listening and cuts all connections. */
    void stop() {
        server.stop(0);
    }

    private void handle(HttpExchange http) {
        Exchange exchange = new Exchange(http);
        try {
            route(http, exchange);
        } catch (ApiException e) {
            sendError(exchange, e);
        } catch (PromptTooLongException e) {
            sendError(exchange, ApiException.tooLong(String.valueOf(e.getMessage())));
        } catch (ConversationException e) {
            sendError(exchange, ApiException.invalid("messages", String.valueOf(e.getMessage())));
        } catch (EngineBusyException e) {
            sendError(exchange, ApiException.unavailable("Too many requests wait for this model; try again later."));
        } catch (IOException e) {
            // The caller has gone; there is nobody to tell.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failures.accept("a request failed: " + e);
            sendError(exchange, ApiException.internal());
        } finally {
            exchange.close();
        }
    }

    private void route(HttpExchange http, Exchange exchange) throws IOException, InterruptedException {
        String path = http.getRequestURI().getPath();
        String request = http.getRequestMethod() + " " + path;
        Map<String, Route> served = routes;
        if (request.equals(HEALTH)) {
            health(exchange, served != null);
            return;
        }
        if (!authorized(http)) {
            throw ApiException.unauthorized();
        }
        if (served == null) {
            throw ApiException.unavailable("The model is still loading; try again in a moment.");
        }
        Route route = served.get(request);
        if (route == null) {
            throw ApiException.notFound(http.getRequestMethod(), String.valueOf(path));
        }
        route.serve(exchange);
    }

    private boolean authorized(HttpExchange http) {
        String given = http.getRequestHeaders().getFirst("Authorization");
        return given != null && MessageDigest.isEqual(expectedAuthorization, given.getBytes(StandardCharsets.UTF_8));
    }

    private static void health(Exchange exchange, boolean ready) throws IOException {
        ObjectNode health = JsonMapper.shared().createObjectNode().put("status", ready ? "ok" : "loading model");
        exchange.sendJson(ready ? 200 : 503, health);
    }

    private static ObjectNode models(LoadedModel model, long created) {
        ObjectNode list = JsonMapper.shared().createObjectNode().put("object", "list");
        list.putArray("data")
                .addObject()
                .put("id", model.name())
                .put("object", "model")
                .put("created", created)
                .put("owned_by", "llamacpp");
        return list;
    }

    private static void sendError(Exchange exchange, ApiException error) {
        if (exchange.started()) {
            return;
        }
        try {
            exchange.sendError(error);
        } catch (IOException e) {
            // The caller has gone; there is nobody to tell.
        }
    }
}
