package dev.inferencekey;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.internal.Bearer;
import dev.inferencekey.internal.Call;
import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.MultipartForm;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * One workload, ready to be called with one key. Immutable and thread-safe; it lives as long as its {@link DataClient}.
 *
 * <p>Every method throws {@link InferenceKeyException}s: {@link ValidationException} for what can't be right, {@link
 * PermissionDeniedException} and {@link AuthenticationException} for the key, {@link RateLimitException}, {@link
 * NotFoundException} (also if the workload does not serve the route), {@link ApiException} for other answers ({@code 503
 * workload_not_ready} among them), and {@link TransportException} without one. What exists with {@code Async} at its name holds no
 * thread while it waits ({@link #runToolsAsync} alone has one); its future fails with the same exceptions, and cancelling it cancels the request.
 *
 * <p>Other clients work too: {@code OpenAIOkHttpClient.builder().baseUrl(endpoint.openAiBaseUrl()).apiKey(key).build()}, and
 * LangChain4j and Spring in the same way.
 */
public final class Endpoint {
    private final Wire wire;
    private final EndpointRef ref;
    private final LiveKey key;
    private final DataClient.Settings settings;

    Endpoint(Wire wire, EndpointRef ref, LiveKey key, DataClient.Settings settings) {
        this.wire = wire;
        this.ref = ref;
        this.key = key;
        this.settings = settings;
    }

    /** Which workload it is. */
    public EndpointRef ref() {
        return ref;
    }

    /** The base URL for any OpenAI client: {@code {base}/endpoint/{project}/{workload}/v1}. */
    public String openAiBaseUrl() {
        return uri("/v1").toString();
    }

    /** A whole answer of a text model. */
    public TextResult generateText(TextParams params) {
        return wire.success(chat(params, false), Answers::text);
    }

    /** {@link #generateText} without waiting. */
    public CompletableFuture<TextResult> generateTextAsync(TextParams params) {
        return wire.send(chat(params, false), Answers::text);
    }

    /**
     * A text model's answer as a record. The model is held to the record's schema, where the server can do that; the answer is checked
     * in any case.
     *
     * {@snippet :
     * record Ticket(String subject, Urgency urgency, List<String> tags) {}
     *
     * Ticket ticket = bot.generateObject(Ticket.class, TextParams.ofPrompt(mail)).value();
     * }
     *
     * @param record see {@link JsonSchema#of(Class)} for what its components may be
     * @throws ObjectMismatchException if the model refused, was cut off, or wrote something else
     */
    public <T> ObjectResult<T> generateObject(Class<T> record, TextParams params) {
        Shape.Members shape = ShapeFinder.of(record);
        return wire.success(chat(withSchema(record, params), false), reply -> Answers.object(reply, shape, record));
    }

    /** {@link #generateObject} without waiting. */
    public <T> CompletableFuture<ObjectResult<T>> generateObjectAsync(Class<T> record, TextParams params) {
        Shape.Members shape = ShapeFinder.of(record);
        return wire.send(chat(withSchema(record, params), false), reply -> Answers.object(reply, shape, record));
    }

    /**
     * Asks a text model, calls the tools that it wants called, tells it the results, and so on until it answers in words. The tools are
     * called one after the other, in this thread. A {@code toolChoice} of the params is for the first round.
     *
     * <p>Each round is a call of its own, with a time limit of its own. Mistakes of the model (a tool that is not there, arguments that do
     * not fit) are told to it; what a function throws is thrown from here.
     *
     * @param params without tools: those of the toolbox are used
     * @throws ApiException if the model still calls tools after {@link Toolbox.Builder#maxRounds}
     */
    public ToolRun runTools(TextParams params, Toolbox toolbox) {
        return new ToolLoop(this::generateText, toolbox).run(params);
    }

    /** {@link #runTools} on a thread of the client; cancelling the future interrupts it. */
    public CompletableFuture<ToolRun> runToolsAsync(TextParams params, Toolbox toolbox) {
        return wire.run(() -> runTools(params, toolbox));
    }

    /** An answer as it is being written. Returns once the server has begun to answer; until then errors are thrown from here. */
    public TextStream generateTextStream(TextParams params) {
        return new TextStream(wire.open(chat(params, true)), settings.idleTimeout());
    }

    /**
     * An answer as it is being written, for reactive code. Each subscriber makes a call of its own, gets as many pieces as it
     * requests, and cancels the call by cancelling its subscription; nothing is sent before there is one. Signals come on the
     * client's threads. Errors, those before the first piece too, go to {@code onError}.
     */
    public Flow.Publisher<TextChunk> generateTextStreamAsync(TextParams params) {
        return new TextPublisher(wire, chat(params, true), settings.idleTimeout());
    }

    /** Vectors for one or more texts. */
    public EmbedResult embed(String... inputs) {
        return embed(List.of(inputs));
    }

    /** Vectors for texts, one for each, in order; at least one text. */
    public EmbedResult embed(List<String> inputs) {
        List<String> texts = List.copyOf(inputs);
        return wire.success(embedding(texts), reply -> Answers.embeddings(reply, texts.size()));
    }

    /** {@link #embed(String...)} without waiting. */
    public CompletableFuture<EmbedResult> embedAsync(String... inputs) {
        return embedAsync(List.of(inputs));
    }

    /** {@link #embed(List)} without waiting. */
    public CompletableFuture<EmbedResult> embedAsync(List<String> inputs) {
        List<String> texts = List.copyOf(inputs);
        return wire.send(embedding(texts), reply -> Answers.embeddings(reply, texts.size()));
    }

    /** All documents by how well they answer the query. */
    public RerankResult rerank(String query, List<String> documents) {
        return rerank(query, documents, null);
    }

    /**
     * Documents by how well they answer the query.
     *
     * @param topN how many of them, at least 1; null: all
     */
    public RerankResult rerank(String query, List<String> documents, @Nullable Integer topN) {
        List<String> texts = List.copyOf(documents);
        return wire.success(ranking(query, texts, topN), reply -> Answers.ranking(reply, texts));
    }

    /** {@link #rerank(String, List)} without waiting. */
    public CompletableFuture<RerankResult> rerankAsync(String query, List<String> documents) {
        return rerankAsync(query, documents, null);
    }

    /** {@link #rerank(String, List, Integer)} without waiting. */
    public CompletableFuture<RerankResult> rerankAsync(String query, List<String> documents, @Nullable Integer topN) {
        List<String> texts = List.copyOf(documents);
        return wire.send(ranking(query, texts, topN), reply -> Answers.ranking(reply, texts));
    }

    /** Pictures of an image model. */
    public ImageResult generateImage(ImageParams params) {
        return wire.success(drawing(params), MediaAnswers::images);
    }

    /** {@link #generateImage} without waiting. */
    public CompletableFuture<ImageResult> generateImageAsync(ImageParams params) {
        return wire.send(drawing(params), MediaAnswers::images);
    }

    /** A text as speech. The sound is held in memory, up to {@link ClientBuilder#maxResponseBytes}. */
    public SpeechResult generateSpeech(SpeechParams params) {
        return wire.success(speech(params), MediaAnswers::speech);
    }

    /** {@link #generateSpeech} without waiting. */
    public CompletableFuture<SpeechResult> generateSpeechAsync(SpeechParams params) {
        return wire.send(speech(params), MediaAnswers::speech);
    }

    /** What is said in a recording. */
    public TranscriptionResult transcribe(Path file) {
        return transcribe(TranscriptionParams.of(file));
    }

    /**
     * What is said in a recording.
     *
     * @throws ValidationException if the file can't be read
     */
    public TranscriptionResult transcribe(TranscriptionParams params) {
        return wire.success(listening(params), MediaAnswers::transcription);
    }

    /** {@link #transcribe(TranscriptionParams)} without waiting; a file is read by the client's threads. */
    public CompletableFuture<TranscriptionResult> transcribeAsync(TranscriptionParams params) {
        return wire.send(listening(params), MediaAnswers::transcription);
    }

    /**
     * Checks that this endpoint can be called: the server answers, it accepts the key for this workload, and the workload exists. No model is
     * asked and none is woken, so it costs nothing; for the same reason it does not tell whether a replica is ready.
     *
     * @param limit how long it may take; there is one attempt
     * @throws InferenceKeyException that a call would get as well, such as an {@link AuthenticationException} for a revoked key
     */
    public void verify(Duration limit) {
        wire.success(verification(limit), Answers::models);
    }

    /** {@link #verify} without waiting. */
    public CompletableFuture<@Nullable Void> verifyAsync(Duration limit) {
        return wire.send(verification(limit), Answers::models);
    }

    /**
     * Hands work in to be done later, and returns as soon as the server has stored it.
     *
     * <p>Not served yet by InferenceKey for Java, whose answer is a {@link NotFoundException} with the code {@code route_not_served};
     * other InferenceKey servers have jobs.
     *
     * @return the job's id, for {@link #job}; webhooks carry it too
     */
    public String submitJob(JobParams params) {
        return wire.success(submission(params), Answers::jobId);
    }

    /** {@link #submitJob} without waiting. */
    public CompletableFuture<String> submitJobAsync(JobParams params) {
        return wire.send(submission(params), Answers::jobId);
    }

    /**
     * How a job is doing, with its result once it is finished. The server forgets jobs after a while.
     *
     * <p>Not served yet by InferenceKey for Java, whose answer is a {@link NotFoundException} with the code {@code route_not_served};
     * other InferenceKey servers have jobs.
     *
     * @throws NotFoundException if there is none (any more)
     */
    public Job job(String id) {
        return wire.success(polling(id), reply -> Answers.job(reply, id));
    }

    /** {@link #job} without waiting. */
    public CompletableFuture<Job> jobAsync(String id) {
        return wire.send(polling(id), reply -> Answers.job(reply, id));
    }

    /** Where it is, and the key's public part. */
    @Override
    public String toString() {
        return "Endpoint[" + ref + ", key=" + key.redacted() + "]";
    }

    private Call chat(TextParams params, boolean stream) {
        return inference("/v1/chat/completions", params.toJson(ref.workloadSlug(), stream), stream);
    }

    private static TextParams withSchema(Class<?> record, TextParams params) {
        if (params.sets("response_format")) {
            throw new ValidationException(
                    "response_format can't be set here: the record says what the answer looks like");
        }
        return params.toBuilder()
                .responseFormat(ResponseFormat.jsonSchema(record))
                .build();
    }

    private Call embedding(List<String> inputs) {
        if (inputs.isEmpty()) {
            throw new ValidationException("at least one input is needed");
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", ref.workloadSlug());
        json.put("input", inputs.size() == 1 ? inputs.get(0) : inputs);
        return inference("/v1/embeddings", json, false);
    }

    private Call ranking(String query, List<String> documents, @Nullable Integer topN) {
        if (query.isBlank()) {
            throw new ValidationException("query must not be empty");
        }
        if (documents.isEmpty()) {
            throw new ValidationException("documents must not be empty");
        }
        if (topN != null && topN < 1) {
            throw new ValidationException("top_n must be at least 1");
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", ref.workloadSlug());
        json.put("query", query);
        json.put("documents", new ArrayList<>(documents));
        if (topN != null) {
            json.put("top_n", topN);
        }
        return inference("/v1/rerank", json, false);
    }

    private Call drawing(ImageParams params) {
        return inference("/v1/images/generations", params.toJson(ref.workloadSlug()), false);
    }

    private Call speech(SpeechParams params) {
        return inference(
                "/v1/audio/speech", Json.write(params.toJson(ref.workloadSlug())), Map.of("Accept", "*/*"), false);
    }

    private Call listening(TranscriptionParams params) {
        MultipartForm form = params.toForm(ref.workloadSlug());
        Map<String, String> headers = Map.of("Accept", "*/*", "Content-Type", form.contentType());
        return inference("/v1/audio/transcriptions", form.publisher(), headers, false);
    }

    private Call verification(Duration limit) {
        Call.Name name = new Call.Name(
                "list_models",
                false,
                "/endpoint/{project}/{workload}/v1/models",
                ref.projectSlug(),
                ref.workloadSlug());
        return new Call(
                name,
                "GET",
                uri("/v1/models"),
                Bearer.of(key),
                null,
                Map.of(),
                false,
                Call.Retry.NOTHING_SENT,
                ClientBuilder.positive(limit, "limit"),
                Duration.ZERO);
    }

    private Call submission(JobParams params) {
        Map<String, String> headers = new LinkedHashMap<>(settings.headers());
        params.idempotencyKey().ifPresent(value -> headers.put("Idempotency-Key", value));
        Call.Retry retry = params.idempotencyKey().isPresent() ? Call.Retry.IDEMPOTENT : settings.retry();
        BodyPublisher body = Json.write(params.toJson(ref.workloadSlug()));
        return call("submit_job", "POST", "/jobs", "/jobs", body, headers, false, retry);
    }

    private Call polling(String id) {
        if (id.isBlank()) {
            throw new ValidationException("job id must not be empty");
        }
        Slugs.refuseCredential(id, "job id");
        return call(
                "get_job",
                "GET",
                "/jobs/" + Slugs.segment(id),
                "/jobs/{job}",
                null,
                Map.of(),
                false,
                Call.Retry.IDEMPOTENT);
    }

    private Call inference(String path, Map<String, ?> json, boolean events) {
        return inference(path, Json.write(json), Map.of(), events);
    }

    /** @param headers beside those of the settings */
    private Call inference(String path, BodyPublisher body, Map<String, String> headers, boolean events) {
        Map<String, String> all = settings.headers();
        if (!headers.isEmpty()) {
            all = new LinkedHashMap<>(all);
            all.putAll(headers);
        }
        return call(operation(path), "POST", path, path, body, all, events, settings.retry());
    }

    /** OpenTelemetry's names for inference, where it has one. */
    private static String operation(String path) {
        return switch (path) {
            case "/v1/chat/completions" -> "chat";
            case "/v1/images/generations", "/v1/images/edits", "/v1/audio/speech" -> "generate_content";
            case "/v1/audio/transcriptions" -> "transcription";
            case "/v1/audio/translations" -> "translation";
            default -> path.substring(path.lastIndexOf('/') + 1);
        };
    }

    private Call call(
            String operation,
            String method,
            String path,
            String template,
            @Nullable BodyPublisher body,
            Map<String, String> headers,
            boolean events,
            Call.Retry retry) {
        boolean inference = path.startsWith("/v1/");
        Call.Name name = new Call.Name(
                operation,
                inference,
                "/endpoint/{project}/{workload}" + template,
                ref.projectSlug(),
                ref.workloadSlug());
        return new Call(
                name,
                method,
                uri(path),
                Bearer.of(key),
                body,
                headers,
                events,
                retry,
                settings.timeout(),
                settings.retryFor());
    }

    private URI uri(String path) {
        return wire.uri(
                "/endpoint/" + Slugs.segment(ref.projectSlug()) + "/" + Slugs.segment(ref.workloadSlug()) + path);
    }
}
