package dev.inferencekey.server.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A model server that somebody took over, in each isolation that this machine has. */
@Timeout(240)
@Tag("slow")
class IsolationTest {
    /** Nobody in particular: a user that owns nothing and has no account. */
    private static final int ANOTHER_USER = 54_321;

    private static final List<String> ALLOWED = List.of(
            "wrote its folder", "wrote its home", "wrote temporary files", "read a model", "goes before the platform");

    @TempDir
    Path folder;

    /** Those that {@code auto} would take for the user that runs the tests. */
    static List<EngineIsolation> isolations() throws IOException {
        return isRoot()
                ? List.of(EngineIsolation.USER, EngineIsolation.LANDLOCK)
                : List.of(EngineIsolation.NAMESPACE, EngineIsolation.LANDLOCK);
    }

    @ParameterizedTest
    @MethodSource("isolations")
    void aHostileModelServerSeesNothingOfThePlatformAndCanNotReachIt(EngineIsolation isolation) throws Exception {
        assertThat(AttackedPlatform.attack(folder, isolation)).isEqualTo(ALLOWED);
    }

    @ParameterizedTest
    @EnumSource(names = {"NAMESPACE", "LANDLOCK", "AUTO"})
    void norWhereThePlatformIsNotRoot(EngineIsolation isolation) throws Exception {
        List<String> done =
                new ArrayList<>(isRoot() ? attackAsAnotherUser(isolation) : AttackedPlatform.attack(folder, isolation));

        if (isolation == EngineIsolation.LANDLOCK) {
            // Only root can say what can't be given; without new privileges nobody gives it.
            done.remove("could be given capabilities");
        }
        assertThat(done).isEqualTo(ALLOWED);
    }

    /** The acts are real: without isolation nearly all of them work. */
    @Test
    void withoutIsolationItCouldDoEverything() throws Exception {
        assertThat(AttackedPlatform.attack(folder, EngineIsolation.NONE))
                .containsAll(ALLOWED)
                .contains(
                        "read the operator credential",
                        "read the database",
                        "read an engine's log",
                        "listed the data folder",
                        "wrote into data",
                        "wrote into models",
                        "wrote into programs",
                        "read the platform's environment",
                        "opened the platform's memory",
                        "looked into the platform's open files",
                        "signalled the platform",
                        "may gain privileges");
    }

    @Test
    void whatCanNotBeHadIsRefusedAndTheReasonTold() throws Exception {
        List<String> answer = isRoot()
                ? attackAsAnotherUser(EngineIsolation.USER)
                : AttackedPlatform.attack(folder, EngineIsolation.USER);

        assertThat(answer).hasSize(1);
        assertThat(answer.getFirst())
                .startsWith("failed: model servers can't be isolated from the platform's data here (user: needs root)")
                .contains("--engine-isolation none");
    }

    private List<String> attackAsAnotherUser(EngineIsolation isolation) throws Exception {
        // Not in the test's own folder, which is closed to others.
        Path open = Files.createTempDirectory("inferencekey-another-user-");
        try {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
            String classPath = copyClassPath(open.resolve("classes"));
            Path theirs = Files.createDirectory(open.resolve("theirs"));
            Files.setAttribute(theirs, "unix:uid", ANOTHER_USER);
            Process platform = new ProcessBuilder(
                            "setpriv",
                            "--reuid=" + ANOTHER_USER,
                            "--regid=" + ANOTHER_USER,
                            "--clear-groups",
                            "--inh-caps=-all",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            classPath,
                            AttackedPlatform.class.getName(),
                            theirs.toString(),
                            isolation.text())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String said = new String(platform.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(platform.waitFor()).as(said).isZero();
            return said.lines().filter(line -> !line.startsWith("{")).toList();
        } finally {
            try (Stream<Path> all = Files.walk(open)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** The test's own may lie in a home folder. */
    private static String copyClassPath(Path to) throws IOException {
        List<String> copies = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path original = Path.of(entry);
            Path copy = to.resolve(Integer.toString(copies.size()));
            if (Files.isDirectory(original)) {
                copyFolder(original, copy);
                copies.add(copy.toString());
            } else if (Files.isRegularFile(original)) {
                Files.createDirectories(to);
                link(original, Path.of(copy + ".jar"));
                copies.add(copy + ".jar");
            }
        }
        return String.join(File.pathSeparator, copies);
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Path copy = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copy);
                } else {
                    link(path, copy);
                }
            }
        }
    }

    private static void link(Path original, Path copy) throws IOException {
        try {
            Files.createLink(copy, original);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(original, copy);
        }
    }

    private static boolean isRoot() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }
}
