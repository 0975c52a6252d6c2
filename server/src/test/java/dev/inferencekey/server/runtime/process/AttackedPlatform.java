package dev.inferencekey.server.runtime.process;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A platform with one hostile model server. As a program: {@code FOLDER ISOLATION}, where it runs as another user than the test. */
final class AttackedPlatform {
    private static final int SECONDS = 90;

    private AttackedPlatform() {}

    public static void main(String[] arguments) throws Exception {
        attack(Path.of(arguments[0]), EngineIsolation.parse(arguments[1]).orElseThrow())
                .forEach(System.out::println);
        System.exit(0);
    }

    /** What the model server could do; one line that begins with {@code failed} if it did not start. */
    static List<String> attack(Path folder, EngineIsolation isolation) throws Exception {
        EngineBench bench = new EngineBench(folder).install("llama-server");
        furnish(bench);
        ProcessDriverConfig config = new ProcessDriverConfig(
                bench.dataFolder(),
                isolation,
                bench.engineFolder(),
                new ModelFolders(List.of(bench.modelsFolder())),
                EngineBench.LISTS,
                Map.of(),
                null,
                Map.of("PATH", bench.path(), "HOME", folder.resolve("home").toString()),
                Duration.ofSeconds(SECONDS),
                ProcessDriverConfig.DEFAULT_STOP_GRACE);
        ProcessDriver driver = new ProcessDriver(config, new SecureRandom());
        try {
            Semaphore changes = new Semaphore(0);
            Replica replica = driver.start(
                    new ReplicaSpec(
                            "rep_1",
                            "acme/bot",
                            TaskType.TEXT2TEXT,
                            "llamacpp",
                            "tiny",
                            Map.of("command", "llama-server -m tiny.gguf"),
                            null,
                            Map.of()),
                    changes::release);
            while (!(replica.status() instanceof ReplicaStatus.Ready)) {
                if (replica.status() instanceof ReplicaStatus.Failed failed) {
                    return List.of("failed: " + failed.message() + " " + replica.logTail(20));
                }
                if (!changes.tryAcquire(SECONDS, TimeUnit.SECONDS)) {
                    return List.of("failed: still " + replica.status() + " " + replica.logTail(20));
                }
            }
            ReplicaTarget target = ((ReplicaStatus.Ready) replica.status()).target();
            return ask(target, bench, folder);
        } finally {
            driver.close();
        }
    }

    private static void furnish(EngineBench bench) throws IOException {
        // Modes that let everybody in: it is the isolation that has to keep the model server out.
        Path data = Files.createDirectories(bench.dataFolder());
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectories(data.resolve("logs"));
        Files.createDirectories(data.resolve("models"));
        Files.createDirectories(data.resolve("engine/homes/other"));
        Files.createDirectories(data.resolveSibling("home"));
        Files.writeString(data.resolve("operator.credential"), "secret");
        Files.writeString(data.resolve("inferencekey.db"), "secret");
        Files.writeString(data.resolve("logs/access.log"), "secret");
        Files.writeString(data.resolve("engine/homes/other/secret"), "secret");
        Files.writeString(data.resolve("models/tiny.gguf"), "weights");
    }

    private static List<String> ask(ReplicaTarget target, EngineBench bench, Path folder) throws IOException {
        String query = bench.dataFolder() + "," + ProcessHandle.current().pid() + "," + folder.resolve("programs");
        HttpURLConnection connection = (HttpURLConnection)
                URI.create(target.baseUrl() + "/attack?" + query).toURL().openConnection();
        connection.setRequestProperty("Authorization", "Bearer " + target.bearerSecret());
        try (InputStream in = connection.getInputStream()) {
            List<String> done = new ArrayList<>(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
            for (Path kept : List.of(bench.dataFolder(), bench.modelsFolder(), folder.resolve("programs"))) {
                if (Files.exists(kept.resolve(HostileActs.WRITTEN))) {
                    done.add("wrote into " + kept.getFileName());
                }
            }
            return done;
        }
    }
}
