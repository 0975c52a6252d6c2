package dev.inferencekey.internal;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A {@code multipart/form-data} body, framed as browsers do it. Files are not held: each publication reads them. Not thread-safe; what
 * {@link #publisher} gives back may be published many times.
 */
public final class MultipartForm {
    /** Nobody can guess it, so no file contains it. */
    private final String boundary = "inferencekey-" + UUID.randomUUID();

    private final List<BodyPublisher> parts = new ArrayList<>();

    /** Adds a text. */
    public void field(String name, String value) {
        add("Content-Disposition: form-data; name=\"" + quoted(name) + "\"\r\n\r\n", text(value));
    }

    /** Adds a file. */
    public void file(String name, String fileName, String mediaType, BodyPublisher content) {
        add(
                "Content-Disposition: form-data; name=\"" + quoted(name) + "\"; filename=\"" + quoted(fileName)
                        + "\"\r\nContent-Type: " + mediaType + "\r\n\r\n",
                content);
    }

    private void add(String head, BodyPublisher content) {
        parts.add(text("--" + boundary + "\r\n" + head));
        parts.add(content);
        parts.add(text("\r\n"));
    }

    /** Names end at a quote or a line break, which therefore must not occur in them. */
    private static String quoted(String text) {
        return text.replace("\r", "%0D").replace("\n", "%0A").replace("\"", "%22");
    }

    private static BodyPublisher text(String text) {
        return BodyPublishers.ofByteArray(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The request's {@code Content-Type}. */
    public String contentType() {
        return "multipart/form-data; boundary=" + boundary;
    }

    /** The whole body; its length is known if those of the files are. */
    public BodyPublisher publisher() {
        List<BodyPublisher> all = new ArrayList<>(parts);
        all.add(text("--" + boundary + "--\r\n"));
        return BodyPublishers.concat(all.toArray(BodyPublisher[]::new));
    }
}
