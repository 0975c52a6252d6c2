package dev.inferencekey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The guide's test class on JUnit 5, in a JVM that has no other JUnit. */
@Tag("slow")
final class JUnit5Test {
    private static final Path JUNIT_5 = Path.of("target", "junit5").toAbsolutePath();

    @Test
    void theExtensionRunsOnJUnit5() throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        String.join(File.pathSeparator, classPath()),
                        JUnit5Run.class.getName(),
                        JUnit5Test.class.getPackageName() + ".guide.SupportDeskTest")
                .redirectErrorStream(true)
                .start();
        child.getOutputStream().close();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output).contains("JUnit 5.", "2 succeeded, 0 failed");
    }

    /** JUnit 5 in place of the JUnit that runs this. */
    private static List<String> classPath() throws IOException {
        List<String> entries = new ArrayList<>();
        try (Stream<Path> jars = Files.list(JUNIT_5)) {
            jars.map(Path::toString).forEach(entries::add);
        }
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!Path.of(entry).getFileName().toString().startsWith("junit-")) {
                entries.add(entry);
            }
        }
        return entries;
    }
}
