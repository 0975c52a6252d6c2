package dev.inferencekey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class CompletionTest {
    @TempDir
    private Path home;

    @Test
    void theScriptForBashIsOneThatBashReads() throws IOException, InterruptedException {
        Path script = Files.writeString(
                home.resolve("ik.bash"),
                new TestShell(home).run("completion", "bash").out());
        assertThat(script).content().contains("ik_key_rotate");
        Process bash = new ProcessBuilder("bash", "-n", script.toString())
                .redirectErrorStream(true)
                .start();
        String printed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(printed).isZero();
    }

    @Test
    void theScriptForFishKnowsCommandsOptionsAndWhatTakesAFile() {
        String script = new TestShell(home).run("completion", "fish").out();
        assertThat(script)
                .contains("complete -c ik -n '__ik_at 0' -a key -d 'API keys (ik_live_…), which call.'")
                .contains("complete -c ik -n '__ik_at 1 key' -a rotate")
                .contains("complete -c ik -n '__ik_at 2 key rotate' -l overlap -x")
                .contains("-s f -l file -r -F")
                .contains("user\\'s data folder");
    }
}
