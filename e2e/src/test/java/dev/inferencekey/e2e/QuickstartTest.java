package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stages what a release publishes of the SDK, and builds with it in empty folders what the quickstart shows: a Maven application, a Gradle
 * application, and a named module. Each calls a real platform. A Java 17 is taken where there is one.
 */
@Tag("slow")
@Tag("gpg")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuickstartTest {
    private static final Path ROOT = MavenModules.ROOT.toAbsolutePath().normalize();
    private static final Path PROJECTS = Path.of("quickstart").toAbsolutePath();
    private static final Path LOCAL_REPOSITORY =
            Path.of(System.getProperty("maven.repo.local", System.getProperty("user.home") + "/.m2/repository"));

    private static final String REPOSITORY_IN_PAGES = "file:///home/me/inferencekey/target/release/repository";
    private static final String KEY = "A key for one test";

    @TempDir
    private static Path temp;

    private Path staged;
    private Map<String, String> keyRing;
    private RunningPlatform platform;
    private Map<String, String> environment;

    @BeforeAll
    void stage() throws IOException, InterruptedException {
        staged = temp.resolve("staged");
        keyRing = Map.of(
                "GNUPGHOME", Files.createDirectory(temp.resolve("keys")).toString(), "INFERENCEKEY_SIGNING_KEY", KEY);
        Programs.run(
                        temp,
                        keyRing,
                        List.of("gpg", "--batch", "--passphrase", "", "--quick-gen-key", KEY, "ed25519", "sign", "1d"))
                .succeeded();
        Programs.run(ROOT, keyRing, List.of("./build/stage", "--only", "contract,sdk,bom", "--into", staged.toString()))
                .succeeded();
        platform = RunningPlatform.start(temp.resolve("platform"));
        platform.createProject("acme");
        platform.createSimulated("acme", "hello", "text2text", Map.of());
        platform.createSimulated("acme", "vectors", "embedding", Map.of());
        environment = new TreeMap<>(Map.of(
                "INFERENCEKEY_BASE_URL",
                platform.url().toString(),
                "INFERENCEKEY_PROJECT",
                "acme",
                "INFERENCEKEY_API_KEY",
                platform.mintKey("acme", "acme/*").credential(),
                "INFERENCEKEY_SDK_TOKEN",
                "",
                "JAVA_HOME",
                System.getenv().getOrDefault("JAVA17_HOME", System.getProperty("java.home")),
                "MAVEN_OPTS",
                "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"));
    }

    @AfterAll
    void stop() throws IOException, InterruptedException {
        Programs.run(temp, keyRing, List.of("gpgconf", "--kill", "gpg-agent"));
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void aMavenApplicationCallsAWorkload() throws IOException, InterruptedException {
        Path app = project("maven");
        copy(PROJECTS.resolve("src"), app.resolve("src"));
        assertThat(maven(app, "compile", "exec:java")).contains("simul").doesNotContain("WARN");
    }

    @Test
    @Tag("gradle")
    void aGradleApplicationCallsAWorkload() throws IOException, InterruptedException {
        Path app = project("gradle");
        copy(PROJECTS.resolve("src"), app.resolve("src"));
        Path fetched = temp.resolve("fetched.gradle");
        Files.writeString(
                fetched, "allprojects { repositories { maven { url '%s' } } }".formatted(LOCAL_REPOSITORY.toUri()));
        Map<String, String> settings = new TreeMap<>(environment);
        settings.put("GRADLE_USER_HOME", temp.resolve("gradle-home").toString());
        settings.put("GRADLE_OPTS", "-XX:TieredStopAtLevel=1");
        // Debian's Gradle knows no newer Java than 17, and finds that by itself.
        settings.put("JAVA_HOME", System.getenv().getOrDefault("JAVA17_HOME", ""));
        String printed = Programs.run(
                        app, settings, List.of("gradle", "--no-daemon", "-q", "-I", fetched.toString(), "run"))
                .succeeded();
        assertThat(printed).contains("simul");
    }

    /** Named modules see what is exported, and Jackson what it needs of the SDK's inside. */
    @Test
    void aNamedModuleWithVersionsFromTheBomCallsAWorkload() throws IOException, InterruptedException {
        assertThat(maven(project("modular"), "compile", "exec:exec"))
                .containsPattern("[1-9]\\d* numbers of EMBEDDING from module dev.inferencekey.sdk");
    }

    @Test
    void aModuleExportsAllPackagesButInternalOnes() throws IOException {
        for (String name : List.of("contract", "sdk")) {
            ModuleDescriptor descriptor =
                    ModuleFinder.of(jar(name)).findAll().iterator().next().descriptor();
            assertThat(descriptor.name()).isEqualTo("dev.inferencekey." + name);
            try (JarFile file = new JarFile(jar(name).toFile())) {
                assertThat(file.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
                        .isEqualTo(descriptor.name());
            }
            assertThat(descriptor.exports().stream().map(ModuleDescriptor.Exports::source))
                    .containsExactlyInAnyOrderElementsOf(descriptor.packages().stream()
                            .filter(found -> !List.of(found.split("\\.")).contains("internal"))
                            .collect(Collectors.toSet()));
        }
    }

    @Test
    void aSpoiledRepositoryIsRejected() throws IOException, InterruptedException {
        Path repository = temp.resolve("spoiled");
        copy(staged, repository);
        String folder = "dev/inferencekey/inferencekey-sdk/" + version() + "/inferencekey-sdk-" + version();
        Files.delete(repository.resolve(folder + "-javadoc.jar"));
        Files.delete(repository.resolve(folder + ".jar.asc"));
        Files.writeString(repository.resolve(folder + "-sources.jar.sha1"), "0000");
        Files.writeString(repository.resolve(folder + "-sources.jar"), "no licence in it");
        Path pom = repository.resolve(folder + ".pom");
        Files.writeString(pom, Files.readString(pom).replaceAll("(?s)<scm.*</scm>", ""));
        Programs.Ended check = Programs.run(ROOT, keyRing, List.of("./build/check-staged", repository.toString()));
        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.printed())
                .contains("missing: " + folder + "-javadoc.jar")
                .contains("not signed: " + folder + ".jar")
                .contains("the checksum does not fit: " + folder + "-sources.jar.sha1")
                .contains("no META-INF/LICENSE: " + folder + "-sources.jar")
                .contains("the signature does not fit: " + folder + ".pom")
                .contains("no <scm>: " + folder + ".pom")
                .doesNotContain("inferencekey-contract");
    }

    /** An empty folder with one of the projects in it, which names the staged repository instead of the one in the pages. */
    private Path project(String name) throws IOException {
        Path app = temp.resolve(name);
        copy(PROJECTS.resolve(name), app);
        for (String build : List.of("pom.xml", "build.gradle")) {
            Path file = app.resolve(build);
            if (Files.exists(file)) {
                Files.writeString(
                        file,
                        Files.readString(file)
                                .replace(REPOSITORY_IN_PAGES, staged.toUri().toString()));
            }
        }
        return app;
    }

    /** What Maven and the application print. Everything but ours may come from what this machine fetched earlier. */
    private String maven(Path app, String... goals) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ROOT.resolve("mvnw").toString(),
                "-q",
                "-B",
                "-Dstyle.color=never",
                "-Dmaven.repo.local=" + temp.resolve("m2"),
                "-Dmaven.repo.local.tail=" + LOCAL_REPOSITORY));
        command.addAll(List.of(goals));
        return Programs.run(app, environment, command).succeeded();
    }

    private Path jar(String name) throws IOException {
        String artifact = "inferencekey-" + name;
        return staged.resolve("dev/inferencekey")
                .resolve(artifact)
                .resolve(version())
                .resolve(artifact + "-" + version() + ".jar");
    }

    private String version() throws IOException {
        try (Stream<Path> versions = Files.list(staged.resolve("dev/inferencekey/inferencekey-sdk"))) {
            return versions.filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow()
                    .getFileName()
                    .toString();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
