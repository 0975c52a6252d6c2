package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is believed about where a request comes from. Tests connect from 127.0.0.1. */
@Tag("slow")
final class TrustedProxiesTest {
    private final FakeModelServer manager = FakeModelServer.answering("application/json", "[]");

    @AfterEach
    void close() throws IOException {
        manager.close();
    }

    private GatewayFixture trusting(String... ranges) {
        EdgeConfig edge = EdgeConfig.defaults().withTrustedProxies(new TrustedProxies(List.of(ranges)));
        return new GatewayFixture(GatewayConfig.builder().edge(edge), manager);
    }

    /** What the manager is told. */
    private Map<String, String> told(RawClient client, String... headers) throws IOException {
        client.post("/api/x", "t", "{}", headers).answer();
        return manager.next().headers();
    }

    private Map<String, String> told(GatewayFixture gateway, String... headers) throws IOException {
        try (RawClient client = gateway.client()) {
            return told(client, headers);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "198.51.100.7                        | 198.51.100.7",
                "198.51.100.7:4711                   | 198.51.100.7",
                "6.6.6.6, 198.51.100.7               | 198.51.100.7", // The caller's own claim stands in front.
                "6.6.6.6, 198.51.100.7, 10.1.2.3     | 198.51.100.7",
                "6.6.6.6,198.51.100.7,10.1.2.3,127.0.0.1 | 198.51.100.7",
                "10.9.9.9, 198.51.100.7, 10.1.2.3    | 198.51.100.7", // A claim to be a proxy.
                "10.1.2.3, 10.1.2.4                  | 10.1.2.3", // Proxies only: the one that is farthest away.
                "2001:db8::7                         | 2001:db8::7",
                "[2001:db8::7]:4711                  | 2001:db8::7",
                "2001:db8::7, fd00::1                | 2001:db8::7",
                "::ffff:198.51.100.7                 | 198.51.100.7",
                "198.51.100.7, ::ffff:10.1.2.3       | 198.51.100.7",
                "198.51.100.7, 0::10.1.2.3           | ::a01:203", // Not the IPv4 address of a proxy.
                "198.51.100.7, unknown, 10.1.2.3     | 10.1.2.3", // Nothing in front of garbage is believed.
                "198.51.100.7, _hidden               | unknown",
                "198.51.100.7,, 10.1.2.3             | 10.1.2.3",
                "198.51.100.07                       | unknown",
                "3325256711                          | unknown",
                "0x7f.1                              | unknown",
                "localhost                           | unknown",
                "fe80::1%eth0                        | unknown",
                "198.51.100.7:99999999               | unknown",
                "[198.51.100.7]                      | unknown",
                "'\"198.51.100.7\"'                  | unknown",
            })
    void theFirstAddressFromTheRightThatIsNoTrustedProxyIsTheCallers(String header, String caller) throws IOException {
        try (GatewayFixture gateway = trusting("127.0.0.1", "10.0.0.0/8", "fd00::/8")) {
            assertThat(told(gateway, "X-Forwarded-For: " + header)).containsEntry("x-forwarded-for", caller);
        }
    }

    @Test
    void severalHeadersAreOneList() throws IOException {
        try (GatewayFixture gateway = trusting("127.0.0.1", "10.0.0.0/8")) {
            assertThat(told(
                            gateway,
                            "X-Forwarded-For: 6.6.6.6",
                            "X-Forwarded-For: 198.51.100.7",
                            "X-Forwarded-For: 10.1.2.3"))
                    .containsEntry("x-forwarded-for", "198.51.100.7");
        }
    }

    @Test
    void eachRequestOnAConnectionHasACallerOfItsOwn() throws IOException {
        try (GatewayFixture gateway = trusting("127.0.0.1");
                RawClient client = gateway.client()) {
            for (int i = 1; i < 4; i++) {
                assertThat(told(client, "X-Forwarded-For: 198.51.100." + i))
                        .containsEntry("x-forwarded-for", "198.51.100." + i);
            }
            // With the proxy's own address, it would count as a caller on this machine.
            assertThat(told(client)).containsEntry("x-forwarded-for", "unknown");
        }
    }

    @Test
    void whoIsNotTrustedIsNotBelievedAndNothingIsPassedOn() throws IOException {
        for (String[] ranges : new String[][] {{}, {"10.0.0.0/8"}, {"127.0.0.2/32", "::1"}}) {
            try (GatewayFixture gateway = trusting(ranges)) {
                assertThat(told(
                                gateway,
                                "X-Forwarded-For: 198.51.100.7",
                                "X-Forwarded-Proto: https",
                                "Forwarded: for=6.6.6.6",
                                "X-Real-IP: 6.6.6.6"))
                        .containsEntry("x-forwarded-for", "127.0.0.1")
                        .containsEntry("x-forwarded-proto", "http")
                        .doesNotContainKeys("forwarded", "x-real-ip");
            }
        }
    }

    @Test
    void aTrustedProxySaysWhetherItsCallerUsesTls() throws IOException {
        try (GatewayFixture gateway = trusting("127.0.0.0/8")) {
            assertThat(told(gateway, "X-Forwarded-Proto: https")).containsEntry("x-forwarded-proto", "https");
            assertThat(told(gateway, "X-Forwarded-Proto: HTTPS")).containsEntry("x-forwarded-proto", "https");
            for (String other : List.of("http", "https, http", "wss", "https x")) {
                assertThat(told(gateway, "X-Forwarded-Proto: " + other)).containsEntry("x-forwarded-proto", "http");
            }
            assertThat(told(gateway, "X-Forwarded-Proto: https", "X-Forwarded-Proto: https"))
                    .containsEntry("x-forwarded-proto", "http");
        }
    }

    @Test
    void aWrongPlaneCredentialIsReportedWithTheCallersAddress() throws IOException {
        try (GatewayFixture gateway = trusting("127.0.0.1")) {
            gateway.post(CHAT, "ik_sdk_" + "a".repeat(40), BODY, "X-Forwarded-For: 198.51.100.7");
            assertThat(GatewayFixture.poll(gateway.wrongPlanes).get(1)).isEqualTo("198.51.100.7");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10.0.0.1/8",
                "::1/129",
                "fd00::1/8",
                "proxy.local",
                "10.0.0/8",
                "0/0"
            })
    void whatIsNoRangeIsRefused(String range) {
        assertThatThrownBy(() -> new TrustedProxies(List.of(range)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trusted proxy");
    }

    @Test
    void aPrefixKeepsExactlyItsBits() {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            boolean v4 = random.nextBoolean();
            IpAddress address = v4
                    ? new IpAddress(true, 0, random.nextLong() & 0xffff_ffffL)
                    : new IpAddress(false, random.nextLong() | 1L << 63, random.nextLong());
            int length = random.nextInt(address.bits() + 1);
            String expected = bits(address).substring(0, length) + "0".repeat(address.bits() - length);
            assertThat(bits(address.prefix(length))).isEqualTo(expected);
            assertThat(IpAddress.parse(address.text())).isEqualTo(address);
        }
    }

    private static String bits(IpAddress address) {
        StringBuilder bits = new StringBuilder();
        for (int i = address.bits() - 1; i >= 0; i--) {
            bits.append((i >= 64 ? address.high() >>> (i - 64) : address.low() >>> i) & 1);
        }
        return bits.toString();
    }
}
