package dev.inferencekey.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OptionsTest {
    @Test
    void everythingIsMeasuredAndKeptUnlessSaidOtherwise() {
        Options options = Options.parse();

        assertThat(options.rounds()).isEqualTo(5);
        assertThat(options.window()).isEqualTo(Duration.ofSeconds(6));
        assertThat(options.save()).isTrue();
        assertThat(Options.FIGURES).allMatch(options::measures);
        assertThat(options.includes("portkey")).isTrue();
    }

    @Test
    void directAndNginxAlwaysTakePart() {
        Options options = Options.parse("--only", "us,haproxy");

        assertThat(options.includes("direct")).isTrue();
        assertThat(options.includes("nginx")).isTrue();
        assertThat(options.includes("us")).isTrue();
        assertThat(options.includes("portkey")).isFalse();
    }

    @Test
    void aPartOfTheComparisonReplacesNoSavedResult() {
        assertThat(Options.parse("--quick").save()).isFalse();
        assertThat(Options.parse("--only", "us").save()).isFalse();
        assertThat(Options.parse("--figures", "single").save()).isFalse();
        assertThat(Options.parse("--no-save").save()).isFalse();
    }

    @Test
    void whatFollowsQuickOverrulesIt() {
        Options options = Options.parse("--rounds", "9", "--quick", "--seconds", "2");

        assertThat(options.rounds()).isEqualTo(9);
        assertThat(options.window()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void furtherFormsOfOurServerGoBesideAndReplaceNoSavedResult() {
        Options options = Options.parse("--also", "small=-Xmn8m -Xmx64m", "--also", "plain=");

        assertThat(options.also()).isEqualTo(Map.of("us-small", "-Xmn8m -Xmx64m", "us-plain", ""));
        assertThat(options.save()).isFalse();
    }

    @Test
    void theServerOfAnotherCheckoutGoesBesideAndReplacesNoSavedResult(@TempDir Path checkout) throws IOException {
        assertThatThrownBy(() -> Options.parse("--before", checkout.toString()))
                .hasMessageContaining("there is no ik in " + checkout);
        Path ik = Files.createFile(checkout.resolve("ik"));
        assertThat(ik.toFile().setExecutable(true)).isTrue();

        Options options = Options.parse("--before", checkout.toString());

        assertThat(options.before()).isEqualTo(checkout);
        assertThat(options.save()).isFalse();
    }

    @Test
    void whatIsNotUnderstoodIsRefused() {
        assertThatThrownBy(() -> Options.parse("--fast")).hasMessage("--fast is not known");
        assertThatThrownBy(() -> Options.parse("--rounds")).hasMessage("--rounds needs a value");
        assertThatThrownBy(() -> Options.parse("--rounds", "many")).hasMessageContaining("whole number");
        assertThatThrownBy(() -> Options.parse("--rounds", "0")).hasMessageContaining("at least one");
        assertThatThrownBy(() -> Options.parse("--also", "-Xmn8m")).hasMessageContaining("needs a name");
        assertThatThrownBy(() -> Options.parse("--figures", "speed")).hasMessageContaining("no figure speed");
    }
}
