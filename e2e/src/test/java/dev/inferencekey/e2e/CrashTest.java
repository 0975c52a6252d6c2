package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.engine.gguf.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left after {@code kill -9}. */
class CrashTest {
    @Test
    void whatWasAcknowledgedIsServedByTheNextStart(@TempDir Path home) throws Exception {
        Ik ik = new Ik(home);
        Path data = home.resolve("data");
        Queue<String> acknowledgedKeys = new ConcurrentLinkedQueue<>();
        Queue<String> acknowledgedWorkloads = new ConcurrentLinkedQueue<>();
        Random random = new Random(42);
        for (int round = 0; round < 3; round++) {
            Ik.Server server = ik.server(data);
            Http http = server.http();
            String operator = server.operator();
            if (round == 0) {
                http.post("/api/projects", operator, "{\"name\":\"acme\"}").expect(201);
            }
            int killAfter = 20 + random.nextInt(20);
            CountDownLatch enough = new CountDownLatch(killAfter);
            int thisRound = round;
            Thread writer = Thread.ofPlatform().name("writer").start(() -> {
                try {
                    for (int i = 0; ; i++) {
                        String slug = "w-" + thisRound + "-" + i;
                        http.post(
                                        "/api/projects/acme/workloads",
                                        operator,
                                        RunningPlatform.json(Map.of(
                                                "name", slug, "slug", slug, "backend", "simulator", "model_name", "m")))
                                .expect(201);
                        acknowledgedWorkloads.add(slug);
                        acknowledgedKeys.add(RunningPlatform.minted(http.post(
                                        "/api/projects/acme/keys",
                                        operator,
                                        "{\"name\":\"k\",\"grants\":[\"acme/" + slug + "\"]}"))
                                .credential());
                        enough.countDown();
                    }
                } catch (AssertionError killed) {
                    // The server is gone in the middle of a request: what was not answered is not acknowledged.
                }
            });
            assertThat(enough.await(60, TimeUnit.SECONDS)).isTrue();
            server.kill();
            writer.join(Duration.ofSeconds(60));
            assertThat(writer.isAlive()).isFalse();
        }

        try (Ik.Server server = ik.server(data)) {
            Http http = server.http();
            List<String> slugs = http.get("/api/projects/acme/workloads", server.operator())
                    .expect(200)
                    .json()
                    .valueStream()
                    .map(workload -> workload.get("slug").asString())
                    .toList();
            assertThat(slugs).containsAll(acknowledgedWorkloads);
            assertThat(acknowledgedKeys)
                    .hasSizeGreaterThanOrEqualTo(60)
                    .allSatisfy(key -> assertThat(http.get("/endpoint/acme/does-not-matter/v1/models", key)
                                    .code())
                            .isEqualTo("scope_insufficient"));
        }
    }

    @Test
    void noModelServerOutlivesThePlatform(@TempDir Path home) throws IOException {
        Ik ik = new Ik(home);
        Ik.Server server = ik.server(home.resolve("data"));
        Path model = home.resolve("data").resolve("models").resolve("tiny.gguf");
        TinyModel.write(model);
        server.http()
                .post("/api/projects", server.operator(), "{\"name\":\"acme\"}")
                .expect(201);
        server.http()
                .post(
                        "/api/projects/acme/workloads",
                        server.operator(),
                        RunningPlatform.json(Map.of(
                                "name", "chat",
                                "backend", "llamacpp",
                                "model_name", "tiny",
                                "config", Map.of("command", "llama-server -m " + model + " -c 256"))))
                .expect(201);
        Awaitility.await("the engine runs").atMost(Duration.ofSeconds(60)).until(() -> enginesServing(model) > 0);
        server.kill();
        Awaitility.await("the engine is gone").atMost(Duration.ofSeconds(10)).until(() -> enginesServing(model) == 0);
    }

    private static long enginesServing(Path model) {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).contains(model.toString()))
                .count();
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(process.pid()), "cmdline"));
        } catch (IOException gone) {
            return "";
        }
    }
}
