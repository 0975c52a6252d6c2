package dev.inferencekey.server.runtime.simulator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.inferencekey.server.domain.metering.EngineCounters;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import tools.jackson.databind.node.ObjectNode;

/**
 * The HTTP face of one simulated model server: on loopback, one virtual thread per request, nothing without the secret. Thread-safe.
 *
 * <p>A caller that leaves is noticed at the next token of a stream; the tokens after it are not brought forth.
 */
final class SimulatedServer implements AutoCloseable {
    static final String SIMULATED_HEADER = "X-InferenceKey-Simulated";

    private static final String VIDEOS = "/v1/videos/";
    private static final String VIDEO_CONTENT = "/content";
    private static final int BACKLOG = 1_024;

    static {
        // Without it the kernel holds back small chunks for up to 40 ms. Read once, when the JDK's server is first
        // used.
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
    }

    private final HttpServer http;
    private final ExecutorService threads;
    private final SimulatorConfig config;
    private final byte[] authorization;
    private final RandomGenerator dice;
    private final Pace pace;
    private final Runnable crash;
    private final Envelope envelope;
    private final ChatAnswers chats;
    private final CompletionAnswers completions;
    private final ResponseAnswers responses;
    private final VectorAnswers vectors;
    private final MediaAnswers media;
    private final TranscriptionAnswers transcriptions;
    private final VideoAnswers videos;
    private final ForecastAnswers forecasts;
    private final AtomicInteger active = new AtomicInteger();
    private final TokenCount count = new TokenCount();

    /** @param crash what happens when the dice let the server die; must return at once */
    SimulatedServer(
            String replicaId,
            String model,
            SimulatorConfig config,
            String secret,
            RandomGenerator dice,
            InstantSource clock,
            Pace pace,
            Runnable crash)
            throws IOException {
        this.config = config;
        this.authorization = ("Bearer " + secret).getBytes(StandardCharsets.UTF_8);
        this.dice = dice;
        this.pace = pace;
        this.crash = crash;
        this.envelope = new Envelope(model, clock);
        this.chats = new ChatAnswers(envelope);
        this.completions = new CompletionAnswers(envelope);
        this.responses = new ResponseAnswers(envelope);
        this.vectors = new VectorAnswers(envelope);
        this.media = new MediaAnswers(envelope);
        this.transcriptions = new TranscriptionAnswers(envelope);
        this.videos = new VideoAnswers(envelope);
        this.forecasts = new ForecastAnswers(envelope);
        this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("simulator-" + replicaId + "-", 0).factory());
        http.setExecutor(threads);
        http.createContext("/", this::handle);
        http.start();
    }

    int port() {
        return http.getAddress().getPort();
    }

    /** How many requests are being answered. */
    int active() {
        return active.get();
    }

    /** What it has counted. */
    EngineCounters counters() {
        return count.counters();
    }

    /** Cuts every connection. Idempotent. */
    @Override
    public void close() {
        threads.shutdownNow();
        http.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        active.incrementAndGet();
        try {
            answer(exchange);
        } catch (InterruptedException e) {
            throw new IOException("stopped", e);
        } finally {
            active.decrementAndGet();
        }
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set(SIMULATED_HEADER, "true");
        boolean fails;
        boolean crashes;
        double crashPoint;
        synchronized (dice) {
            fails = dice.nextDouble() < config.failureRate();
            crashes = dice.nextDouble() < config.crashRate();
            crashPoint = dice.nextDouble();
        }
        Call call = new Call(exchange, new Generation(config, pace, crashes ? crashPoint : -1, crash, count));
        try {
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/health")) {
                call.answer(200, Call.JSON.createObjectNode().put("status", "ok"));
            } else if (!authorized(exchange)) {
                call.answerError(401, "invalid_api_key", null, "the replica's secret is missing or wrong");
            } else if (fails) {
                call.answerError(500, "simulated_failure", null, "a simulated failure, as failure_rate asks for");
            } else {
                route(exchange.getRequestMethod(), path, call);
            }
        } catch (RequestRefusedException e) {
            call.answerError(e.status(), e.code(), e.param(), e.getMessage());
        }
    }

    private boolean authorized(HttpExchange exchange) {
        String shown = exchange.getRequestHeaders().getFirst("Authorization");
        return shown != null && MessageDigest.isEqual(authorization, shown.getBytes(StandardCharsets.UTF_8));
    }

    private void route(String method, String path, Call call) throws IOException, InterruptedException {
        switch (method + " " + path) {
            case "POST /v1/chat/completions" -> chats.answer(call);
            case "POST /v1/completions" -> completions.answer(call);
            case "POST /v1/responses" -> responses.answer(call);
            case "POST /v1/embeddings" -> vectors.embeddings(call);
            case "POST /pooling" -> vectors.pooling(call);
            case "POST /classify" -> vectors.classify(call);
            case "POST /score", "POST /v1/score" -> vectors.score(call);
            case "POST /rerank", "POST /v1/rerank", "POST /v2/rerank" -> vectors.rerank(call);
            case "POST /v1/moderations" -> vectors.moderations(call);
            case "POST /v1/images/generations" -> media.images(call, "image_generation");
            case "POST /v1/images/edits" -> media.images(call, "image_edit");
            case "POST /v1/images/variations" -> media.images(call, "");
            case "POST /v1/audio/speech", "POST /v1/audio/generate" -> media.speech(call);
            case "GET /v1/audio/voices" -> media.voices(call);
            case "POST /v1/audio/transcriptions" -> transcriptions.transcribe(call);
            case "POST /v1/audio/translations" -> transcriptions.translate(call);
            case "POST /v1/videos" -> videos.create(call);
            case "POST /forecast" -> forecasts.answer(call);
            case "GET /v1/models" -> {
                ObjectNode answer = Call.JSON.createObjectNode().put("object", "list");
                answer.putArray("data").add(model());
                call.answer(200, answer);
            }
            default -> other(method, path, call);
        }
    }

    /** The routes that name something in their path. */
    private void other(String method, String path, Call call) throws IOException {
        if (method.equals("GET") && path.equals("/v1/models/" + envelope.model())) {
            call.answer(200, model());
        } else if (method.equals("GET") && path.startsWith(VIDEOS)) {
            String id = path.substring(VIDEOS.length());
            if (id.endsWith(VIDEO_CONTENT)) {
                videos.content(call, id.substring(0, id.length() - VIDEO_CONTENT.length()));
            } else {
                videos.show(call, id);
            }
        } else {
            throw new RequestRefusedException(404, "not_found", null, "the simulator has no " + method + " " + path);
        }
    }

    private ObjectNode model() {
        return Call.JSON
                .createObjectNode()
                .put("id", envelope.model())
                .put("object", "model")
                .put("created", envelope.now())
                .put("owned_by", "inferencekey-simulator");
    }
}
