package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes spans as an OpenTelemetry collector does: OTLP as protobuf over HTTP. Thread-safe. */
final class FakeCollector implements AutoCloseable {
    /** A span; ids in hex. */
    record Received(
            String traceId,
            String spanId,
            String traceState,
            String parentId,
            String name,
            long kind,
            Map<String, Object> attributes,
            List<String> events,
            long status) {}

    final BlockingQueue<Received> spans = new LinkedBlockingQueue<>();
    final AtomicInteger calls = new AtomicInteger();
    /** How many calls are answered with a 503 before one is taken. */
    final AtomicInteger refusals = new AtomicInteger();

    private final HttpServer server;

    FakeCollector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            calls.incrementAndGet();
            boolean taken = refusals.getAndDecrement() <= 0
                    && "application/x-protobuf"
                            .equals(exchange.getRequestHeaders().getFirst("Content-Type"));
            if (taken) {
                take(body);
            }
            exchange.sendResponseHeaders(taken ? 200 : 503, -1);
            exchange.close();
        });
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void take(byte[] request) {
        for (ByteBuffer resourceSpans : messages(ByteBuffer.wrap(request), 1)) {
            for (ByteBuffer scopeSpans : messages(resourceSpans, 2)) {
                messages(scopeSpans, 2).forEach(span -> spans.add(span(span)));
            }
        }
    }

    private static Received span(ByteBuffer span) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (ByteBuffer attribute : messages(span, 9)) {
            attributes.put(text(attribute, 1), value(messages(attribute, 2).getFirst()));
        }
        List<String> events =
                messages(span, 11).stream().map(event -> text(event, 2)).toList();
        List<ByteBuffer> status = messages(span, 15);
        return new Received(
                hex(span, 1),
                hex(span, 2),
                text(span, 3),
                hex(span, 4),
                text(span, 5),
                number(span, 6),
                attributes,
                events,
                status.isEmpty() ? 0 : number(status.getFirst(), 3));
    }

    private static Object value(ByteBuffer any) {
        List<Object[]> fields = fields(any);
        if (fields.isEmpty()) {
            return "";
        }
        int kind = (int) fields.getFirst()[0];
        Object value = fields.getFirst()[1];
        if (value instanceof ByteBuffer text) {
            return UTF_8.decode(text.duplicate()).toString();
        }
        if (kind == 2) {
            return value.equals(1L);
        }
        return kind == 4 && value instanceof Long bits ? Double.longBitsToDouble(bits) : value;
    }

    private static List<ByteBuffer> messages(ByteBuffer message, int wanted) {
        List<ByteBuffer> found = new ArrayList<>();
        for (Object[] field : fields(message)) {
            if (field[0].equals(wanted) && field[1] instanceof ByteBuffer bytes) {
                found.add(bytes);
            }
        }
        return found;
    }

    private static String text(ByteBuffer message, int wanted) {
        List<ByteBuffer> found = messages(message, wanted);
        return found.isEmpty() ? "" : UTF_8.decode(found.getFirst().duplicate()).toString();
    }

    private static String hex(ByteBuffer message, int wanted) {
        List<ByteBuffer> found = messages(message, wanted);
        if (found.isEmpty()) {
            return "";
        }
        byte[] bytes = new byte[found.getFirst().remaining()];
        found.getFirst().duplicate().get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static long number(ByteBuffer message, int wanted) {
        for (Object[] field : fields(message)) {
            if (field[0].equals(wanted) && field[1] instanceof Long number) {
                return number;
            }
        }
        return 0;
    }

    /** Each field's number, and its value: a Long, or the bytes. */
    private static List<Object[]> fields(ByteBuffer message) {
        ByteBuffer in = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        List<Object[]> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            long tag = varint(in);
            Object value = switch ((int) (tag & 7)) {
                case 0 -> varint(in);
                case 1 -> in.getLong();
                case 5 -> (long) in.getInt();
                case 2 -> {
                    int length = (int) varint(in);
                    ByteBuffer bytes = in.slice(in.position(), length);
                    in.position(in.position() + length);
                    yield bytes;
                }
                default -> throw new AssertionError("wire type " + (tag & 7));
            };
            fields.add(new Object[] {(int) (tag >>> 3), value});
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
