package dev.inferencekey.server.manager;

import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.Request;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.model.SimpleResponse;
import com.atlassian.oai.validator.report.ValidationReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Holds requests that were accepted, and every answer, against the OpenAPI document. */
final class OpenApiCheck {
    private static final OpenApiInteractionValidator VALIDATOR =
            OpenApiInteractionValidator.createForInlineApiSpecification(document())
                    .build();

    private OpenApiCheck() {}

    static String document() {
        try (InputStream in = OpenApiCheck.class.getResourceAsStream("/openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("openapi.json is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails if the answer is not as described, or if a request was accepted that is not. */
    static void check(
            String method,
            String pathAndQuery,
            Map<String, String> headers,
            byte @Nullable [] body,
            String contentType,
            ApiClient.Reply reply) {
        String[] parts = pathAndQuery.split("\\?", 2);
        boolean accepted = reply.status() < 400;
        if (accepted) {
            fail(
                    "request " + method + " " + pathAndQuery,
                    VALIDATOR.validateRequest(request(method, parts, headers, body, contentType)));
        }
        if (!accepted && (reply.status() == 405 || isUnknownPath(reply))) {
            return;
        }
        SimpleResponse.Builder response = SimpleResponse.Builder.status(reply.status());
        reply.headers().map().forEach((name, values) -> response.withHeader(name, values));
        if (!reply.body().isEmpty()) {
            response.withBody(reply.body());
        }
        fail(
                "response " + reply.status() + " of " + method + " " + pathAndQuery + ": " + reply.body(),
                VALIDATOR.validateResponse(parts[0], Request.Method.valueOf(method), response.build()));
    }

    private static boolean isUnknownPath(ApiClient.Reply reply) {
        return reply.status() == 404 && reply.text("message").equals("there is nothing at this path");
    }

    private static Request request(
            String method, String[] parts, Map<String, String> headers, byte @Nullable [] body, String contentType) {
        SimpleRequest.Builder request = new SimpleRequest.Builder(method, parts[0]);
        headers.forEach(request::withHeader);
        if (!method.equals("GET") && !method.equals("DELETE")) {
            // The validator wants a content type also where a body may be left out and is.
            request.withContentType(contentType);
        }
        if (body != null) {
            request.withBody(new String(body, StandardCharsets.UTF_8));
        }
        if (parts.length == 2) {
            for (String pair : parts[1].split("&")) {
                String[] nameAndValue = pair.split("=", 2);
                request.withQueryParam(
                        nameAndValue[0],
                        nameAndValue.length == 2 ? URLDecoder.decode(nameAndValue[1], StandardCharsets.UTF_8) : "");
            }
        }
        return request.build();
    }

    private static void fail(String what, ValidationReport report) {
        List<ValidationReport.Message> errors = report.getMessages().stream()
                .filter(message -> message.getLevel() == ValidationReport.Level.ERROR)
                .toList();
        if (!errors.isEmpty()) {
            throw new AssertionError(what + " is not what the OpenAPI document says: "
                    + errors.stream()
                            .map(error -> error.getKey().toLowerCase(Locale.ROOT) + " " + error.getMessage() + " "
                                    + error.getAdditionalInfo())
                            .collect(Collectors.joining("; ")));
        }
    }
}
