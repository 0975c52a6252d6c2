package dev.inferencekey.server.runtime.external;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host. Thread-safe; may block. */
@FunctionalInterface
interface NameResolution {
    List<InetAddress> resolve(String host) throws UnknownHostException;

    static NameResolution ofSystem() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
