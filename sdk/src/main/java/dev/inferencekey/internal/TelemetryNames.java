package dev.inferencekey.internal;

/**
 * Names of spans, metrics and their attributes: OpenTelemetry's conventions for generative AI where they have one, and the same as the
 * server's.
 */
public final class TelemetryNames {
    public static final String PROVIDER = "inferencekey";

    public static final String OPERATION_NAME = "gen_ai.operation.name";
    public static final String PROVIDER_NAME = "gen_ai.provider.name";
    public static final String REQUEST_MODEL = "gen_ai.request.model";
    public static final String REQUEST_STREAM = "gen_ai.request.stream";
    public static final String RESPONSE_MODEL = "gen_ai.response.model";
    public static final String FINISH_REASONS = "gen_ai.response.finish_reasons";
    public static final String TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk";
    public static final String INPUT_TOKENS = "gen_ai.usage.input_tokens";
    public static final String OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
    public static final String TOKEN_TYPE = "gen_ai.token.type";
    public static final String ERROR_TYPE = "error.type";
    public static final String METHOD = "http.request.method";
    public static final String RESEND_COUNT = "http.request.resend_count";
    public static final String STATUS = "http.response.status_code";
    public static final String SERVER_ADDRESS = "server.address";
    public static final String SERVER_PORT = "server.port";
    public static final String URL_TEMPLATE = "url.template";
    public static final String OPERATION = "inferencekey.operation";
    public static final String PROJECT = "inferencekey.project";
    public static final String WORKLOAD = "inferencekey.workload";
    public static final String REQUEST_ID = "inferencekey.request_id";

    /** Events. */
    public static final String FIRST_CHUNK = "gen_ai.first_token";

    public static final String RETRY = "inferencekey.retry";

    /** Metrics. */
    public static final String INFERENCE_DURATION = "gen_ai.client.operation.duration";

    public static final String FIRST_CHUNK_DURATION = "gen_ai.client.operation.time_to_first_chunk";
    public static final String TOKEN_USAGE = "gen_ai.client.token.usage";
    public static final String CONTROL_DURATION = "inferencekey.client.operation.duration";
    public static final String RETRIES = "inferencekey.client.retries";

    private TelemetryNames() {}
}
