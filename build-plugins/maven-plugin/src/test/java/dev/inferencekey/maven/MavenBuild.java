package dev.inferencekey.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** Runs Maven in a folder as a person would, with the plugin as it was just compiled. */
final class MavenBuild {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final String VERSION = "0.1.0-SNAPSHOT";
    private static final long PATIENCE_SECONDS = 120;

    private final Path folder;
    private final Path repository;

    /** {@code folder}: empty; gets the project and a repository beside it. */
    MavenBuild(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder.resolve("project"));
        this.repository = folder.resolve("repository");
        pom("");
        install(ROOT, "inferencekey", false);
        install(ROOT.resolve("contract"), "inferencekey-contract", true);
        install(ROOT.resolve("sdk"), "inferencekey-sdk", true);
        install(ROOT.resolve("declaration"), "inferencekey-declaration", true);
        install(ROOT.resolve("build-plugins/maven-plugin"), "inferencekey-maven-plugin", true);
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

    void file(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }

    /** A project that uses the plugin, configured so. */
    void pom(String configuration) throws IOException {
        pomWithPlugin("""
                <plugin>
                  <groupId>dev.inferencekey</groupId>
                  <artifactId>inferencekey-maven-plugin</artifactId>
                  <version>%s</version>
                  <configuration>%s</configuration>
                </plugin>
                """.formatted(VERSION, configuration));
    }

    /** The one that docs/guides/ci.md shows, in the version that was just compiled. */
    static String documentedPlugin() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/guides/ci.md"));
        String begin = "```xml\n";
        int start = page.indexOf(begin) + begin.length();
        return page.substring(start, page.indexOf("```", start))
                .replace("<version>0.1.0<", "<version>" + VERSION + "<");
    }

    void pomWithPlugin(String plugin) throws IOException {
        file("pom.xml", """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>com.example</groupId>
                  <artifactId>app</artifactId>
                  <version>1</version>
                  <packaging>pom</packaging>
                  <build>
                    <plugins>
                %s
                    </plugins>
                  </build>
                </project>
                """.formatted(plugin));
    }

    /** Offline: what the plugin needs was loaded to build it. */
    Result run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ROOT.resolve("mvnw").toString(),
                "-B",
                "-o",
                "-Dstyle.color=never",
                "-Dmaven.repo.local=" + repository,
                "-Dmaven.repo.local.tail="
                        + System.getProperty(
                                "maven.repo.local",
                                Path.of(System.getProperty("user.home"), ".m2", "repository")
                                        .toString())));
        command.addAll(List.of(arguments));
        ProcessBuilder maven = new ProcessBuilder(command).directory(folder.toFile());
        maven.environment().keySet().removeIf(name -> name.startsWith("INFERENCEKEY_"));
        maven.environment().putAll(environment);
        maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
        maven.environment().put("MAVEN_OPTS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        Path output = folder.resolveSibling("output.txt");
        Process process = maven.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Result(process.waitFor(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private void install(Path module, String artifact, boolean jar) throws IOException {
        Path place = Files.createDirectories(repository.resolve(Path.of("dev", "inferencekey", artifact, VERSION)));
        Files.copy(module.resolve("pom.xml"), place.resolve(artifact + "-" + VERSION + ".pom"));
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
