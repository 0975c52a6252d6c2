package dev.inferencekey.gradle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** Runs the system's Gradle in a folder as a person would, with the plugin as it was just compiled, found by its ID. */
final class GradleBuild {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    /** Gradle takes no snapshot for a plugin that it finds by its ID. */
    private static final String VERSION = "0.1.0";

    private static final long PATIENCE_SECONDS = 180;

    private final Path folder;
    private final Path home;
    private final Path repository;

    /** {@code folder}: empty; gets the project, the user's Gradle folder, and a repository beside it. */
    GradleBuild(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder.resolve("project"));
        this.home = Files.createDirectories(folder.resolve("gradle-home"));
        this.repository = folder.resolve("repository");
        install(ROOT, "inferencekey", false);
        install(ROOT.resolve("contract"), "inferencekey-contract", true);
        install(ROOT.resolve("sdk"), "inferencekey-sdk", true);
        install(ROOT.resolve("declaration"), "inferencekey-declaration", true);
        install(ROOT.resolve("build-plugins/gradle-plugin"), "inferencekey-gradle-plugin", true);
        install(ROOT.resolve("build-plugins/gradle-plugin-marker"), "dev.inferencekey.gradle.plugin", false);
        String fetched = System.getProperty(
                "maven.repo.local",
                Path.of(System.getProperty("user.home"), ".m2", "repository").toString());
        file("settings.gradle", """
                pluginManagement {
                    repositories {
                        maven { url '%s' }
                        maven { url '%s' }
                    }
                }
                """.formatted(
                        repository.toUri(), Path.of(fetched).toUri()));
    }

    record Result(int exitCode, String output) {
        Result succeeded() {
            assertThat(exitCode).as(output).isZero();
            return this;
        }

        Result failed() {
            assertThat(exitCode).as(output).isNotZero();
            return this;
        }
    }

    Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    /** A project inside, whose build script is {@code NAME.gradle}. */
    void subproject(String name, String script) throws IOException {
        Files.createDirectories(folder.resolve(name));
        file(name + "/" + name + ".gradle", script);
        Files.writeString(
                folder.resolve("settings.gradle"), """

                include '%s'
                project(':%s').buildFileName = '%s.gradle'
                """.formatted(name, name, name), StandardOpenOption.APPEND);
    }

    /** In the user's own Gradle folder. */
    void ownProperties(String content) throws IOException {
        Files.writeString(home.resolve("gradle.properties"), content);
    }

    /** What docs/guides/ci.md shows. */
    static String documentedScript() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/guides/ci.md"));
        String begin = "```groovy\n";
        int start = page.indexOf(begin) + begin.length();
        return page.substring(start, page.indexOf("```", start));
    }

    Result run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("gradle", "--no-daemon", "--console=plain"));
        command.addAll(List.of(arguments));
        ProcessBuilder gradle = new ProcessBuilder(command).directory(folder.toFile());
        gradle.environment().keySet().removeIf(name -> name.startsWith("INFERENCEKEY_"));
        gradle.environment().putAll(environment);
        gradle.environment().put("GRADLE_USER_HOME", home.toString());
        gradle.environment().put("GRADLE_OPTS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        // Debian's Gradle knows no newer Java than 17, and finds that by itself.
        String java17 = System.getenv("JAVA17_HOME");
        if (java17 == null) {
            gradle.environment().remove("JAVA_HOME");
        } else {
            gradle.environment().put("JAVA_HOME", java17);
        }
        Path output = folder.resolveSibling("output.txt");
        Process process = gradle.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Result(process.waitFor(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private void install(Path module, String artifact, boolean jar) throws IOException {
        Path place = Files.createDirectories(repository.resolve(Path.of("dev", "inferencekey", artifact, VERSION)));
        String pom = Files.readString(module.resolve("pom.xml"));
        Files.writeString(place.resolve(artifact + "-" + VERSION + ".pom"), pom.replace("0.1.0-SNAPSHOT", VERSION));
        if (!jar) {
            return;
        }
        Path classes = module.resolve("target/classes");
        try (OutputStream out = Files.newOutputStream(place.resolve(artifact + "-" + VERSION + ".jar"));
                JarOutputStream archive = new JarOutputStream(out);
                Stream<Path> files = Files.walk(classes)) {
            archive.setLevel(0);
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                ZipEntry entry = new JarEntry(classes.relativize(file).toString());
                archive.putNextEntry(entry);
                Files.copy(file, archive);
                archive.closeEntry();
            }
        }
    }
}
