package dev.inferencekey.server.gateway;

import java.net.InetSocketAddress;

/**
 * Where the manager listens, and how it knows that a request came through the gateway.
 *
 * @param address a loopback address
 * @param internalSecret made anew at each start; sent as {@code X-InferenceKey-Internal}. A secret: never logged.
 */
public record ManagerUpstream(InetSocketAddress address, String internalSecret) {
    @Override
    public String toString() {
        return "ManagerUpstream[" + address + "]";
    }
}
