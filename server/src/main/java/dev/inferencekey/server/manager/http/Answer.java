package dev.inferencekey.server.manager.http;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What goes back to the caller. */
public sealed interface Answer {
    int status();

    Map<String, String> headers();

    /** An answer whose body is known. The body is not copied: nobody changes it. */
    @SuppressWarnings("ArrayRecordComponent") // answers are compared nowhere
    record Whole(int status, Map<String, String> headers, byte[] body) implements Answer {
        public Whole {
            headers = Map.copyOf(headers);
        }

        /** Bodies can show a credential, so they are left out. */
        @Override
        public String toString() {
            return "Whole[" + status + ", " + body.length + " bytes]";
        }
    }

    /** An answer whose body is written as things happen. */
    record Streamed(int status, Map<String, String> headers, Source source) implements Answer {
        public Streamed {
            headers = Map.copyOf(headers);
        }
    }

    /** Writes a streamed body; returns when it is complete. Runs on the request's own virtual thread and may block. */
    @FunctionalInterface
    interface Source {
        void writeTo(Sink sink) throws IOException, InterruptedException;
    }

    /** Where a streamed body goes. */
    interface Sink {
        /** Sends the bytes now. @throws IOException if the caller has gone */
        void send(byte[] bytes) throws IOException;
    }

    static Answer json(int status, Object body) {
        return new Whole(status, Map.of("Content-Type", "application/json"), Json.write(body));
    }

    static Answer ok(Object body) {
        return json(200, body);
    }

    /** A 201 that says where the new thing is. */
    static Answer created(String location, Object body) {
        return json(201, body).withHeader("Location", location);
    }

    static Answer noContent() {
        return new Whole(204, Map.of(), new byte[0]);
    }

    static Answer eventStream(Source source) {
        return new Streamed(200, Map.of("Content-Type", "text/event-stream", "X-Accel-Buffering", "no"), source);
    }

    /** Comma-separated values, to be saved under this name, which is plain ASCII. */
    static Answer csv(String fileName, Source source) {
        return new Streamed(
                200,
                Map.of(
                        "Content-Type",
                        "text/csv; charset=utf-8; header=present",
                        "Content-Disposition",
                        "attachment; filename=\"" + fileName + "\""),
                source);
    }

    /** The same answer with one header more; null leaves it as it is. */
    default Answer withHeader(String name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(headers());
        more.put(name, value);
        return switch (this) {
            case Whole whole -> new Whole(whole.status(), more, whole.body());
            case Streamed streamed -> new Streamed(streamed.status(), more, streamed.source());
        };
    }
}
