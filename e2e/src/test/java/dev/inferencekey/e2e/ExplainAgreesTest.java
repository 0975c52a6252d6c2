package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.e2e.Http.Answer;
import dev.inferencekey.e2e.RunningPlatform.Minted;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What the platform says that a request would meet, held against what the gateway answers to that request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExplainAgreesTest {
    private static final List<String> CREDENTIALS = List.of(
            "right text2text",
            "wide",
            "elsewhere",
            "foreign",
            "revoked",
            "disabled",
            "expired",
            "token",
            "read-only token",
            "foreign token",
            "revoked token",
            "disabled token",
            "expired token");

    /** What is decided before a body is looked at. */
    private static final Set<Integer> DECIDED = Set.of(401, 403, 404, 405);

    private RunningPlatform platform;
    private Callers callers;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        platform.createProject("acme");
        platform.createProject("other");
        platform.createSimulated("acme", "sim-text2text", "text2text", Map.of());
        platform.createSimulated("acme", "sim-embedding", "embedding", Map.of());
        platform.createSimulated("other", "sim-text2text", "text2text", Map.of());
        callers = Callers.mint(platform);
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    @Test
    void theDataPlaneAnswersAsExplained() {
        List<String> requests = new ArrayList<>();
        for (InferenceRoute route : InferenceRoute.values()) {
            for (String workload : List.of(
                    "acme/sim-text2text", "acme/sim-embedding", "acme/nobody", "other/sim-text2text", "nowhere/bot")) {
                requests.add(route.method() + " /endpoint/" + workload + "/"
                        + route.path()
                                .replace("{model}", workload.split("/")[1])
                                .replace("{video}", "video_1"));
            }
        }
        requests.addAll(List.of(
                "GET /endpoint/acme/sim-text2text/v1/chat/completions",
                "DELETE /endpoint/acme/sim-text2text/v1/models",
                "GET /endpoint/acme/sim-text2text/v1/models/another",
                "GET /endpoint/acme/sim-text2text/v1/models/sim%2Dtext2text",
                "POST /endpoint/acme/sim-text2text/metrics",
                "POST /endpoint/acme/sim-text2text",
                "POST /endpoint/acme",
                "GET /endpoint",
                "GET /endpoint/acme//v1/models",
                "GET /endpoint/acme/../v1/models",
                "GET /endpoint/ac%6De/sim-text2text/v1/models",
                "GET /endpoints",
                "GET /api/projects/acme/workloads/sim-text2text",
                "GET /api/projects/acme/workloads/nobody",
                "GET /api/projects/other/workloads",
                "GET /api/projects/acme/keys",
                "GET /openapi.json"));
        List<String> disagreements = new ArrayList<>();
        int refused = 0;
        for (String request : requests) {
            for (String name : CREDENTIALS) {
                String method = request.split(" ")[0];
                String path = request.split(" ")[1];
                Minted credential = callers.minted(name);
                Answer real =
                        platform.http.send(method, path, credential.credential(), method.equals("POST") ? "{}" : null);
                JsonNode explained = explain(method, path, credential);
                boolean malformed = explained.path("code").asString("").equals("invalid_request");
                boolean decided = DECIDED.contains(real.status()) || malformed;
                String expected = decided ? "deny " + real.status() + " " + real.code() : "allow";
                String said = explained.get("decision").asString()
                        + (explained.get("code").isNull()
                                ? ""
                                : " " + explained.get("status").asInt() + " "
                                        + explained.get("code").asString());
                if (!said.equals(expected)) {
                    disagreements.add(name + " " + request + ": explained " + said + ", was " + expected);
                }
                refused += decided ? 1 : 0;
            }
        }
        assertThat(disagreements).isEmpty();
        assertThat(refused).isGreaterThan(500);
        assertThat(requests.size() * CREDENTIALS.size() - refused).isGreaterThan(20);
    }

    private JsonNode explain(String method, String path, Minted credential) {
        return platform.http
                .post(
                        "/api/access/explain",
                        platform.operator,
                        RunningPlatform.json(
                                Map.of("method", method, "path", path, "public_id", credential.credential())))
                .expect(200)
                .json();
    }
}
