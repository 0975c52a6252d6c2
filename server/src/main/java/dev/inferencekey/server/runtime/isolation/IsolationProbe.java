package dev.inferencekey.server.runtime.isolation;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Tries an isolation with a program that does its worst: reads the data folder, looks into a process of the platform, ends it. */
record IsolationProbe(Path dataFolder, Path engineFolder, Map<String, String> environment) {
    private static final String SCRIPT = Scripts.read("probe.sh");
    private static final String FALLBACK_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int SECONDS = 30;
    private static final String PROJECT = "probe";

    /** @throws IsolationUnavailableException with the reason, if it does not work here */
    Mechanism tryOut(EngineIsolation kind, boolean root) throws IsolationUnavailableException {
        Mechanism mechanism = mechanism(kind, root);
        if (kind != EngineIsolation.NONE) {
            try {
                attack(mechanism);
            } catch (IOException e) {
                throw new IsolationUnavailableException("it can't be tried: " + e);
            }
        }
        return mechanism;
    }

    private Mechanism mechanism(EngineIsolation kind, boolean root) throws IsolationUnavailableException {
        if (kind == EngineIsolation.NONE) {
            return new NoMechanism();
        }
        if (!Files.isDirectory(Path.of("/proc/self"))) {
            throw new IsolationUnavailableException("needs Linux");
        }
        if (kind == EngineIsolation.LANDLOCK) {
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            return new LandlockMechanism(java, root ? program("setpriv") : null);
        }
        if (kind == EngineIsolation.USER && !root) {
            throw new IsolationUnavailableException("needs root");
        }
        return new MountMechanism(kind, program("unshare"), program("setpriv"));
    }

    private Path program(String name) throws IsolationUnavailableException {
        String folders = environment.getOrDefault("PATH", "") + File.pathSeparator + FALLBACK_PATH;
        for (String folder : folders.split(File.pathSeparator)) {
            try {
                Path program = Path.of(folder, name);
                if (program.isAbsolute() && Files.isExecutable(program)) {
                    return program;
                }
            } catch (InvalidPathException e) {
                // No folder of that name can exist.
            }
        }
        throw new IsolationUnavailableException("needs the program `" + name + "` (package util-linux)");
    }

    private void attack(Mechanism mechanism) throws IOException, IsolationUnavailableException {
        String canary = "canary-" + UUID.randomUUID();
        Path folder = Files.createTempDirectory(engineFolder, "probe-");
        Path secret = Files.createTempFile(dataFolder, ".isolation-probe-", "");
        Process victim = null;
        try {
            // Open to all: it must be out of sight, not just out of reach by its mode.
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
            Files.writeString(secret, canary);
            victim = start(List.of("/bin/sh", "-c", "exec sleep 60"), Map.of("CANARY", canary), folder);
            List<String> command =
                    List.of("/bin/sh", "-c", SCRIPT, "ik-probe", secret.toString(), Long.toString(victim.pid()));
            EnginePlace place = new EngineSandbox(mechanism.kind(), dataFolder, folder, environment)
                    .prepare(mechanism, PROJECT, folder, command, List.of(), List.of());
            Process probe = start(place.command(), Map.of(), place.work());
            String said = said(probe);
            if (said.contains(canary) || said.contains(String.valueOf(secret.getFileName()))) {
                throw new IsolationUnavailableException(
                        "a model server would still see the data folder or look into the platform");
            }
            if (!victim.isAlive()) {
                throw new IsolationUnavailableException("a model server could still end the platform");
            }
            if (!said.contains("ready") || !Files.isRegularFile(place.work().resolve("ready"))) {
                throw new IsolationUnavailableException(reason(said));
            }
        } finally {
            if (victim != null) {
                victim.destroyForcibly();
            }
            Files.deleteIfExists(secret);
            remove(folder);
        }
    }

    private Process start(List<String> command, Map<String, String> more, Path folder) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        Map<String, String> variables = new HashMap<>(more);
        variables.put("PATH", environment.getOrDefault("PATH", FALLBACK_PATH));
        builder.environment().clear();
        builder.environment().putAll(variables);
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private static String said(Process probe) throws IOException, IsolationUnavailableException {
        Thread watch = Thread.ofPlatform().daemon().name("isolation-probe").start(() -> {
            try {
                if (!probe.waitFor(SECONDS, TimeUnit.SECONDS)) {
                    probe.descendants().forEach(ProcessHandle::destroyForcibly);
                    probe.destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            watch.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IsolationUnavailableException("the trial was interrupted");
        }
        return said;
    }

    private static String reason(String said) {
        return said.lines().filter(line -> !line.isBlank()).findFirst().orElse("the trial ended without a word");
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
