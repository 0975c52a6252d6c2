package dev.inferencekey.contract.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorCodeTest {
    /** The published table, and below it the codes that are ours. */
    private static final Map<String, Integer> TABLE = new LinkedHashMap<>();

    static {
        TABLE.put("invalid_request", 400);
        TABLE.put("invalid_token", 401);
        TABLE.put("invalid_api_key", 401);
        TABLE.put("wrong_credential_type", 403);
        TABLE.put("project_scope_mismatch", 403);
        TABLE.put("scope_insufficient", 403);
        TABLE.put("token_revoked", 403);
        TABLE.put("token_expired", 403);
        TABLE.put("workload_not_found", 404);
        TABLE.put("route_not_served", 404);
        TABLE.put("slug_taken", 409);
        TABLE.put("body_too_large", 413);
        TABLE.put("unsupported_media_type", 415);
        TABLE.put("rate_limit_exceeded", 429);
        TABLE.put("budget_exceeded", 429);
        TABLE.put("concurrency_exceeded", 429);
        TABLE.put("upstream_error", 502);
        TABLE.put("upstream_timeout", 504);
        TABLE.put("workload_not_ready", 503);
        TABLE.put("workload_failed", 503);
        TABLE.put("internal", 500);

        TABLE.put("csrf_token_missing", 403);
        TABLE.put("price_missing", 403);
        TABLE.put("not_found", 404);
        TABLE.put("method_not_allowed", 405);
        TABLE.put("conflict", 409);
        TABLE.put("store_unavailable", 503);
        TABLE.put("control_plane_unavailable", 503);
        TABLE.put("access_state_unavailable", 503);
        TABLE.put("metering_unavailable", 503);
        TABLE.put("loop_detected", 508);
    }

    @Test
    void hasTheCodesAndStatusesOfTheTable() {
        Map<String, Integer> actual = new LinkedHashMap<>();
        Arrays.stream(ErrorCode.values()).forEach(code -> actual.put(code.wire(), code.status()));

        assertThat(actual).containsExactlyInAnyOrderEntriesOf(TABLE);
    }

    @ParameterizedTest
    @EnumSource
    void readsBackFromItsExactNameOnly(ErrorCode code) {
        assertThat(ErrorCode.fromWire(code.wire())).contains(code);
        assertThat(ErrorCode.fromWire(code.wire().toUpperCase(Locale.ROOT))).isEmpty();
        assertThat(ErrorCode.fromWire(code.wire() + "_")).isEmpty();
    }

    @Test
    void anUnknownCodeIsNone() {
        assertThat(ErrorCode.fromWire("")).isEmpty();
        assertThat(ErrorCode.fromWire("teapot")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_REQUEST, invalid_request_error",
        "METHOD_NOT_ALLOWED, invalid_request_error",
        "BODY_TOO_LARGE, invalid_request_error",
        "INVALID_API_KEY, authentication_error",
        "WRONG_CREDENTIAL_TYPE, permission_error",
        "SCOPE_INSUFFICIENT, permission_error",
        "ROUTE_NOT_SERVED, not_found_error",
        "BUDGET_EXCEEDED, rate_limit_error",
        "INTERNAL, server_error",
        "UPSTREAM_ERROR, server_error",
        "WORKLOAD_NOT_READY, server_error",
        "UPSTREAM_TIMEOUT, server_error"
    })
    void hasTheCoarseKindThatOpenAiClientsKnow(ErrorCode code, String type) {
        assertThat(code.type()).isEqualTo(type);
    }
}
