package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ErrorMappingTest {
    private final FakeServer server = new FakeServer();
    private final ManagementClient management =
            Clients.management(server).retryFor(Duration.ZERO).build();
    private final DataClient data = Clients.data(server).retryFor(Duration.ZERO).build();

    @AfterEach
    void stop() {
        management.close();
        data.close();
        server.close();
    }

    private InferenceKeyException management() {
        return catchThrowableOfType(InferenceKeyException.class, management::list);
    }

    private InferenceKeyException data() {
        return catchThrowableOfType(
                InferenceKeyException.class,
                () -> data.endpoint("support-bot").generateText(TextParams.ofPrompt("Hi")));
    }

    static List<Map<String, @Nullable Object>> goldenErrors() {
        return Golden.table("errors.json");
    }

    @ParameterizedTest
    @MethodSource("goldenErrors")
    void readsEveryGoldenErrorOnBothPlanes(Map<String, @Nullable Object> row) {
        int status = ((Number) row.getOrDefault("status", 0)).intValue();
        List<String> headers = new ArrayList<>(List.of("X-Request-Id: req_42"));
        String retryAfter = null;
        if (row.get("headers") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> headers.add(name + ": " + value));
            retryAfter = given.get("Retry-After") instanceof String text ? text : null;
        }
        String body = Golden.text(String.valueOf(row.get("file")));
        server.always((request, answer) -> answer.json(status, body, headers.toArray(new String[0])));

        for (InferenceKeyException e : List.of(management(), data())) {
            assertThat(e).isExactlyInstanceOf(expected(status));
            assertThat(e.statusCode()).isEqualTo(status);
            assertThat(e.code()).hasValue(String.valueOf(row.get("code")));
            assertThat(e.requestId()).hasValue("req_42");
            assertThat(e.getMessage())
                    .startsWith(prefix(status, String.valueOf(row.get("code"))))
                    .doesNotContain("{");
            if (e instanceof RateLimitException limited) {
                assertThat(limited.retryAfter()
                                .map(Duration::toSeconds)
                                .map(String::valueOf)
                                .orElse(null))
                        .isEqualTo(retryAfter);
            }
        }
    }

    private static Class<? extends InferenceKeyException> expected(int status) {
        return switch (status) {
            case 400 -> ValidationException.class;
            case 401 -> AuthenticationException.class;
            case 403 -> PermissionDeniedException.class;
            case 404 -> NotFoundException.class;
            case 409 -> ConflictException.class;
            case 429 -> RateLimitException.class;
            default -> ApiException.class;
        };
    }

    private static String prefix(int status, String code) {
        return switch (status) {
            case 400 -> "validation error: ";
            case 401 -> "authentication failed: ";
            case 403 -> "permission denied [" + code + "]: ";
            case 404 -> "not found: ";
            case 409 -> "conflict: ";
            case 429 -> "rate limited: ";
            default -> "api error [" + status + " " + code + "]: ";
        };
    }

    @Test
    void saysWhyPermissionWasDenied() {
        for (PermissionDeniedException.Reason reason : PermissionDeniedException.Reason.values()) {
            String code = reason == PermissionDeniedException.Reason.OTHER
                    ? "token_revoked"
                    : reason.name().toLowerCase(Locale.ROOT);
            server.nextJson(403, "{\"error\":\"" + code + "\",\"message\":\"no\"}");

            assertThat(management())
                    .hasMessage("permission denied [" + code + "]: no")
                    .isInstanceOfSatisfying(
                            PermissionDeniedException.class,
                            e -> assertThat(e.reason()).isEqualTo(reason));
        }
    }

    @Test
    void readsErrorsThatAreNotOurs() {
        server.nextJson(404, Golden.text("foreign-errors/detail.response.json"));
        assertThat(data()).isInstanceOf(NotFoundException.class).hasMessage("not found: Not Found");

        server.nextJson(503, Golden.text("foreign-errors/error-object-without-code.response.json"));
        assertThat(data()).hasMessage("api error [503]: model overloaded");

        server.nextJson(400, Golden.text("foreign-errors/numeric-code.response.json"));
        assertThat(data()).hasMessage("validation error: max_tokens is too large");
        assertThat(data().code()).hasValue("not_found");

        server.next(
                (request, answer) -> answer.whole(502, "text/html", Golden.text("foreign-errors/proxy.response.html")));
        assertThat(data()).hasMessage("api error [502]: the server answered 502: 502 Bad Gateway 502 Bad Gateway");

        server.next((request, answer) -> answer.whole(500, "text/plain", ""));
        assertThat(data()).hasMessage("api error [500]: the server answered 500 without a message");

        server.nextJson(500, "{\"error\":\"Something broke badly\"}");
        assertThat(data()).hasMessage("api error [500]: Something broke badly");
    }

    @Test
    void takesTheRequestIdFromTheBodyIfNoHeaderHasIt() {
        server.nextJson(500, Golden.text("control/errors/internal.response.json"));

        assertThat(management().requestId()).hasValue("req_3f9a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":",
                "[]",
                "null",
                "\"text\"",
                "{\"error\":{\"message\":[]}}",
                "{\"error\":7}",
                "\u0000\u0001"
            })
    void survivesBrokenBodies(String body) {
        server.nextJson(500, body);

        assertThat(data()).isExactlyInstanceOf(ApiException.class).hasMessageStartingWith("api error [500]: ");
    }

    @Test
    void readsNoMoreThanItNeedsOfAHugeErrorBody() {
        server.next((request, answer) -> {
            answer.begin(500, "text/plain");
            String megabyte = "x".repeat(1 << 20);
            for (int i = 0; i < 100; i++) {
                answer.send(megabyte);
            }
            answer.end();
        });

        assertThat(data().getMessage())
                .startsWith("api error [500]: the server answered 500: xxx")
                .hasSizeLessThan(300);
    }

    @Test
    void keepsTheStatusOfAnErrorWhoseBodyIsCutOff() {
        server.next((request, answer) -> {
            answer.raw("HTTP/1.1 401 No\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"error\"");
            answer.cut();
        });

        assertThat(data())
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("the server answered 401: {\"error\"");
    }

    @Test
    void putsNoLineBreaksOfTheServersIntoMessages() {
        server.nextJson(400, "{\"error\":\"invalid_request\",\"message\":\"one\\r\\ntwo\\u001b[31m\\u202ethree\"}");

        assertThat(management()).hasMessage("validation error: one two [31m three");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void neverFollowsARedirect(int status) {
        try (FakeServer other = new FakeServer()) {
            server.always(
                    (request, answer) -> answer.whole(status, "text/html", "moved", "Location: " + other.url() + "/x"));

            assertThat(data())
                    .isExactlyInstanceOf(ApiException.class)
                    .hasMessageContainingAll("redirects to " + other.url() + "/x", "redirects are not followed");
            assertThat(management()).isExactlyInstanceOf(ApiException.class);
            assertThat(other.connections()).isZero();
        }
    }

    @Test
    void refusesAnAnswerThatIsTooLarge() {
        server.next((request, answer) -> {
            answer.begin(200, "application/json").send("[\"");
            String megabyte = "x".repeat(1 << 20);
            for (int i = 0; i < 100; i++) {
                answer.send(megabyte);
            }
            answer.send("\"]").end();
        });
        try (ManagementClient client =
                Clients.management(server).maxResponseBytes(1 << 20).build()) {
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(client::list)
                    .withMessageContaining("larger than maxResponseBytes allows (1048576 bytes)");
        }
    }

    @Test
    void readsARetryAfterThatIsADate() {
        server.next((request, answer) -> answer.json(
                429,
                "{\"error\":{\"message\":\"slow down\",\"code\":\"budget_exceeded\"}}",
                "Retry-After: Tue, 31 Dec 2199 23:59:59 GMT"));

        assertThat(data()).isInstanceOfSatisfying(RateLimitException.class, e -> {
            assertThat(e.code()).hasValue("budget_exceeded");
            assertThat(e.retryAfter().orElseThrow()).isGreaterThan(Duration.ofDays(50 * 365));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-5", "99999999999999999999", "1.5", ""})
    void ignoresARetryAfterThatIsNone(String value) {
        server.next((request, answer) -> answer.json(429, "{}", "Retry-After: " + value));

        assertThat(data())
                .isInstanceOfSatisfying(
                        RateLimitException.class,
                        e -> assertThat(e.retryAfter()).isEmpty());
    }
}
