package dev.inferencekey.server.runtime.process;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/** A platform in a process of its own, for tests that kill it: {@code ENGINE_FOLDER PATH COMMAND ISOLATION [EMBEDDED...]}. */
final class PlatformThatIsKilled {
    private PlatformThatIsKilled() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        List<String> embedded = new ArrayList<>(Arrays.asList(arguments).subList(4, arguments.length));
        ProcessDriverConfig config = new ProcessDriverConfig(
                Objects.requireNonNull(folder.getParent()),
                EngineIsolation.parse(arguments[3]).orElseThrow(),
                folder,
                new ModelFolders(List.of(folder.resolveSibling("models"))),
                EngineBench.LISTS,
                Map.of(),
                embedded.isEmpty() ? null : new EmbeddedEngine(embedded),
                Map.of("PATH", arguments[1]),
                ProcessDriverConfig.DEFAULT_START_TIMEOUT,
                ProcessDriverConfig.DEFAULT_STOP_GRACE);
        ProcessDriver driver = new ProcessDriver(config, new SecureRandom());
        CountDownLatch changes = new CountDownLatch(3);
        Replica replica = driver.start(
                new ReplicaSpec(
                        "rep_1",
                        "acme/bot",
                        TaskType.TEXT2TEXT,
                        "llamacpp",
                        "tiny",
                        Map.of("command", arguments[2]),
                        null,
                        Map.of()),
                changes::countDown);
        changes.await();
        System.out.println(
                replica.status() instanceof ReplicaStatus.Ready
                        ? "ready"
                        : replica.status().toString());
        new CountDownLatch(1).await();
    }
}
