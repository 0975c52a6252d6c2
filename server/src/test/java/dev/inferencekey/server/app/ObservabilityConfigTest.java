package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.app.ObservabilityConfig.AccessLogTarget;
import dev.inferencekey.server.app.ObservabilityConfig.ExactPort;
import dev.inferencekey.server.app.ObservabilityConfig.UsualPort;
import java.net.URI;
import org.junit.jupiter.api.Test;

class ObservabilityConfigTest {
    @Test
    void byDefaultThisMachineCanWatchAndNothingIsSentAnywhere() {
        assertThat(ObservabilityConfig.defaults())
                .isEqualTo(new ObservabilityConfig("127.0.0.1", new UsualPort(), AccessLogTarget.FILE, null, null));
    }

    @Test
    void everythingCanBeSet() {
        URI collector = URI.create("http://collector:4318");
        assertThat(ObservabilityConfig.defaults()
                        .withAdminHost("0.0.0.0")
                        .withAdminPort(new ExactPort(9000))
                        .withAccessLog(AccessLogTarget.STDOUT)
                        .withOtlpEndpoint(collector)
                        .withTraceRatio(0.25))
                .isEqualTo(new ObservabilityConfig(
                        "0.0.0.0", new ExactPort(9000), AccessLogTarget.STDOUT, collector, 0.25));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        ObservabilityConfig defaults = ObservabilityConfig.defaults();
        assertThatThrownBy(() -> new ExactPort(65_536)).hasMessage("the admin port must be 0 to 65535, was 65536");
        assertThatThrownBy(() -> defaults.withAdminHost(" ")).hasMessage("the admin address must not be empty");
        assertThatThrownBy(() -> defaults.withOtlpEndpoint(URI.create("collector:4318")))
                .hasMessageContaining("must be an http or https URL");
        assertThatThrownBy(() -> defaults.withTraceRatio(1.5)).hasMessage("the trace ratio must be 0 to 1, was 1.5");
        assertThatThrownBy(() -> defaults.withTraceRatio(Double.NaN)).hasMessageContaining("NaN");
    }
}
