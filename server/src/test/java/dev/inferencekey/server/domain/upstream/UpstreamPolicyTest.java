package dev.inferencekey.server.domain.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UpstreamPolicyTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "fe80::1",
                "::ffff:169.254.169.254",
                "::169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b:1::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "100.100.100.200",
                "fd00:ec2::254",
                "0.0.0.0",
                "::",
                "224.0.0.1",
                "ff02::1",
                "255.255.255.255",
                "64:ff9b::e000:1"
            })
    void someAddressesAreNeverCalledWhoeverAllowsThem(String address) {
        assertThat(refusal(List.of("0.0.0.0/0", "::/0", "h"), List.of(), "h", address, 80))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "10.0.0.5", "fd00::1", "100.64.0.1", "2001:db8::1", "8.8.8.8"})
    void everythingElseIsByDefault(String address) {
        assertThat(refusal(List.of(), List.of(), "h", address, 80)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, h, 10.255.0.1, 80, true",
        "10.0.0.0/8, h, 11.0.0.1, 80, false",
        "10.0.0.0/9, h, 10.127.255.255, 80, true",
        "10.0.0.0/9, h, 10.128.0.0, 80, false",
        "10.0.0.0/8:8000, h, 10.0.0.1, 8000, true",
        "10.0.0.0/8:8000, h, 10.0.0.1, 8001, false",
        "10.0.0.5, h, 10.0.0.5, 1, true",
        "10.0.0.5, h, 64:ff9b::a00:5, 1, true",
        "10.0.0.5, h, 10.0.0.6, 1, false",
        "0.0.0.0/0, h, 1.2.3.4, 1, true",
        "0.0.0.0/0, h, 2001:db8::1, 1, false",
        "fd00::/8, h, fdff::1, 1, true",
        "[fd00::]/8, h, fdff::1, 1, true",
        "[fd00::]/8:443, h, fdff::1, 443, true",
        "[::1]:8000, h, ::1, 8000, true",
        "[::1]:8000, h, ::1, 8001, false",
        "api.example.com, API.example.com., 10.0.0.1, 443, true",
        "api.example.com, example.com, 10.0.0.1, 443, false",
        "api.example.com:443, api.example.com, 10.0.0.1, 80, false",
        "*.example.com, a.b.example.com, 10.0.0.1, 80, true",
        "*.example.com, example.com, 10.0.0.1, 80, false",
        "*.example.com, evilexample.com, 10.0.0.1, 80, false",
        "localhost, localhost, 127.0.0.1, 80, true"
    })
    void aRuleMeansANameAnAddressOrARangeAndAPort(String rule, String host, String address, int port, boolean meant) {
        assertThat(refusal(List.of(rule), List.of(), host, address, port) == null)
                .isEqualTo(meant);
        assertThat(refusal(List.of(), List.of(rule), host, address, port) == null)
                .isNotEqualTo(meant);
    }

    @Test
    void whatIsDeniedIsDeniedAlthoughItIsAllowed() {
        assertThat(refusal(List.of("10.0.0.0/8"), List.of("10.0.0.1"), "h", "10.0.0.1", 80))
                .contains("--deny-upstream");
        assertThat(refusal(List.of("10.0.0.0/8"), List.of("10.0.0.1"), "h", "192.168.0.1", 80))
                .contains("--allow-upstream");
    }

    @Test
    void thePlatformsOwnPortsAreNeverCalledWhateverTheyAreWrappedIn() {
        UpstreamPolicy policy = new UpstreamPolicy(
                new UpstreamRules(List.of(UpstreamRule.parse("0.0.0.0/0")), List.of()),
                (address, port) -> address.isLoopbackAddress() && port == 8080);

        for (String address : List.of("127.0.0.1", "127.9.9.9", "::1", "::127.0.0.1", "::ffff:127.0.0.1")) {
            assertThat(policy.refusal("h", InetAddress.ofLiteral(address), 8080))
                    .as(address)
                    .contains("this platform itself");
        }
        assertThat(policy.refusal("h", InetAddress.ofLiteral("127.0.0.1"), 8081))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "http://h",
                "h/v1",
                "10.0.0.0/33",
                "10.0.0",
                "1234",
                "10.0.0.256",
                "h:0",
                "h:65536",
                "[::1",
                "::g",
                "fd00::/129",
                "*",
                "*.",
                "a_b",
                "-h"
            })
    void whatIsNoRuleIsRefusedAndNamed(String text) {
        assertThatThrownBy(() -> UpstreamRule.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"");
    }

    private static @Nullable String refusal(
            List<String> allowed, List<String> denied, String host, String address, int port) {
        return new UpstreamPolicy(new UpstreamRules(rules(allowed), rules(denied)), (own, at) -> false)
                .refusal(host, InetAddress.ofLiteral(address), port);
    }

    private static List<UpstreamRule> rules(List<String> texts) {
        return texts.stream().map(UpstreamRule::parse).toList();
    }
}
