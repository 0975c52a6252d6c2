package dev.inferencekey.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.node.Leases.Lease;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.LostLeaseException;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Nodes, what they have acknowledged, and what one of them does at a time. */
interface NodeContract {
    Store store();

    private static Node.Declared declared(String id, String homeId, String name, Duration lease) {
        return new Node.Declared(
                id,
                homeId,
                name,
                "1.2.3",
                NodeRole.GATEWAY,
                true,
                "10.0.0.1:7000",
                lease,
                WhenCutOff.REFUSE,
                Duration.ofMinutes(90));
    }

    private static Node.Declared declared(String id, String name) {
        return declared(id, "home_of_" + name, name, Duration.ofSeconds(10));
    }

    private Optional<Node> register(Node.Declared node) {
        return store().<Optional<Node>>write(s -> s.nodes().register(node));
    }

    private List<Node> nodes() {
        return store().<List<Node>>read(s -> s.nodes().all());
    }

    private Node node(String id) {
        return nodes().stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
    }

    private Position changed(String id) {
        return store().<Position>write(s -> {
            s.accessChanges().append(Subject.API_KEY, id);
            return s.accessChanges().last();
        });
    }

    private Optional<Node> registerAgain(Node.Declared declared) {
        return store().write(s -> s.nodes().registerAgain(declared));
    }

    private boolean beat(String id, Position inForce) {
        return store().<Boolean>append(s -> s.nodes().beat(id, inForce));
    }

    private void markLost(String id) {
        store().<Boolean>append(s -> {
            s.nodes().markLost(id, node(s.nodes().all(), id).beats());
            return true;
        });
    }

    private static Node node(List<Node> nodes, String id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow();
    }

    @Test
    default void keepsWhatANodeSaysOfItself() {
        Node.Declared declared = declared("node_1", "a");
        assertThat(register(declared)).isEmpty();
        assertThat(register(declared("node_2", "b"))).isEmpty();

        assertThat(nodes()).extracting(Node::name).containsExactly("a", "b");
        Node node = node("node_1");
        assertThat(node.declared()).isEqualTo(declared);
        assertThat(node.live()).isTrue();
        assertThat(node.draining()).isFalse();
        assertThat(node.epoch()).isZero();
        assertThat(node.acknowledgedAt()).isNull();
        assertThat(node.startedAt())
                .isBetween(Instant.now().minusSeconds(3600), Instant.now().plusSeconds(3600));
    }

    @Test
    default void aSecondLiveNodeWithTheSameNameIsNotRegistered() {
        register(declared("node_1", "a"));

        assertThat(register(declared("node_2", "other home", "a", Duration.ofSeconds(10))))
                .hasValueSatisfying(other -> assertThat(other.id()).isEqualTo("node_1"));
        assertThat(nodes()).hasSize(1);

        markLost("node_1");
        assertThat(register(declared("node_2", "other home", "a", Duration.ofSeconds(10))))
                .isEmpty();
        assertThat(nodes()).as("the lost one may still run").hasSize(2);
    }

    @Test
    default void aLostNodeDoesNotComeBackUnderANameThatAnotherOneHasByThen() {
        register(declared("node_1", "a"));
        markLost("node_1");
        register(declared("node_2", "other home", "a", Duration.ofSeconds(10)));

        assertThat(registerAgain(declared("node_1", "a")))
                .hasValueSatisfying(other -> assertThat(other.id()).isEqualTo("node_2"));
        assertThat(node("node_1").live()).isFalse();

        store().<Boolean>write(s -> s.nodes().remove("node_2"));
        assertThat(registerAgain(declared("node_1", "a"))).isEmpty();
        assertThat(node("node_1").live()).isTrue();
    }

    @Test
    default void aStartInTheSameHomeTakesThePlaceOfTheOneBefore() {
        register(declared("node_1", "home", "a", Duration.ofSeconds(10)));

        assertThat(register(declared("node_2", "home", "a", Duration.ofSeconds(10))))
                .isEmpty();

        assertThat(nodes()).extracting(Node::id).containsExactly("node_2");
        assertThat(beat("node_1", Position.START)).isFalse();
        assertThat(registerAgain(declared("node_1", "home", "c", Duration.ofSeconds(10))))
                .as("its home has another process")
                .hasValueSatisfying(other -> assertThat(other.id()).isEqualTo("node_2"));
    }

    @Test
    default void aBeatRenewsAndAcknowledges() {
        register(declared("node_1", "a"));
        Position position = changed("key_1");

        assertThat(beat("node_1", position)).isTrue();

        Node node = node("node_1");
        assertThat(node.beats()).isEqualTo(2);
        assertThat(node.epoch()).isEqualTo(position.epoch());
        assertThat(node.acknowledgedAt()).isNotNull();
        assertThat(beat("node_1", position)).isTrue();
        assertThat(node("node_1").acknowledgedAt()).as("when it did first").isEqualTo(node.acknowledgedAt());
    }

    @Test
    default void whatWasAcknowledgedOfALogThatWasLostCountsForNothing() {
        register(declared("node_1", "a"));
        Position position = changed("key_1");

        beat("node_1", new Position(position.epoch(), "of an entry that was lost"));

        assertThat(node("node_1").epoch()).isZero();
    }

    @Test
    default void aNodeIsLostOnlyIfItsBeatsHaveStoodStill() {
        register(declared("node_1", "a"));
        beat("node_1", Position.START);

        store().<Boolean>append(s -> {
            s.nodes().markLost("node_1", 1);
            return true;
        });
        assertThat(node("node_1").live()).isTrue();

        markLost("node_1");
        assertThat(node("node_1").live()).isFalse();
        assertThat(beat("node_1", Position.START))
                .as("others have gone on without it")
                .isFalse();
        store().<Boolean>append(s -> {
            s.nodes().acknowledge("node_1", new Position(7, "x"));
            return true;
        });
        assertThat(node("node_1").acknowledgedAt()).isEqualTo(node("node_1").acknowledgedAt());

        assertThat(registerAgain(declared("node_1", "a"))).isEmpty();
        assertThat(node("node_1").live()).isTrue();
        assertThat(node("node_1").acknowledgedAt()).isNull();
        assertThat(node("node_1").beats())
                .as("its lease counts anew for whoever watches")
                .isEqualTo(3);
    }

    @Test
    default void forgetsThoseOfTheNodesThatWereLostBefore() {
        register(declared("node_1", "a"));
        register(declared("node_2", "b"));
        markLost("node_1");
        Instant now = store().<Instant>read(s -> s.nodes().now());

        store().<Boolean>append(s -> {
            s.nodes().forgetLostBefore(now.minusSeconds(60), List.of("node_1", "node_2"));
            s.nodes().forgetLostBefore(now.plusSeconds(60), List.of());
            return true;
        });
        assertThat(nodes()).hasSize(2);
        store().<Boolean>append(s -> {
            s.nodes().forgetLostBefore(now.plusSeconds(60), List.of("node_1", "node_2"));
            return true;
        });
        assertThat(nodes()).extracting(Node::id).containsExactly("node_2");
    }

    @Test
    default void aLeaseBelongsToOneLiveNodeAndItsTokenGrowsWithEachHolder() {
        register(declared("node_1", "a"));
        register(declared("node_2", "b"));
        assertThat(tryHold("node_3")).as("not registered").isEmpty();

        Lease first = tryHold("node_1").orElseThrow();
        assertThat(tryHold("node_1")).hasValue(first);
        assertThat(tryHold("node_2")).isEmpty();
        requireHeld(first);

        markLost("node_1");
        assertThat(tryHold("node_1")).as("lost").isEmpty();
        requireHeld(first); // Nobody else has it yet.
        Lease second = tryHold("node_2").orElseThrow();
        assertThat(second.token()).isGreaterThan(first.token());
        assertThatThrownBy(() -> requireHeld(first)).isInstanceOf(LostLeaseException.class);
        requireHeld(second);

        release(first);
        requireHeld(second);
        release(second);
        assertThatThrownBy(() -> requireHeld(second)).isInstanceOf(LostLeaseException.class);
        registerAgain(declared("node_1", "a"));
        assertThat(tryHold("node_1"))
                .hasValueSatisfying(third -> assertThat(third.token()).isGreaterThan(second.token()));
    }

    @Test
    default void aLeaseOfAnotherNameIsAnotherLease() {
        register(declared("node_1", "a"));
        register(declared("node_2", "b"));
        tryHold("node_1");

        assertThat(store().<Optional<Lease>>write(s -> s.leases().tryHold("roll-ups", "node_2")))
                .isPresent();
    }

    private Optional<Lease> tryHold(String nodeId) {
        return store().<Optional<Lease>>write(s -> s.leases().tryHold("reconciler", nodeId));
    }

    private void release(Lease lease) {
        store().<Boolean>write(s -> {
            s.leases().release(lease);
            return true;
        });
    }

    private void requireHeld(Lease lease) {
        store().<Boolean>write(s -> {
            s.leases().requireHeld(lease);
            return true;
        });
    }
}
