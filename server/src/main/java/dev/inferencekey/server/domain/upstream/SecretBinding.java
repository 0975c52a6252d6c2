package dev.inferencekey.server.domain.upstream;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What an upstream secret may be used for, said when it is stored: it is sent to no other host, and given to model servers on this
 * machine only if that is said. Immutable and thread-safe.
 *
 * @param hosts to which it may be sent with calls; may be empty
 * @param engines whether model servers that the platform starts may have it in their environment
 */
public record SecretBinding(List<UpstreamHost> hosts, boolean engines) {
    /** Most hosts of one secret. */
    public static final int MAX_HOSTS = 32;

    /** For nothing: a secret that was stored before hosts were asked for, and that no workload used. */
    public static final SecretBinding NOTHING = new SecretBinding(List.of(), false);

    private static final String SEPARATOR = " ";

    public SecretBinding {
        hosts = hosts.stream().distinct().toList();
    }

    /** Reads what {@link #hostsText} wrote. What is no host any more is left out: then the secret is sent there no more. */
    public static SecretBinding ofText(String hosts, boolean engines) {
        List<UpstreamHost> read = new ArrayList<>();
        for (String host : hosts.split(SEPARATOR)) {
            try {
                read.add(UpstreamHost.parse(host));
            } catch (IllegalArgumentException e) {
                // Narrower than what was written, never wider.
            }
        }
        return new SecretBinding(read, engines);
    }

    /** Whether the secret may be sent with calls to this URL. */
    public boolean covers(URI url) {
        return hosts.stream().anyMatch(host -> host.covers(url));
    }

    /** The hosts as the store keeps them. */
    public String hostsText() {
        return hosts.stream().map(UpstreamHost::toString).collect(Collectors.joining(SEPARATOR));
    }

    /** The hosts for people: {@code api.example.com, 10.0.0.5:8000}, or {@code no host}. */
    public String shownHosts() {
        return hosts.isEmpty()
                ? "no host"
                : hosts.stream().map(UpstreamHost::toString).collect(Collectors.joining(", "));
    }
}
