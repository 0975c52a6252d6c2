package dev.inferencekey.server.runtime.external;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an external model server is.
 *
 * @param baseUrl without trailing slash and without the trailing {@code /v1} that OpenAI clients are used to give, so that {@code
 *     <baseUrl>/v1/chat/completions} is right either way
 * @param host for look-up, without the brackets of IPv6 literals
 * @param secretRef the name of the secret that it wants, null for none
 */
record Upstream(URI baseUrl, String host, @Nullable String secretRef) {
    /** @throws IllegalArgumentException with a sentence that names the offending key and repeats no part of the URL */
    static Upstream parse(Map<String, @Nullable Object> config) {
        if (!(config.get("base_url") instanceof String text)) {
            throw new IllegalArgumentException("config.base_url is missing: give the address of the model server");
        }
        String trimmed = stripSlashes(text);
        if (trimmed.endsWith("/v1")) {
            trimmed = stripSlashes(trimmed.substring(0, trimmed.length() - "/v1".length()));
        }
        URI url;
        try {
            url = new URI(trimmed);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("config.base_url is not a URL");
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        String host = url.getHost();
        boolean plain = url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
        if (!(scheme.equals("http") || scheme.equals("https")) || host == null || !plain) {
            throw new IllegalArgumentException(
                    "config.base_url must be http:// or https:// with a host, and without user, query or fragment");
        }
        Object secretRef = config.get("secret_ref");
        return new Upstream(
                url,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                secretRef instanceof String name ? name : null);
    }

    private static String stripSlashes(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '/') {
            end--;
        }
        return text.substring(0, end);
    }

    URI probeUrl() {
        return URI.create(baseUrl + "/v1/models");
    }

    /** Whether requests must never go there: clouds serve their machines' credentials at link-local addresses. */
    static boolean isForbidden(InetAddress address) {
        InetAddress meant = embeddedIpv4(address);
        return meant.isLinkLocalAddress() || meant.isMulticastAddress() || meant.isAnyLocalAddress();
    }

    /** The IPv4 address inside {@code ::a.b.c.d} and {@code 64:ff9b::a.b.c.d}; Java itself unpacks {@code ::ffff:a.b.c.d}. */
    private static InetAddress embeddedIpv4(InetAddress address) {
        if (!(address instanceof Inet6Address v6) || v6.isLoopbackAddress()) {
            return address;
        }
        byte[] bytes = v6.getAddress();
        boolean translated = bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == (byte) 0xff && bytes[3] == (byte) 0x9b;
        if (!v6.isIPv4CompatibleAddress() && !translated) {
            return address;
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
