package dev.inferencekey.bench.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Answers every request at once with the same bytes. A thread for each connection. It knows a whole request by its last bytes, which is enough for
 * the small bodies of a benchmark. A program of its own, so that the clients' processes spend time on nothing but calling.
 */
final class AnsweringServer {
    /** Events of one stream, the last one apart. */
    static final int CHUNKS = 1000;

    private static final String MODEL = "google/gemma-4-26b";
    private static final String ANSWER =
            "{\"id\":\"chatcmpl-8f1e\",\"object\":\"chat.completion\",\"created\":1781514764,"
                    + "\"model\":\"" + MODEL
                    + "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                    + "\"Your parcel left Hamburg this morning and arrives tomorrow before noon.\"},\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":23,\"completion_tokens\":14,\"total_tokens\":37}}";
    private static final String EVENT = "data: {\"id\":\"chatcmpl-8f20\",\"object\":\"chat.completion.chunk\","
            + "\"created\":1781514764,\"model\":\"" + MODEL + "\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
            + "\" parcel\"},\"finish_reason\":null}]}\n\n";
    private static final byte[] STREAMED = "\"stream\":true".getBytes(UTF_8);

    private final ServerSocketChannel listener;
    private final byte[] whole = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                    + ANSWER.getBytes(UTF_8).length + "\r\n\r\n" + ANSWER)
            .getBytes(UTF_8);
    private final byte[] head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(UTF_8);
    private final byte[] event = chunk(EVENT);
    private final byte[] end = (new String(chunk("data: [DONE]\n\n"), UTF_8) + "0\r\n\r\n").getBytes(UTF_8);

    AnsweringServer() {
        try {
            listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] chunk(String text) {
        return (Integer.toHexString(text.getBytes(UTF_8).length) + "\r\n" + text + "\r\n").getBytes(UTF_8);
    }

    /** Prints its address, then answers until it is ended. */
    public static void main(String[] arguments) {
        AnsweringServer server = new AnsweringServer();
        System.out.println("http://127.0.0.1:" + server.listener.socket().getLocalPort());
        server.accept();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel connection = listener.accept();
                connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Thread.ofPlatform().daemon().name("bench-connection").start(() -> serve(connection));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(SocketChannel connection) {
        ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
        ByteBuffer wholeOut = direct(whole);
        ByteBuffer headOut = direct(head);
        ByteBuffer eventOut = direct(event);
        ByteBuffer endOut = direct(end);
        try (connection) {
            while (connection.read(in) >= 0) {
                if (!isWhole(in)) {
                    continue;
                }
                if (!contains(in, STREAMED)) {
                    write(connection, wholeOut);
                } else {
                    write(connection, headOut);
                    for (int i = 0; i < CHUNKS; i++) {
                        write(connection, eventOut);
                    }
                    write(connection, endOut);
                }
                in.clear();
            }
        } catch (IOException e) {
            // The client left.
        }
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static void write(SocketChannel connection, ByteBuffer bytes) throws IOException {
        bytes.rewind();
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    /** Whether the bytes end as a JSON body does, or as its last chunk. */
    private static boolean isWhole(ByteBuffer in) {
        int last = in.position() - 1;
        return in.get(last) == '}'
                || (last > 6 && in.get(last) == '\n' && in.get(last - 4) == '0' && in.get(last - 5) == '\n');
    }

    private static boolean contains(ByteBuffer in, byte[] wanted) {
        for (int at = in.position() - wanted.length; at >= 0; at--) {
            int same = 0;
            while (same < wanted.length && in.get(at + same) == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return true;
            }
        }
        return false;
    }
}
