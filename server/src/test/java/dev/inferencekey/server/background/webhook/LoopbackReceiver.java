package dev.inferencekey.server.background.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an operator runs to hear of events: checks signatures by itself, and answers as a test says. */
final class LoopbackReceiver implements AutoCloseable {
    static final String PATH = "/hooks/t0ken";
    static final byte[] KEY = "a key of more than twenty-four bytes".getBytes(UTF_8);
    static final String SECRET = "whsec_" + Base64.getEncoder().encodeToString(KEY);

    /** What came. */
    record Delivery(String id, long timestamp, String signature, String body) {
        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        /** Whether the sender knows the key. */
        boolean isSignedWith(byte[] key) {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
                byte[] right = mac.doFinal((id + "." + timestamp + "." + body).getBytes(UTF_8));
                for (String each : signature.split(" ")) {
                    if (each.startsWith("v1,")
                            && MessageDigest.isEqual(right, Base64.getDecoder().decode(each.substring(3)))) {
                        return true;
                    }
                }
                return false;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** How it answers. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException;

        static Answer status(int status) {
            return exchange -> exchange.sendResponseHeaders(status, -1);
        }
    }

    final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private volatile Function<Delivery, Answer> answers = _ -> Answer.status(204);

    LoopbackReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext(PATH, this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Delivery delivery = new Delivery(
                    header(exchange, "webhook-id"),
                    Long.parseLong(header(exchange, "webhook-timestamp")),
                    header(exchange, "webhook-signature"),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            deliveries.add(delivery);
            answers.apply(delivery).to(exchange);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        @Nullable String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    /** From now on it answers so. */
    void answers(Answer answer) {
        answers = _ -> answer;
    }

    void answersEach(Function<Delivery, Answer> each) {
        answers = each;
    }

    WebhookReceiver address() {
        return address(SECRET);
    }

    WebhookReceiver address(String... secrets) {
        return WebhookReceiver.of("http://127.0.0.1:" + server.getAddress().getPort() + PATH, List.of(secrets));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
