package dev.inferencekey.testkit;

import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.EndpointRef;
import dev.inferencekey.EnvironmentVariables;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.contract.workload.TaskType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;

/**
 * A real InferenceKey platform inside this JVM, for tests: gateway and control plane on a free port of {@code 127.0.0.1}, seen from one
 * project. What a test calls, and how it is refused, is what it would be in production; only the models are simulated or scripted.
 *
 * {@snippet :
 * try (InferenceKeyPlatform platform = InferenceKeyPlatform.start()) {
 *     Endpoint bot = platform.simulate("support-bot");
 *     System.out.println(bot.generateText(TextParams.ofPrompt("Hello")).text());
 * }
 * }
 *
 * <p>Everything is kept in a temporary folder and gone after {@link #close}. The first start of a JVM takes one to two seconds, so its
 * tests should share one and separate themselves by {@link #newProject}; the JUnit extension {@link InferenceKeyTest} does both.
 *
 * <p>Thread-safe. {@link #close} is idempotent.
 */
public final class InferenceKeyPlatform implements AutoCloseable {
    /** Simulated and scripted models need no more than a few milliseconds. */
    private static final Duration LONGEST_START = Duration.ofSeconds(30);

    private final RunningServer server;
    private final boolean ownsServer;
    private final String project;
    private final String sdkToken;
    private final String apiKey;
    private final ManagementClient management;
    private final DataClient data;
    private final Object scripting = new Object();

    private InferenceKeyPlatform(RunningServer server, boolean ownsServer) {
        this.server = server;
        this.ownsServer = ownsServer;
        this.project = "test-" + server.nextProject();
        server.control().post("/api/projects", Map.of("name", project, "slug", project));
        CompletableFuture<String> token = CompletableFuture.supplyAsync(
                () -> credential("tokens", Map.of("name", "test")), Thread::startVirtualThread);
        this.apiKey = createKey(List.of(project + "/*"));
        this.sdkToken = token.join();
        // What the machine's environment says is about other servers.
        this.management = ManagementClient.builder()
                .environment(Map.of())
                .baseUrl(baseUrl())
                .project(project)
                .token(sdkToken)
                .build();
        this.data = DataClient.builder()
                .environment(Map.of())
                .baseUrl(baseUrl())
                .project(project)
                .apiKey(apiKey)
                .build();
    }

    /**
     * Starts a platform with an empty project.
     *
     * @throws dev.inferencekey.server.app.StartupException if it can't be started; nothing is left behind
     */
    public static InferenceKeyPlatform start() {
        RunningServer server = RunningServer.start();
        try {
            return new InferenceKeyPlatform(server, true);
        } catch (RuntimeException | Error e) {
            server.close();
            throw e;
        }
    }

    /**
     * The same platform seen from a new, empty project: with a token and keys that open nothing of the others. Closing it leaves the
     * platform running.
     */
    public InferenceKeyPlatform newProject() {
        return new InferenceKeyPlatform(server, false);
    }

    /** Where it is, such as {@code http://127.0.0.1:40123}; what {@code INFERENCEKEY_BASE_URL} would hold. */
    public String baseUrl() {
        return server.url().toString();
    }

    /** The project's slug; what {@code INFERENCEKEY_PROJECT} would hold. */
    public String project() {
        return project;
    }

    /** An SDK token of the project with all scopes; what {@code INFERENCEKEY_SDK_TOKEN} would hold. */
    public String sdkToken() {
        return sdkToken;
    }

    /** An API key for all workloads of the project, those to come included; what {@code INFERENCEKEY_API_KEY} would hold. */
    public String apiKey() {
        return apiKey;
    }

    /** A new API key for these workloads alone, by their slugs; they must exist. */
    public String apiKey(String... workloads) {
        return createKey(
                Arrays.stream(workloads).map(slug -> project + "/" + slug).toList());
    }

    /**
     * What a program is configured with, by the names of the properties that the framework modules read: {@code inferencekey.base-url},
     * {@code inferencekey.project}, {@code inferencekey.sdk-token}, {@code inferencekey.api-key}. Secrets among them.
     */
    public Map<String, String> properties() {
        return Map.of(
                "inferencekey.base-url", baseUrl(),
                "inferencekey.project", project,
                "inferencekey.sdk-token", sdkToken,
                "inferencekey.api-key", apiKey);
    }

    /** The same as the environment variables of the SDK, for programs that a test starts. Secrets among them. */
    public Map<String, String> environment() {
        return Map.of(
                EnvironmentVariables.BASE_URL, baseUrl(),
                EnvironmentVariables.PROJECT, project,
                EnvironmentVariables.SDK_TOKEN, sdkToken,
                EnvironmentVariables.API_KEY, apiKey);
    }

    /** A client for the control plane with {@link #sdkToken}, closed with this platform. */
    public ManagementClient management() {
        return management;
    }

    /** A client for the data plane with {@link #apiKey()}, closed with this platform. */
    public DataClient data() {
        return data;
    }

    /** A text workload of the platform's simulator, ready to be called. */
    public Endpoint simulate(String slug) {
        return simulate(slug, TaskType.TEXT2TEXT);
    }

    /** A workload of the platform's simulator, ready to be called: its answers look right and mean nothing. */
    public Endpoint simulate(String slug, TaskType taskType) {
        return provision(WorkloadSpec.builder()
                .name(slug)
                .slug(slug)
                .backend("simulator")
                .model("simulated")
                .taskType(taskType)
                .build());
    }

    /** A text workload whose answers the test scripts, ready to be called; the same one for the same slug. */
    public ScriptedWorkload script(String slug) {
        return script(slug, TaskType.TEXT2TEXT);
    }

    /** A workload whose answers the test scripts, ready to be called; the same one for the same slug. */
    public ScriptedWorkload script(String slug, TaskType taskType) {
        ModelServer models = server.models();
        synchronized (scripting) {
            ScriptedWorkload existing = models.workload(project, slug);
            if (existing != null) {
                return existing;
            }
            Endpoint endpoint = provision(WorkloadSpec.builder()
                    .name(slug)
                    .slug(slug)
                    .backend("external")
                    .model("scripted")
                    .taskType(taskType)
                    // Without usage of streams that the caller did not ask for: a call reaches the script as it was
                    // made, and once.
                    .config(Map.of("base_url", models.baseUrl(project, slug), "append_v1", true, "stream_usage", false))
                    .build());
            ScriptedWorkload scripted = new ScriptedWorkload(endpoint.ref().workloadSlug(), endpoint);
            models.serve(project, slug, scripted);
            return scripted;
        }
    }

    /**
     * A real limit of the platform on a workload, over all keys: further requests are answered 429 with {@code Retry-After}.
     *
     * @param requestsPerMinute at least 1
     */
    public void limit(String slug, int requestsPerMinute) {
        server.control()
                .send(
                        "PUT",
                        "/api/projects/" + project + "/workloads/" + slug + "/limits",
                        Map.of("requests_per_minute", requestsPerMinute));
    }

    /**
     * Ensures a workload and waits until it can be called.
     *
     * @throws dev.inferencekey.ReadinessTimeoutException after 30 s
     */
    public Endpoint provision(WorkloadSpec spec) {
        EndpointRef endpoint = management.ensure(spec);
        management.waitUntilReady(
                endpoint, WaitOptions.defaults().withTimeout(LONGEST_START).withProgressLine(false));
        return data.endpoint(endpoint);
    }

    /** Ends it: requests that are running are cut, clients are closed, the port is free, the folder is deleted. */
    @Override
    public void close() {
        management.close();
        data.close();
        if (ownsServer) {
            server.close();
        }
    }

    /** Address and project; no credential. */
    @Override
    public String toString() {
        return "InferenceKeyPlatform[" + baseUrl() + ", project=" + project + "]";
    }

    private String createKey(List<String> grants) {
        return credential("keys", Map.of("name", "test", "grants", grants));
    }

    private String credential(String kind, Map<String, ?> body) {
        JsonNode created = server.control().post("/api/projects/" + project + "/" + kind, body);
        return created.get("credential").asString();
    }
}
