package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class OwnPortsTest {
    private final Set<Integer> enginePorts = ConcurrentHashMap.newKeySet();
    private final OwnPorts own = new OwnPorts(List.of(new Listening(enginePorts)));

    /** Runs nothing, and listens where a test says. */
    private record Listening(Set<Integer> ports) implements RuntimeDriver {
        @Override
        public Set<String> backends() {
            return Set.of();
        }

        @Override
        public Replica start(ReplicaSpec spec, Runnable onChange) {
            throw new IllegalStateException("starts nothing");
        }

        @Override
        public boolean listensOn(int port) {
            return ports.contains(port);
        }

        @Override
        public void close() {
            // Nothing runs.
        }
    }

    @Test
    void thePlatformsPortsAreItsOwnOnEachAddressOfTheMachineAndNowhereElse() throws SocketException {
        own.add(8080);

        for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : network.inetAddresses().toList()) {
                assertThat(own.listens(address, 8080)).as(address.toString()).isTrue();
                assertThat(own.listens(address, 8081)).as(address.toString()).isFalse();
            }
        }
        assertThat(own.listens(InetAddress.ofLiteral("127.1.2.3"), 8080)).isTrue();
        assertThat(own.listens(InetAddress.ofLiteral("192.0.2.1"), 8080)).isFalse();
    }

    @Test
    void modelServersThatComeAndGoAreAskedFor() {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        assertThat(own.listens(loopback, 40_000)).isFalse();

        enginePorts.add(40_000);
        assertThat(own.listens(loopback, 40_000)).isTrue();

        enginePorts.remove(40_000);
        assertThat(own.listens(loopback, 40_000)).isFalse();
    }
}
