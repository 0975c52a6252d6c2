package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The archive of a release, from what was built here and without trained caches, on a machine whose Java is of no use. {@code ./check
 * release} tries the whole release, in systems of its own.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReleaseArchiveTest {
    private Path temp;
    private Path program;
    private String printed;

    @BeforeAll
    void unpack(@TempDir Path folder) throws IOException, InterruptedException {
        temp = folder;
        Path made = temp.resolve("made");
        printed = Programs.run(
                        MavenModules.ROOT,
                        Map.of(),
                        List.of(
                                "./build/release",
                                "--here",
                                "--only",
                                "archive",
                                "--training",
                                "0",
                                "--into",
                                made + ""))
                .succeeded();
        Path place = Files.createDirectory(temp.resolve("a folder"));
        Path archive;
        try (Stream<Path> files = Files.list(made)) {
            archive = files.filter(file -> file.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElseThrow();
        }
        Programs.run(place, Map.of(), List.of("tar", "-xzf", archive.toString()))
                .succeeded();
        Programs.run(made, Map.of(), List.of("sha256sum", "--check", "--strict", "SHA256SUMS"))
                .succeeded();
        program = place.resolve(archive.getFileName().toString().replace(".tar.gz", ""));
        Programs.run(temp, Map.of(), List.of("chmod", "-R", "a-w", program.toString()))
                .succeeded();
        // Whoever starts it gets another one.
        Path java = Files.createDirectory(temp.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'a Java of this machine was started' >&2\nexit 99\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void aPlatformStartsRunsAModelServerAndAnswersWithItsOwnJava() throws IOException, InterruptedException {
        List<Path> before = files();
        String said = ik("up", "--exit", "--port", "0");
        assertThat(said)
                .contains("First call through the gateway: \"")
                .contains("export INFERENCEKEY_API_KEY=ik_live_");
        assertThat(files()).as("nothing is written there").isEqualTo(before);
    }

    @Test
    void helpNamesAPageOfTheArchive() throws IOException, InterruptedException {
        // What is long is broken into lines.
        String page = ik("--help").replace("\n", "").replaceAll(".*Documentation: *", "");
        assertThat(Path.of(page.replaceAll("#.*", ""))).startsWith(program).isRegularFile();
    }

    @Test
    void librariesAreListedWithTheirLicences() throws IOException {
        JsonNode components =
                Http.JSON.readTree(program.resolve("inferencekey.cdx.json")).get("components");
        List<String> names = components
                .valueStream()
                .map(each -> each.get("name").asString())
                .toList();
        assertThat(names).contains("sqlite-jdbc", "netty-codec-http", "OpenJDK runtime");
        assertThat(Files.readString(program.resolve("THIRD-PARTY.md"))).contains("| sqlite-jdbc-");
        assertThat(program.resolve("LICENSE")).hasSameTextualContentAs(MavenModules.ROOT.resolve("LICENSE"));
    }

    @Test
    void theReleaseTellsWhatItMade() {
        assertThat(printed)
                .containsPattern("(?m)^InferenceKey \\S+, in /")
                .containsPattern("(?m)^  inferencekey-\\S+-linux-x86_64\\.tar\\.gz +\\d+M$")
                .containsPattern("(?m)^  SHA256SUMS +2 files$");
    }

    private String ik(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "-i",
                "HOME=" + temp.resolve("home"),
                "PATH=" + temp.resolve("bin") + ":/usr/bin:/bin",
                program.resolve("bin/ik").toString()));
        command.addAll(List.of(arguments));
        return Programs.run(temp, Map.of(), command).succeeded();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(program)) {
            return files.sorted().toList();
        }
    }
}
