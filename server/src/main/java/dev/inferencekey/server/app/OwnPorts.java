package dev.inferencekey.server.app;

import dev.inferencekey.server.domain.upstream.UpstreamPolicy;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where this platform and the model servers that it has started listen now, on whichever of the machine's addresses: calls to model servers
 * elsewhere must not end there, past the checks of its front door. Thread-safe.
 */
final class OwnPorts implements UpstreamPolicy.OwnListeners {
    private final List<RuntimeDriver> drivers;
    private final Set<Integer> ports = ConcurrentHashMap.newKeySet();

    /** @param drivers that start model servers on this machine */
    OwnPorts(List<RuntimeDriver> drivers) {
        this.drivers = List.copyOf(drivers);
    }

    void add(int port) {
        ports.add(port);
    }

    @Override
    public boolean listens(InetAddress address, int port) {
        return (ports.contains(port) || drivers.stream().anyMatch(driver -> driver.listensOn(port)))
                && isOfThisMachine(address);
    }

    private static boolean isOfThisMachine(InetAddress address) {
        try {
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return true; // It can't be known, so it is not to be called.
        }
    }
}
