package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;

/** Any bytes as {@code X-Forwarded-For}: never an exception, always an address, and nothing that a caller puts in front is believed. */
public final class ForwardedFuzz {
    private static final TrustedProxies.Matcher PROXIES =
            new TrustedProxies(List.of("127.0.0.1", "10.0.0.0/8", "fd00::/8")).matcher();
    private static final TrustedProxies.Caller PEER = new TrustedProxies.Caller("127.0.0.1", false);
    private static final String CLAIM = "6.6.6.6";

    private ForwardedFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, ISO_8859_1);
        IpAddress address = IpAddress.parse(text);
        if (address != null) {
            assertThat(IpAddress.of(InetAddress.ofLiteral(text))).isEqualTo(address);
            assertThat(IpAddress.parse(address.text())).isEqualTo(address);
        }
        String caller = caller(text);
        if (caller.isEmpty()) {
            return;
        }
        if (caller.equals(TrustedProxies.UNKNOWN)) {
            assertThat(caller(CLAIM + "," + text)).isEqualTo(TrustedProxies.UNKNOWN);
            return;
        }
        IpAddress read = IpAddress.parse(caller);
        assertThat(read).isNotNull();
        if (read != null) {
            assertThat(read.text()).isEqualTo(caller);
            String withClaim = caller(CLAIM + "," + text);
            if (PROXIES.trusts(read)) {
                assertThat(withClaim).isIn(caller, CLAIM);
            } else {
                assertThat(withClaim).isEqualTo(caller);
            }
        }
    }

    /** Who is behind our proxy; empty if the head is malformed. */
    private static String caller(String list) {
        byte[] bytes = ("GET / HTTP/1.1\r\nX-Forwarded-For: " + list + "\r\n\r\n").getBytes(ISO_8859_1);
        RequestHead head = new RequestHead(GatewayConfig.defaults());
        return head.read(bytes, 0, bytes.length) < 0
                ? ""
                : PROXIES.behind(head, PEER).address();
    }
}
