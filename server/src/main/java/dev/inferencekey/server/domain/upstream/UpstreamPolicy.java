package dev.inferencekey.server.domain.upstream;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides where calls to model servers elsewhere may go, by the address that is really connected to: a host name can lead to another
 * address at each look-up. Thread-safe, if
 * {@code rules} and {@code own} are.
 *
 * @param rules what the operator says, asked at each look
 * @param own knows where the platform itself listens
 */
public record UpstreamPolicy(Supplier<UpstreamRules> rules, OwnListeners own) {
    /** Where the platform and the model servers that it has started listen at this moment. Thread-safe. */
    @FunctionalInterface
    public interface OwnListeners {
        boolean listens(InetAddress address, int port);
    }

    /** Under rules that never change. */
    public UpstreamPolicy(UpstreamRules rules, OwnListeners own) {
        this(() -> rules, own);
    }

    /**
     * Why a connection may not be made, to go on after {@code it is}; null if it may.
     *
     * @param host as {@code base_url} names it
     * @param address that is connected to
     */
    public @Nullable String refusal(String host, InetAddress address, int port) {
        String forbidden = ForbiddenAddress.reason(address);
        if (forbidden != null) {
            return forbidden;
        }
        if (own.listens(ForbiddenAddress.meant(address), port)) {
            return "a port of this platform itself";
        }
        UpstreamRules now = rules.get();
        if (now.denied().stream().anyMatch(rule -> rule.matches(host, address, port))) {
            return "denied on this server (--deny-upstream)";
        }
        List<UpstreamRule> allowed = now.allowed();
        return allowed.isEmpty() || allowed.stream().anyMatch(rule -> rule.matches(host, address, port))
                ? null
                : "not among the upstreams that are allowed on this server (--allow-upstream)";
    }
}
