package dev.inferencekey.server.domain.inference;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What a request line addresses, decided from its text alone.
 *
 * <p>Notes. A data-plane path is taken literally: no percent-encoding (except in the name of a model, which is only compared), no empty
 * segment, no {@code .} or {@code ..}, so that nobody downstream can read it differently. Its query is dropped: no served route has
 * one, and what is not passed on can't be misread. Everything else belongs to the control plane and is passed on as it is.
 */
public sealed interface RequestTarget {
    /** The part of every data-plane path that comes first. */
    String PREFIX = "/endpoint";

    /** For the manager. */
    record Control() implements RequestTarget {}

    /**
     * A workload's endpoint.
     *
     * @param project the first segment, empty if it is missing
     * @param workload the second segment, empty if it is missing
     * @param route what follows, without a leading slash; empty if nothing does. In {@code v1/models/{model}} the model is decoded.
     */
    record OfEndpoint(String project, String workload, String route) implements RequestTarget {}

    /**
     * Nothing that can be served.
     *
     * @param dataPlane which plane's error the caller should see
     */
    record Malformed(boolean dataPlane, String reason) implements RequestTarget {}

    String MODELS = "v1/models/";

    /** Which plane's errors the caller should see. */
    static boolean isDataPlane(RequestTarget target) {
        return target instanceof OfEndpoint || (target instanceof Malformed malformed && malformed.dataPlane());
    }

    static RequestTarget parse(String target) {
        if (target.isEmpty() || target.charAt(0) != '/') {
            return new Malformed(false, "the request target must be a path that begins with a slash");
        }
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        boolean dataPlane = path.startsWith(PREFIX + "/") || path.equals(PREFIX);
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#' || c == '\\') {
                return new Malformed(dataPlane, "the request target holds a character that must be percent-encoded");
            }
        }
        return dataPlane ? endpoint(path) : new Control();
    }

    private static RequestTarget endpoint(String path) {
        String rest = path.substring(Math.min(path.length(), PREFIX.length() + 1));
        String[] segments = rest.split("/", -1);
        boolean trailingSlash = segments.length > 1 && segments.length <= 3 && segments[segments.length - 1].isEmpty();
        int count = trailingSlash ? segments.length - 1 : segments.length;
        boolean model = count == 5 && segments[2].equals("v1") && segments[3].equals("models");
        for (int i = 0; i < count; i++) {
            String segment = segments[i];
            boolean nothingAtAll = rest.isEmpty();
            if ((segment.isEmpty() && !nothingAtAll) || segment.equals(".") || segment.equals("..")) {
                return new Malformed(true, "the path must not hold empty segments, \".\" or \"..\"");
            }
            if (segment.indexOf('%') >= 0 && !(model && i == 4)) {
                return new Malformed(true, "the path must not be percent-encoded: slugs and routes never need it");
            }
        }
        String project = segments[0];
        String workload = count > 1 ? segments[1] : "";
        if (count <= 2) {
            return new OfEndpoint(project, workload, "");
        }
        String route = rest.substring(project.length() + workload.length() + 2);
        if (model) {
            try {
                route = MODELS + decode(segments[4]);
            } catch (IllegalArgumentException | CharacterCodingException e) {
                return new Malformed(true, "the model in the path is not valid percent-encoded UTF-8");
            }
        }
        return new OfEndpoint(project, workload, route);
    }

    private static String decode(String segment) throws CharacterCodingException {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        ByteBuffer bytes = ByteBuffer.allocate(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            if (c == '%') {
                if (i + 2 >= segment.length()) {
                    throw new IllegalArgumentException("cut off");
                }
                bytes.put((byte) HexFormat.fromHexDigits(segment, i + 1, i + 3));
                i += 2;
            } else {
                bytes.put((byte) c);
            }
        }
        return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    }
}
