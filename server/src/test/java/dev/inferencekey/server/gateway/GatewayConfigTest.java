package dev.inferencekey.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.HelpPages;
import dev.inferencekey.server.domain.node.NodeRole;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class GatewayConfigTest {
    @Test
    void theDefaultsAreTheDocumentedOnes() {
        assertThat(GatewayConfig.defaults())
                .isEqualTo(new GatewayConfig(
                        "127.0.0.1",
                        8080,
                        Transport.AUTO,
                        0,
                        33_554_432,
                        1_073_741_824,
                        8_192,
                        32_768,
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(75),
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(10),
                        Duration.ofMinutes(5),
                        Duration.ZERO,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(60),
                        1000,
                        new EjectionPolicy(3, Duration.ofSeconds(5), Duration.ofMinutes(2), Duration.ofSeconds(10)),
                        200,
                        EdgeConfig.defaults(),
                        Duration.ZERO,
                        Duration.ofSeconds(10),
                        NodeRole.ALL));
    }

    @Test
    void everySettingCanBeSet() {
        EjectionPolicy ejection =
                new EjectionPolicy(1, Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3));
        EdgeConfig edge = EdgeConfig.defaults().withMaxConcurrentStreams(16);
        GatewayConfig set = GatewayConfig.builder()
                .host("0.0.0.0")
                .port(1)
                .transport(Transport.NIO)
                .threads(2)
                .maxJsonBodyBytes(3)
                .maxMultipartBodyBytes(4)
                .maxRequestLineBytes(500)
                .maxHeaderBytes(600)
                .requestHeadTimeout(Duration.ofSeconds(7))
                .requestBodyTimeout(Duration.ofSeconds(8))
                .keepAliveTimeout(Duration.ofSeconds(9))
                .slowReaderTimeout(Duration.ofSeconds(10))
                .connectTimeout(Duration.ofSeconds(11))
                .firstByteTimeout(Duration.ofSeconds(12))
                .upstreamIdleTimeout(Duration.ofSeconds(13))
                .totalTimeout(Duration.ofSeconds(18))
                .pooledConnectionTimeout(Duration.ofSeconds(14))
                .maxReadinessWait(Duration.ZERO)
                .maxHeldRequests(0)
                .ejection(ejection)
                .maxMeteredWorkloads(5)
                .edge(edge)
                .drainTime(Duration.ofSeconds(16))
                .stopTimeout(Duration.ofSeconds(17))
                .build()
                .ofNode(NodeRole.MANAGER, HelpPages.OWN);
        assertThat(set)
                .isEqualTo(new GatewayConfig(
                        "0.0.0.0",
                        1,
                        Transport.NIO,
                        2,
                        3,
                        4,
                        500,
                        600,
                        Duration.ofSeconds(7),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(9),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(11),
                        Duration.ofSeconds(12),
                        Duration.ofSeconds(13),
                        Duration.ofSeconds(18),
                        Duration.ofSeconds(14),
                        Duration.ZERO,
                        0,
                        ejection,
                        5,
                        edge.withHelp(HelpPages.OWN),
                        Duration.ofSeconds(16),
                        Duration.ofSeconds(17),
                        NodeRole.MANAGER));
    }

    @Test
    void aValueOutOfRangeIsNamed() {
        assertThatThrownBy(() -> GatewayConfig.builder().port(65_536).build())
                .hasMessage("port must be 0 to 65535, was 65536");
        assertThatThrownBy(() -> GatewayConfig.builder().port(-1).build())
                .hasMessage("port must be 0 to 65535, was -1");
        assertThatThrownBy(() ->
                        GatewayConfig.builder().connectTimeout(Duration.ZERO).build())
                .hasMessageContaining("connectTimeout");
        assertThatThrownBy(() -> GatewayConfig.builder()
                        .totalTimeout(Duration.ofSeconds(-1))
                        .build())
                .hasMessage("totalTimeout must not be negative, was PT-1S");
        assertThatThrownBy(() -> GatewayConfig.builder()
                        .maxReadinessWait(Duration.ofSeconds(-1))
                        .build())
                .hasMessageContaining("maxReadinessWait");
    }
}
