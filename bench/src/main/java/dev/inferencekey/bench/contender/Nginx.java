package dev.inferencekey.bench.contender;

import dev.inferencekey.bench.machine.Child;
import dev.inferencekey.bench.machine.CommandOutput;
import dev.inferencekey.bench.machine.FileLimit;
import dev.inferencekey.bench.machine.FreePort;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** nginx that knows the keys by a {@code map} and passes everything on; one worker. */
public final class Nginx implements Contender {
    public static final String NAME = "nginx";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "one worker; bearer allow-list by map, keep-alive upstream, no buffering of answers, access log buffered";
    }

    @Override
    public String version() {
        return CommandOutput.firstLine(List.of("nginx", "-v"), "unknown").replace("nginx version: ", "");
    }

    @Override
    public Optional<String> missing() {
        return Programs.missing("nginx");
    }

    @Override
    public Running start(Bench bench) {
        String keys = bench.keys().stream()
                .map(key -> "        \"Bearer " + key + "\" 1;")
                .collect(Collectors.joining("\n"));
        return start(NAME, "nginx.conf", bench, Map.of("KEYS", keys));
    }

    static Running start(String name, String resource, Bench bench, Map<String, String> values) {
        Path folder = bench.folder(name);
        int port = FreePort.find();
        Map<String, String> all = new HashMap<>(values);
        all.put("FOLDER", folder.toString());
        all.put("PORT", Integer.toString(port));
        all.put("MODEL_PORT", Integer.toString(bench.modelPort()));
        all.put("PREFIX", Bench.PREFIX);
        all.put("FILES", Integer.toString(FileLimit.here()));
        Path configuration = Folders.fill(resource, folder.resolve("nginx.conf"), all);
        Child child = Child.start(
                bench.cores().proxy(),
                List.of("nginx", "-p", folder.toString(), "-c", configuration.toString(), "-e", "stderr"),
                Map.of(),
                folder.resolve("output.log"));
        return new Running(
                name,
                new Target(port, Bench.PREFIX + Bench.CHAT, Map.of("Authorization", "Bearer " + bench.key())),
                child);
    }
}
