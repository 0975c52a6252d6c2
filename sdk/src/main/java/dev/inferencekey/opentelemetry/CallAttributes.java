package dev.inferencekey.opentelemetry;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringArrayKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import dev.inferencekey.CallInfo;
import dev.inferencekey.internal.TelemetryNames;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The attributes of calls. */
final class CallAttributes {
    static final AttributeKey<String> OPERATION_NAME = stringKey(TelemetryNames.OPERATION_NAME);
    static final AttributeKey<String> PROVIDER_NAME = stringKey(TelemetryNames.PROVIDER_NAME);
    static final AttributeKey<String> REQUEST_MODEL = stringKey(TelemetryNames.REQUEST_MODEL);
    static final AttributeKey<Boolean> REQUEST_STREAM = booleanKey(TelemetryNames.REQUEST_STREAM);
    static final AttributeKey<String> RESPONSE_MODEL = stringKey(TelemetryNames.RESPONSE_MODEL);
    static final AttributeKey<List<String>> FINISH_REASONS = stringArrayKey(TelemetryNames.FINISH_REASONS);
    static final AttributeKey<Double> TIME_TO_FIRST_CHUNK = doubleKey(TelemetryNames.TIME_TO_FIRST_CHUNK);
    static final AttributeKey<Long> INPUT_TOKENS = longKey(TelemetryNames.INPUT_TOKENS);
    static final AttributeKey<Long> OUTPUT_TOKENS = longKey(TelemetryNames.OUTPUT_TOKENS);
    static final AttributeKey<String> TOKEN_TYPE = stringKey(TelemetryNames.TOKEN_TYPE);
    static final AttributeKey<String> ERROR_TYPE = stringKey(TelemetryNames.ERROR_TYPE);
    static final AttributeKey<String> METHOD = stringKey(TelemetryNames.METHOD);
    static final AttributeKey<Long> RESEND_COUNT = longKey(TelemetryNames.RESEND_COUNT);
    static final AttributeKey<Long> STATUS = longKey(TelemetryNames.STATUS);
    static final AttributeKey<String> SERVER_ADDRESS = stringKey(TelemetryNames.SERVER_ADDRESS);
    static final AttributeKey<Long> SERVER_PORT = longKey(TelemetryNames.SERVER_PORT);
    static final AttributeKey<String> URL_TEMPLATE = stringKey(TelemetryNames.URL_TEMPLATE);
    static final AttributeKey<String> OPERATION = stringKey(TelemetryNames.OPERATION);
    static final AttributeKey<String> PROJECT = stringKey(TelemetryNames.PROJECT);
    static final AttributeKey<String> WORKLOAD = stringKey(TelemetryNames.WORKLOAD);
    static final AttributeKey<String> REQUEST_ID = stringKey(TelemetryNames.REQUEST_ID);

    private CallAttributes() {}

    /** What is known of a span's call at its start. */
    static Attributes ofSpan(CallInfo call) {
        AttributesBuilder attributes = named(call)
                .put(METHOD, call.method())
                .put(URL_TEMPLATE, call.route())
                .put(SERVER_ADDRESS, call.serverAddress())
                .put(SERVER_PORT, (long) call.serverPort())
                .put(WORKLOAD, call.workload());
        if (call.streamed() && call.inference()) {
            attributes.put(REQUEST_STREAM, true);
        }
        return attributes.build();
    }

    /** What tells one call's metrics from another's. */
    static Attributes ofMetrics(CallInfo call, @Nullable String responseModel, @Nullable String errorType) {
        return named(call)
                .put(SERVER_ADDRESS, call.serverAddress())
                .put(SERVER_PORT, (long) call.serverPort())
                .put(RESPONSE_MODEL, responseModel)
                .put(ERROR_TYPE, errorType)
                .build();
    }

    private static AttributesBuilder named(CallInfo call) {
        AttributesBuilder attributes = Attributes.builder().put(PROJECT, call.project());
        return call.inference()
                ? attributes
                        .put(OPERATION_NAME, call.operation())
                        .put(PROVIDER_NAME, TelemetryNames.PROVIDER)
                        .put(REQUEST_MODEL, call.workload())
                : attributes.put(OPERATION, call.operation());
    }
}
