package dev.inferencekey.server.domain.inference;

import static dev.inferencekey.contract.workload.TaskType.AUDIO2TEXT;
import static dev.inferencekey.contract.workload.TaskType.CLASSIFICATION;
import static dev.inferencekey.contract.workload.TaskType.EMBEDDING;
import static dev.inferencekey.contract.workload.TaskType.IMAGE2IMAGE;
import static dev.inferencekey.contract.workload.TaskType.IMAGE2VIDEO;
import static dev.inferencekey.contract.workload.TaskType.OMNI;
import static dev.inferencekey.contract.workload.TaskType.RERANKER;
import static dev.inferencekey.contract.workload.TaskType.REWARD;
import static dev.inferencekey.contract.workload.TaskType.TEXT2AUDIO;
import static dev.inferencekey.contract.workload.TaskType.TEXT2IMAGE;
import static dev.inferencekey.contract.workload.TaskType.TEXT2TEXT;
import static dev.inferencekey.contract.workload.TaskType.TEXT2VIDEO;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.workload.Backend;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Every route below {@code /endpoint/{project}/{workload}/} that can reach a model server. What is not listed here is not
 * forwarded, so a model server's administrative routes stay out of reach.
 */
public enum InferenceRoute {
    CHAT_COMPLETIONS("POST", "v1/chat/completions", Body.JSON, EnumSet.of(TEXT2TEXT, OMNI)),
    COMPLETIONS("POST", "v1/completions", Body.JSON, EnumSet.of(TEXT2TEXT, OMNI)),
    RESPONSES("POST", "v1/responses", Body.JSON, EnumSet.of(TEXT2TEXT, OMNI)),
    EMBEDDINGS("POST", "v1/embeddings", Body.JSON, EnumSet.of(EMBEDDING)),
    RERANK("POST", "v1/rerank", Body.JSON, EnumSet.of(RERANKER)),
    /** Where clients of Cohere look for it. */
    RERANK_V2("POST", "v2/rerank", Body.JSON, EnumSet.of(RERANKER)),
    /** Where clients of Jina and of vLLM look for it. */
    RERANK_UNVERSIONED("POST", "rerank", Body.JSON, EnumSet.of(RERANKER)),
    /** vLLM's: how near two texts are. */
    SCORE("POST", "score", Body.JSON, EnumSet.of(RERANKER, EMBEDDING, CLASSIFICATION)),
    /** vLLM's: what a model says of a text before it becomes words, such as rewards. */
    POOLING("POST", "pooling", Body.JSON, EnumSet.of(REWARD, EMBEDDING, CLASSIFICATION)),
    /** vLLM's and SGLang's: the probabilities of classes, or a reward. */
    CLASSIFY("POST", "classify", Body.JSON, EnumSet.of(CLASSIFICATION, REWARD)),
    /** Answered by the gateway itself: lists this one workload. */
    MODELS("GET", "v1/models", Body.NONE, EnumSet.allOf(TaskType.class)),
    /** Answered by the gateway itself; a further path segment names the model. */
    MODEL("GET", "v1/models/{model}", Body.NONE, EnumSet.allOf(TaskType.class)),
    IMAGES_GENERATIONS("POST", "v1/images/generations", Body.JSON, EnumSet.of(TEXT2IMAGE, IMAGE2IMAGE)),
    IMAGES_EDITS("POST", "v1/images/edits", Body.JSON_OR_MULTIPART, EnumSet.of(TEXT2IMAGE, IMAGE2IMAGE)),
    IMAGES_VARIATIONS("POST", "v1/images/variations", Body.JSON_OR_MULTIPART, EnumSet.of(TEXT2IMAGE, IMAGE2IMAGE)),
    AUDIO_SPEECH("POST", "v1/audio/speech", Body.JSON, EnumSet.of(TEXT2AUDIO, OMNI)),
    AUDIO_GENERATE("POST", "v1/audio/generate", Body.JSON, EnumSet.of(TEXT2AUDIO, OMNI)),
    AUDIO_VOICES("GET", "v1/audio/voices", Body.NONE, EnumSet.of(TEXT2AUDIO, OMNI)),
    AUDIO_TRANSCRIPTIONS("POST", "v1/audio/transcriptions", Body.JSON_OR_MULTIPART, EnumSet.of(AUDIO2TEXT, OMNI)),
    AUDIO_TRANSLATIONS("POST", "v1/audio/translations", Body.JSON_OR_MULTIPART, EnumSet.of(AUDIO2TEXT, OMNI)),
    /** A job at the model server that got it: with several replicas the others do not know it. */
    VIDEOS("POST", "v1/videos", Body.JSON_OR_MULTIPART, EnumSet.of(TEXT2VIDEO, IMAGE2VIDEO)),
    VIDEO("GET", "v1/videos/{video}", Body.NONE, EnumSet.of(TEXT2VIDEO, IMAGE2VIDEO)),
    VIDEO_CONTENT("GET", "v1/videos/{video}/content", Body.NONE, EnumSet.of(TEXT2VIDEO, IMAGE2VIDEO)),
    MODERATIONS("POST", "v1/moderations", Body.JSON, EnumSet.of(CLASSIFICATION)),
    FORECAST("POST", "forecast", Body.JSON, EnumSet.of(TaskType.FORECAST));

    /** What a request to the route carries. */
    public enum Body {
        NONE,
        JSON,
        JSON_OR_MULTIPART
    }

    private static final Map<String, InferenceRoute> BY_PATH = Arrays.stream(values())
            .filter(route -> !route.isTemplate())
            .collect(Collectors.toUnmodifiableMap(InferenceRoute::path, route -> route));

    /** What the engines of a backend do not have, although workloads of the type may be called so. They refuse it themselves. */
    private static final Map<String, Set<InferenceRoute>> LACKING = Map.of(
            Backend.LLAMACPP.wire(), EnumSet.of(RERANK_V2, SCORE, POOLING, CLASSIFY, MODERATIONS),
            Backend.OLLAMA.wire(),
                    EnumSet.of(RERANK, RERANK_V2, RERANK_UNVERSIONED, SCORE, POOLING, CLASSIFY, MODERATIONS),
            Backend.VLLM.wire(), EnumSet.of(MODERATIONS),
            Backend.SGLANG.wire(), EnumSet.of(RERANK_V2, RERANK_UNVERSIONED, SCORE, POOLING, MODERATIONS),
            Backend.STABLEDIFFUSIONCPP.wire(), EnumSet.of(IMAGES_VARIATIONS));

    /** An id that a model server made. Nothing in it means anything in a path. */
    private static final Pattern VIDEO_PATH = Pattern.compile("v1/videos/[A-Za-z0-9_.-]{1,128}(/content)?");

    private final String method;
    private final String path;
    private final Body body;
    private final Set<TaskType> taskTypes;

    InferenceRoute(String method, String path, Body body, Set<TaskType> taskTypes) {
        this.method = method;
        this.path = path;
        this.body = body;
        this.taskTypes = Set.copyOf(taskTypes);
    }

    public String method() {
        return method;
    }

    /** Relative to the workload's address, without a leading slash; a name in braces stands for one segment. */
    public String path() {
        return path;
    }

    /** Whether a segment of the path stands for something that the caller names. */
    public boolean isTemplate() {
        return path.indexOf('{') >= 0;
    }

    /** The route with this path below a workload's address, whatever the method; null if there is none. */
    public static @Nullable InferenceRoute ofPath(String path) {
        InferenceRoute route = BY_PATH.get(path);
        if (route != null) {
            return route;
        }
        if (path.startsWith(RequestTarget.MODELS)) {
            return path.indexOf('/', RequestTarget.MODELS.length()) < 0 ? MODEL : null;
        }
        Matcher video = VIDEO_PATH.matcher(path);
        return !video.matches() ? null : video.group(1) == null ? VIDEO : VIDEO_CONTENT;
    }

    /** Whether the route takes the method: its own, and {@code HEAD} where a {@code GET} is answered by the gateway itself. */
    public boolean takes(String asked) {
        return asked.equals(method) || (asked.equals("HEAD") && answeredByGateway());
    }

    /** The methods that the route takes, as the header {@code Allow} tells them. */
    public String methods() {
        return answeredByGateway() ? method + ", HEAD" : method;
    }

    public Body body() {
        return body;
    }

    public boolean servedBy(TaskType taskType) {
        return taskTypes.contains(taskType);
    }

    /** Whether the gateway answers it without a model server. */
    public boolean answeredByGateway() {
        return this == MODELS || this == MODEL;
    }

    /**
     * The routes that a workload serves, as people read them: {@code POST v1/embeddings}.
     *
     * @param backend as it was declared; what its engines are known to lack is left out. Any other word leaves nothing out.
     */
    public static List<String> namesServedBy(TaskType taskType, String backend) {
        Set<InferenceRoute> lacking = LACKING.getOrDefault(backend, Set.of());
        return Arrays.stream(values())
                .filter(route -> route.servedBy(taskType) && !lacking.contains(route))
                .map(route -> route.method + " " + route.path)
                .toList();
    }
}
