package dev.inferencekey.bench.contender;

import dev.inferencekey.bench.machine.Child;
import dev.inferencekey.bench.machine.CommandOutput;
import dev.inferencekey.bench.machine.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Portkey's gateway on Node.js, told by its own headers that the model server is an OpenAI with another address. */
public final class Portkey implements Contender {
    public static final String NAME = "portkey";

    private static final Pattern VERSION = Pattern.compile("\"version\"\\s*:\\s*\"([^\"]+)\"");

    private final Path program;
    private final Path manifest;

    /** @param folder where npm installed it */
    public Portkey(Path folder) {
        Path module = folder.resolve("node_modules/@portkey-ai/gateway");
        this.program = module.resolve("build/start-server.js");
        this.manifest = module.resolve("package.json");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "one Node.js process; provider and host by x-portkey-provider and x-portkey-custom-host; checks no keys";
    }

    @Override
    public String version() {
        try {
            Matcher version = VERSION.matcher(Files.readString(manifest));
            return "@portkey-ai/gateway " + (version.find() ? version.group(1) : "unknown") + ", Node.js "
                    + CommandOutput.firstLine(List.of("node", "--version"), "unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public Optional<String> missing() {
        return Files.exists(program)
                ? Programs.missing("node")
                : Optional.of("@portkey-ai/gateway is not installed: npm is missing or could not fetch it");
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public Running start(Bench bench) {
        int port = FreePort.find();
        Child child = Child.start(
                bench.cores().proxy(),
                List.of("node", program.toString(), "--port=" + port, "--headless"),
                Map.of("NODE_ENV", "production"),
                bench.folder(NAME).resolve("output.log"));
        return new Running(
                NAME,
                new Target(
                        port,
                        Bench.CHAT,
                        Map.of(
                                "Authorization",
                                "Bearer " + bench.key(),
                                "x-portkey-provider",
                                "openai",
                                "x-portkey-custom-host",
                                "http://127.0.0.1:" + bench.modelPort() + "/v1")),
                child);
    }

    @Override
    public boolean checksKeys() {
        return false;
    }
}
