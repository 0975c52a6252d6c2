package dev.inferencekey.bench.contender;

import dev.inferencekey.bench.machine.Child;
import dev.inferencekey.bench.machine.CommandOutput;
import dev.inferencekey.bench.machine.FileLimit;
import dev.inferencekey.bench.machine.FreePort;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** HAProxy that knows the keys by a map and passes everything on; one thread. */
public final class Haproxy implements Contender {
    @Override
    public String name() {
        return "haproxy";
    }

    @Override
    public String description() {
        return "one thread; bearer allow-list by map, connections reused always, option http-no-delay, no access log";
    }

    @Override
    public String version() {
        return CommandOutput.firstLine(List.of("haproxy", "-v"), "unknown").replaceAll(" - .*", "");
    }

    @Override
    public Optional<String> missing() {
        return Programs.missing("haproxy");
    }

    @Override
    public Running start(Bench bench) {
        Path folder = bench.folder(name());
        int port = FreePort.find();
        Folders.write(
                folder.resolve("keys.map"),
                bench.keys().stream().map(key -> key + " 1\n").collect(Collectors.joining()));
        Path configuration = Folders.fill(
                "haproxy.cfg",
                folder.resolve("haproxy.cfg"),
                Map.of(
                        "FOLDER",
                        folder.toString(),
                        "PORT",
                        Integer.toString(port),
                        "MODEL_PORT",
                        Integer.toString(bench.modelPort()),
                        "PREFIX",
                        Bench.PREFIX,
                        "CALLERS",
                        Integer.toString(FileLimit.callers())));
        Child child = Child.start(
                bench.cores().proxy(),
                List.of("haproxy", "-db", "-f", configuration.toString()),
                Map.of(),
                folder.resolve("output.log"));
        return new Running(
                name(),
                new Target(port, Bench.PREFIX + Bench.CHAT, Map.of("Authorization", "Bearer " + bench.key())),
                child);
    }
}
