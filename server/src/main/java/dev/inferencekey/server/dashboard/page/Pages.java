package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.server.manager.access.SessionCredential;
import dev.inferencekey.server.manager.form.SentFormService;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Failure;
import dev.inferencekey.server.manager.http.Request;
import dev.inferencekey.server.manager.service.Clock;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Makes answers that browsers show: renders templates, compresses, and sets the headers that keep a page safe. Thread-safe.
 *
 * <p>Notes. The policy allows nothing but our own files: no script or style inside of a page, no frame around it, nowhere else to send a form. A
 * page is never stored by the browser: what it shows once it must not show again on the way back.
 */
public final class Pages {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
                    + " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Type", "text/html; charset=utf-8",
            "Content-Security-Policy", POLICY,
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            "Cache-Control", "no-store");

    private final Clock clock;
    private final SecureRandom random;
    private final Assets assets;
    private final SentForms sentForms;

    // Class initialisation makes it once, when the first page is asked for: a start does without.
    private static final class Templates {
        static final TemplateEngine ENGINE = TemplateEngine.createPrecompiled(
                null, ContentType.Html, Pages.class.getClassLoader(), "dev.inferencekey.server.dashboard.template");
    }

    public Pages(Clock clock, SecureRandom random, Assets assets, SentFormService forms) {
        this.clock = clock;
        this.random = random;
        this.assets = assets;
        this.sentForms = new SentForms(forms);
    }

    /** A page; its template takes {@code shell} and {@code view}. */
    public Answer show(Exchange exchange, Shell.Section section, String title, String template, Object view) {
        return show(exchange, 200, section, title, template, view);
    }

    /** The same with another status, such as that of a {@link Problem}. */
    public Answer show(
            Exchange exchange, int status, Shell.Section section, String title, String template, Object view) {
        SessionCredential session = exchange.who().session();
        String csrf = session == null ? "" : session.csrfToken().reveal(random);
        Shell shell = Shell.of(exchange, title, section, csrf, assets, clock.now());
        return render(exchange.request(), status, template, Map.of("shell", shell, "view", view));
    }

    /** Adds to the parameters that a page takes: those that were sent forms lead to take one more. */
    public static Set<String> query(String... names) {
        Set<String> all = new HashSet<>(Set.of(names));
        all.add(SentForms.AGAIN);
        return Set.copyOf(all);
    }

    /**
     * Handles a form whose answer shows something once. A browser that sends it again is led to the page that tells what came of it.
     *
     * @param handler is given whom to tell that page's path; the page takes {@link #query}
     */
    public Answer once(Exchange exchange, Function<Consumer<String>, Answer> handler) {
        return sentForms.once(exchange, handler);
    }

    /** Goes on to another page of ours, with a GET. */
    public static Answer goTo(Exchange exchange, String path) {
        return goTo(exchange.request(), path);
    }

    private static Answer goTo(Request request, String path) {
        // Scripts can't see a redirect, but htmx follows this one with the whole page.
        return request.isPartial()
                ? Answer.noContent().withHeader("HX-Redirect", path)
                : new Answer.Whole(303, Map.of("Location", path), new byte[0]);
    }

    /** What people see instead of an error in JSON; who is not signed in comes to the sign-in, and from there back. */
    public Answer error(Request request, Failure failure, String requestId) {
        int status = failure.code().status();
        // Below this path people are signing in: what went wrong there has to be shown.
        if (status == 401 && !request.path().startsWith("/sign-in")) {
            String next = "GET".equals(request.method()) && !request.isPartial() ? request.path() : "";
            return goTo(
                    request,
                    "/sign-in"
                            + (next.length() <= 1 ? "" : "?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8)));
        }
        Shell shell = new Shell(
                titleOf(status), Shell.Section.NONE, null, null, "", Theme.of(request), false, assets, clock.now());
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("shell", shell);
        parameters.put("view", new ErrorView(status, failure.code().wire(), failure.message(), requestId));
        Answer answer = render(request, status, "error.jte", parameters);
        for (Map.Entry<String, String> header : failure.headers().entrySet()) {
            answer = answer.withHeader(header.getKey(), header.getValue());
        }
        return answer;
    }

    /** What the error page shows. */
    public record ErrorView(int status, String code, String message, String requestId) {}

    private static Answer render(Request request, int status, String template, Map<String, Object> parameters) {
        Utf8ByteOutput output = new Utf8ByteOutput();
        Templates.ENGINE.render(template, parameters, output);
        Answer answer = Compressed.of(output.toByteArray()).answer(request, status);
        Map<String, String> headers = new LinkedHashMap<>(HEADERS);
        headers.putAll(answer.headers());
        for (Map.Entry<String, String> header : headers.entrySet()) {
            answer = answer.withHeader(header.getKey(), header.getValue());
        }
        return answer;
    }

    private static String titleOf(int status) {
        return switch (status) {
            case 403 -> "Not allowed";
            case 404 -> "Nothing here";
            case 429 -> "Too many attempts";
            case 503 -> "Not now";
            default -> status >= 500 ? "Something failed" : "That did not work";
        };
    }
}
