package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparison with the last release finds what an application could no longer use, and nothing else. */
@Tag("slow")
class CompareApiTest {
    private static final Path CLASSES = MavenModules.ROOT.resolve("sdk/target/classes");

    @TempDir
    private static Path temp;

    private static Path released;

    @BeforeAll
    static void release() throws IOException {
        released = jarWithout("released.jar", Set.of());
    }

    @Test
    void aClassThatApplicationsUseMayNotGo() throws IOException, InterruptedException {
        Programs.Ended compared =
                compare(released, jarWithout("changed.jar", Set.of("dev/inferencekey/EnsurePlan.class")));
        assertThat(compared.exitCode()).isEqualTo(1);
        assertThat(compared.printed()).contains("REMOVED CLASS").contains("dev.inferencekey.EnsurePlan");
    }

    @Test
    void newClassesMayComeAndInternalOnesGo() throws IOException, InterruptedException {
        Path earlier = jarWithout("earlier.jar", Set.of("dev/inferencekey/EnsurePlan.class"));
        Path later = jarWithout("later.jar", Set.of("dev/inferencekey/internal/OneLine.class"));
        compare(earlier, later).succeeded();
    }

    private static Programs.Ended compare(Path older, Path newer) throws IOException, InterruptedException {
        return Programs.run(
                MavenModules.ROOT, Map.of(), List.of("./build/compare-api", older.toString(), newer.toString()));
    }

    /** The SDK as it was compiled, without some of its classes. */
    private static Path jarWithout(String name, Set<String> gone) throws IOException {
        Path jar = temp.resolve(name);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(CLASSES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String entry = CLASSES.relativize(file).toString();
                if (!gone.contains(entry)) {
                    out.putNextEntry(new ZipEntry(entry));
                    Files.copy(file, out);
                }
            }
        }
        return jar;
    }
}
