package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** A body in plain and compressed form, sent as the browser can take it. Immutable and thread-safe. */
final class Compressed {
    /** Shorter ones fit into one packet as they are. */
    private static final int WORTHWHILE = 1_000;

    private final byte[] plain;
    private final byte[] gzip;

    private Compressed(byte[] plain, byte[] gzip) {
        this.plain = plain;
        this.gzip = gzip;
    }

    static Compressed of(byte[] plain) {
        return new Compressed(plain, plain.length < WORTHWHILE ? plain : compress(plain));
    }

    Answer answer(Request request, int status) {
        boolean compressed = gzip.length < plain.length && takesGzip(request);
        Answer answer = new Answer.Whole(status, Map.of("Vary", "Accept-Encoding"), compressed ? gzip : plain);
        return compressed ? answer.withHeader("Content-Encoding", "gzip") : answer;
    }

    private static boolean takesGzip(Request request) {
        for (String value : request.headerValues("accept-encoding")) {
            for (String coding : value.split(",")) {
                String[] parts = coding.split(";");
                boolean refused = parts.length > 1 && parts[1].strip().matches("q=0(\\.0*)?");
                if (parts[0].strip().equalsIgnoreCase("gzip") && !refused) {
                    return true;
                }
            }
        }
        return false;
    }

    private static byte[] compress(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(plain.length / 4);
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }
}
