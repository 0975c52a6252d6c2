package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the quickstart and the tutorial show is typed into a shell, from the first line to the last: code below {@code <!-- run -->} is run, code
 * below {@code <!-- file: NAME -->} is written to that file.
 */
class DocumentedCommandsTest {
    private static final Path QUICKSTART = Path.of("..", "docs", "quickstart");
    private static final Pattern STEP =
            Pattern.compile("<!-- (?:(run)|file: (\\S+)) -->\n```\\w+\n(.*?)```", Pattern.DOTALL);

    @Test
    void theQuickstartLeadsToAnAnswer(@TempDir Path temp) throws Exception {
        try (RunningPlatform platform = RunningPlatform.start(temp.resolve("data"))) {
            platform.createProject("demo");
            String said = type(
                    temp,
                    platform,
                    "quickstart/index.md",
                    "export INFERENCEKEY_PROJECT=demo\nexport INFERENCEKEY_SDK_TOKEN="
                            + platform.mintToken("demo").credential() + "\nexport INFERENCEKEY_API_KEY="
                            + platform.mintKey("demo", "demo/*").credential() + "\n");
            assertThat(said).contains("demo/support-bot: created", "\"model\":\"simulator/", "simulat");
        }
    }

    @Test
    void theTutorialLeadsFromAnEmptyInstallationToARevokedKey(@TempDir Path temp) throws Exception {
        try (RunningPlatform platform = RunningPlatform.start(temp.resolve("data"))) {
            String said = type(temp, platform, "quickstart/tutorial.md", "");
            assertThat(said)
                    .contains(
                            "Created token deploy",
                            "acme/support-bot: would create",
                            "acme/support-bot: created",
                            "acme/support-bot: unchanged",
                            "600 requests a minute",
                            "$25 per month",
                            "Rotated key web")
                    .contains("Revoked key web");
        }
    }

    /** Types what the page shows, and returns all that was printed. */
    private static String type(Path temp, RunningPlatform platform, String page, String before)
            throws IOException, InterruptedException {
        Path bin = Files.createDirectories(temp.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("ik"), Path.of("..", "ik").toRealPath());
        Path home = Files.createDirectories(temp.resolve("home"));
        StringBuilder script = new StringBuilder("set -eu\n").append(before);
        String text = Files.readString(QUICKSTART.resolveSibling(page));
        int steps = 0;
        for (MatchResult step : STEP.matcher(text).results().toList()) {
            if (step.group(1) == null) {
                Files.writeString(home.resolve(step.group(2)), step.group(3));
            } else {
                script.append(step.group(3));
                steps++;
            }
        }
        assertThat(steps).as("steps of %s", page).isGreaterThan(2);
        Path out = temp.resolve("out");
        ProcessBuilder shell = new ProcessBuilder("sh", "-c", script.toString())
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        shell.environment().keySet().removeIf(name -> name.startsWith("INFERENCEKEY_") || name.startsWith("XDG_"));
        shell.environment().put("HOME", home.toString());
        shell.environment().put("PATH", bin + ":" + System.getenv("PATH"));
        shell.environment().put("INFERENCEKEY_BASE_URL", platform.url().toString());
        shell.environment().put("INFERENCEKEY_DATA", platform.dataFolder.toString());
        int status = shell.start().waitFor();
        String said = Files.readString(out);
        assertThat(status).as(said).isZero();
        return said;
    }
}
