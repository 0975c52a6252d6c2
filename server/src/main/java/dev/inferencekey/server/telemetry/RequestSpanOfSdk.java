package dev.inferencekey.server.telemetry;

import static io.opentelemetry.api.common.AttributeKey.booleanKey;
import static io.opentelemetry.api.common.AttributeKey.doubleKey;
import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.ports.trace.RequestSpan;
import dev.inferencekey.server.ports.trace.TracedRequest;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.HashMap;
import java.util.Map;

/**
 * One request as a server span, described by OpenTelemetry's conventions for HTTP and for generative AI. Names of our own begin with {@code
 * inferencekey.}.
 */
final class RequestSpanOfSdk implements RequestSpan {
    private static final String PREFIX = "/endpoint/{project}/{workload}/";
    private static final double MICROS_PER_SECOND = 1e6;

    private static final AttributeKey<String> METHOD = stringKey("http.request.method");
    private static final AttributeKey<String> ROUTE = stringKey("http.route");
    private static final AttributeKey<String> URL_PATH = stringKey("url.path");
    private static final AttributeKey<String> URL_SCHEME = stringKey("url.scheme");
    private static final AttributeKey<String> SERVER = stringKey("server.address");
    private static final AttributeKey<String> CLIENT = stringKey("client.address");
    private static final AttributeKey<Long> STATUS = longKey("http.response.status_code");
    private static final AttributeKey<Long> REQUEST_SIZE = longKey("http.request.body.size");
    private static final AttributeKey<Long> RESPONSE_SIZE = longKey("http.response.body.size");
    private static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");
    private static final AttributeKey<String> OPERATION = stringKey("gen_ai.operation.name");
    private static final AttributeKey<String> PROVIDER = stringKey("gen_ai.provider.name");
    private static final AttributeKey<String> REQUEST_MODEL = stringKey("gen_ai.request.model");
    private static final AttributeKey<Boolean> REQUEST_STREAM = booleanKey("gen_ai.request.stream");
    private static final AttributeKey<String> RESPONSE_MODEL = stringKey("gen_ai.response.model");
    private static final AttributeKey<Long> INPUT_TOKENS = longKey("gen_ai.usage.input_tokens");
    private static final AttributeKey<Long> OUTPUT_TOKENS = longKey("gen_ai.usage.output_tokens");
    private static final AttributeKey<Long> CACHED_TOKENS = longKey("gen_ai.usage.cache_read.input_tokens");
    private static final AttributeKey<Double> FIRST_CHUNK = doubleKey("gen_ai.response.time_to_first_chunk");
    private static final AttributeKey<String> PROJECT = stringKey("inferencekey.project");
    private static final AttributeKey<String> WORKLOAD = stringKey("inferencekey.workload");
    private static final AttributeKey<String> KEY = stringKey("inferencekey.key");
    private static final AttributeKey<String> REPLICA = stringKey("inferencekey.replica");
    private static final AttributeKey<String> REQUEST_ID = stringKey("inferencekey.request_id");
    private static final AttributeKey<Boolean> CANCELLED = booleanKey("inferencekey.cancelled");

    static final String TRACE_PARENT = "traceparent";
    static final String TRACE_STATE = "tracestate";

    private final Span span;
    private final Map<String, String> headers = new HashMap<>(4);
    private final String host;
    private final String method;

    RequestSpanOfSdk(Span span, String method, String host) {
        this.host = host;
        W3CTraceContextPropagator.getInstance().inject(Context.root().with(span), headers, Map::put);
        this.span = span;
        this.method = method;
    }

    @Override
    public String traceId() {
        return span.getSpanContext().getTraceId();
    }

    @Override
    public String traceParent() {
        return headers.getOrDefault(TRACE_PARENT, "");
    }

    @Override
    public String traceState() {
        return headers.getOrDefault(TRACE_STATE, "");
    }

    @Override
    public void firstByte() {
        span.addEvent("gen_ai.first_token");
    }

    @Override
    public void end(TracedRequest request) {
        if (span.isRecording()) {
            describe(request);
        }
        span.end();
    }

    private void describe(TracedRequest request) {
        span.setAttribute(METHOD, method);
        span.setAttribute(URL_SCHEME, "http");
        span.setAttribute(SERVER, host);
        span.setAttribute(CLIENT, request.clientAddress());
        span.setAttribute(STATUS, request.status());
        span.setAttribute(REQUEST_SIZE, request.requestBytes());
        span.setAttribute(RESPONSE_SIZE, request.responseBytes());
        span.setAttribute(REQUEST_ID, request.requestId());
        if (request.cancelled()) {
            span.setAttribute(CANCELLED, true);
        }
        if (!request.project().isEmpty()) {
            span.setAttribute(PROJECT, request.project());
        }
        if (!request.workload().isEmpty()) {
            span.setAttribute(WORKLOAD, request.workload());
        }
        if (!request.keyPublicId().isEmpty()) {
            span.setAttribute(KEY, "ik_live_" + request.keyPublicId() + "…");
        }
        describeInference(request);
        describeError(request);
    }

    private void describeInference(TracedRequest request) {
        InferenceRoute route = request.route();
        if (route == null) {
            return;
        }
        span.updateName(method + " " + PREFIX + route.path());
        span.setAttribute(ROUTE, PREFIX + route.path());
        if (route.answeredByGateway()) {
            return;
        }
        span.setAttribute(URL_PATH, "/endpoint/" + request.project() + "/" + request.workload() + "/" + route.path());
        span.setAttribute(OPERATION, operation(route));
        span.setAttribute(PROVIDER, "inferencekey");
        span.setAttribute(REQUEST_MODEL, request.workload());
        span.setAttribute(REQUEST_STREAM, request.streamed());
        if (request.model() != null) {
            span.setAttribute(RESPONSE_MODEL, request.model());
        }
        if (request.replica() != null) {
            span.setAttribute(REPLICA, request.replica());
        }
        if (request.inputTokens() != null) {
            span.setAttribute(INPUT_TOKENS, request.inputTokens());
        }
        if (request.outputTokens() != null) {
            span.setAttribute(OUTPUT_TOKENS, request.outputTokens());
        }
        if (request.cachedTokens() != null) {
            span.setAttribute(CACHED_TOKENS, request.cachedTokens());
        }
        if (request.streamed() && request.firstByteMicros() >= 0) {
            span.setAttribute(FIRST_CHUNK, request.firstByteMicros() / MICROS_PER_SECOND);
        }
    }

    /** A caller's own mistake is no fault of this server: only the type is told then. */
    private void describeError(TracedRequest request) {
        boolean fault = request.status() >= 500 || (request.error() != null && request.status() < 400);
        if (request.error() != null) {
            span.setAttribute(ERROR_TYPE, request.error());
        } else if (request.status() >= 500) {
            span.setAttribute(ERROR_TYPE, Integer.toString(request.status()));
        }
        if (fault) {
            span.setStatus(StatusCode.ERROR);
        }
    }

    /** The convention's own word where it has one. */
    private static String operation(InferenceRoute route) {
        return switch (route) {
            case CHAT_COMPLETIONS, RESPONSES -> "chat";
            case COMPLETIONS -> "text_completion";
            case EMBEDDINGS -> "embeddings";
            case RERANK, RERANK_V2, RERANK_UNVERSIONED -> "rerank";
            case SCORE -> "score";
            case POOLING -> "pooling";
            case CLASSIFY -> "classify";
            case IMAGES_GENERATIONS, IMAGES_EDITS, IMAGES_VARIATIONS, AUDIO_SPEECH, AUDIO_GENERATE, VIDEOS ->
                "generate_content";
            case AUDIO_TRANSCRIPTIONS -> "transcription";
            case AUDIO_TRANSLATIONS -> "translation";
            case AUDIO_VOICES -> "list_voices";
            case MODERATIONS -> "moderation";
            case FORECAST -> "forecast";
            case VIDEO, VIDEO_CONTENT -> "retrieve_video";
            case MODELS, MODEL -> "list_models";
        };
    }
}
