package dev.inferencekey.server.store.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.StoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class InMemoryStoreTest extends StoreContract {
    @Override
    protected Store open(Path emptyFolder) {
        return new InMemoryStore();
    }

    @Test
    void canBeToldToBeUnavailable() {
        InMemoryStore store = new InMemoryStore();
        store.failWith("the disk is full");

        assertThatThrownBy(() -> store.<Long>read(s -> s.accessChanges().lastEpoch()))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("the disk is full");

        store.recover();
        assertThat(store.<Long>read(s -> s.accessChanges().lastEpoch())).isZero();
    }
}
