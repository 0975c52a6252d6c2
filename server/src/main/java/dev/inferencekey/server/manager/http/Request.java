package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.manager.access.CsrfToken;
import dev.inferencekey.server.manager.access.Presented;
import dev.inferencekey.server.manager.service.RefusedException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request as it came in, independent of the HTTP library.
 *
 * @param path raw, still percent-encoded, without the query
 * @param query raw, empty without one
 * @param headers by lower-case name; the values in the order in which they came
 */
public record Request(String method, String path, String query, Map<String, List<String>> headers, Body body) {
    /** Sent by our pages when they look for news by themselves: nobody is there to keep a sign-in alive. */
    private static final String REFRESH = "x-page-refresh";

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

    /** Reads what the request carries. */
    public interface Body {
        /**
         * Everything, at once.
         *
         * @throws dev.inferencekey.server.manager.service.RefusedException 413 as soon as more than {@code limit} bytes came
         */
        byte[] read(int limit);
    }

    public Request {
        headers = Map.copyOf(headers);
        body = body instanceof ReadOnce ? body : new ReadOnce(body);
    }

    /** Keeps what was read and parsed, since a form is looked at twice: for its token, and by its handler. Used by one thread. */
    private static final class ReadOnce implements Body {
        private final Body body;
        private byte @Nullable [] read;
        private @Nullable FormFields form;

        ReadOnce(Body body) {
            this.body = body;
        }

        @Override
        public byte[] read(int limit) {
            byte[] bytes = read;
            if (bytes == null) {
                bytes = body.read(limit);
                read = bytes;
            }
            return bytes;
        }

        FormFields form() {
            FormFields fields = form;
            if (fields == null) {
                fields = FormFields.parse(read(Exchange.MAX_BODY));
                form = fields;
            }
            return fields;
        }
    }

    /** The header's value, empty without one; if it came more than once, the first. */
    public String header(String name) {
        List<String> values = headerValues(name);
        return values.isEmpty() ? "" : values.getFirst();
    }

    public List<String> headerValues(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** Whether it is part of the control plane's API, where everything but signing in takes a credential. */
    public boolean isApi() {
        return path.equals("/api") || path.startsWith("/api/");
    }

    /** What it shows of its caller, who calls from this address. */
    Presented presented(String from) {
        return new Presented(
                changes(),
                !changes() && !header(REFRESH).isEmpty(),
                headerValues("authorization"),
                headerValues("cookie"),
                this::csrfToken,
                header("user-agent"),
                from);
    }

    /** Whether it may change something, going by its method. */
    boolean changes() {
        return !SAFE_METHODS.contains(method);
    }

    /** Whether it comes from a person's browser that wants to show the answer. */
    public boolean wantsPage() {
        return isPartial() || (!isApi() && header("accept").contains("text/html"));
    }

    /** Whether a script of one of our pages sent it, to put the answer into that page. */
    public boolean isPartial() {
        return !isApi() && !header("hx-request").isEmpty();
    }

    /**
     * The fields of a form.
     *
     * @throws dev.inferencekey.server.manager.service.RefusedException 415 if the body is something else
     */
    FormFields form() {
        if (!isForm()) {
            throw new RefusedException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "the body must be a form of a page");
        }
        return ((ReadOnce) body).form();
    }

    private boolean isForm() {
        String type = header("content-type").toLowerCase(Locale.ROOT);
        int parameters = type.indexOf(';');
        return (parameters < 0 ? type : type.substring(0, parameters)).strip().equals(FormFields.TYPE);
    }

    /** Pages echo it in their forms, where scripts would use the header. */
    private String csrfToken() {
        String header = header(CsrfToken.HEADER);
        return header.isEmpty() && !isApi() && isForm() ? form().text(CsrfToken.FIELD) : header;
    }

    /** Names no header and no query: they can hold secrets. */
    @Override
    public String toString() {
        return "Request[" + method + "]";
    }
}
