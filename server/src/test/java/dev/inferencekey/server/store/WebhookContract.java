package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.webhook.WebhookEvent;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.WebhookStore.Waiting;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Events that wait for their receiver. */
interface WebhookContract {
    Store store();

    private static WebhookEvent event(String id, Instant at) {
        return new WebhookEvent(
                id, "budget.threshold_reached", at, Map.of("percent", 80, "project", Map.of("name", "Ä \"1\"")));
    }

    private void change(Consumer<StoreSession> work) {
        store().<Boolean>append(session -> {
            work.accept(session);
            return true;
        });
    }

    private List<Waiting> due(Instant now) {
        return store().read(session -> session.webhooks().due(now, 10));
    }

    @Test
    default void anEventIsDueAtOnceAsItWasTold() {
        change(session -> session.webhooks().add(event("evt_2", NOW.plusSeconds(1))));
        change(session -> session.webhooks().add(event("evt_1", NOW)));
        assertThat(due(NOW))
                .containsExactly(
                        new Waiting(event("evt_1", NOW), 0), new Waiting(event("evt_2", NOW.plusSeconds(1)), 0));
        assertThat(store().<List<Waiting>>read(session -> session.webhooks().due(NOW, 1)))
                .hasSize(1);
    }

    @Test
    default void anEventOfWhatWasUndoneIsNotTold() {
        assertThatThrownBy(() -> change(session -> {
                    session.webhooks().add(event("evt_1", NOW));
                    throw new IllegalArgumentException("undone");
                }))
                .hasMessage("undone");
        assertThat(due(NOW)).isEmpty();
    }

    @Test
    default void anEventThatIsPostponedIsDueThenAndBehindNewOnes() {
        change(session -> session.webhooks().add(event("evt_1", NOW)));
        change(session -> session.webhooks().postpone("evt_1", NOW.plusSeconds(10)));
        assertThat(due(NOW.plusSeconds(9))).isEmpty();
        change(session -> session.webhooks().add(event("evt_2", NOW.plusSeconds(5))));
        assertThat(due(NOW.plusSeconds(10)))
                .containsExactly(
                        new Waiting(event("evt_2", NOW.plusSeconds(5)), 0), new Waiting(event("evt_1", NOW), 1));
    }

    @Test
    default void anEventGoesWhenItIsToldOrTooOld() {
        for (int i = 0; i < 4; i++) {
            Instant at = NOW.plusSeconds(i);
            String id = "evt_" + i;
            change(session -> session.webhooks().add(event(id, at)));
        }
        change(session -> session.webhooks().remove("evt_3"));
        int forgotten = store().append(session -> session.webhooks().removeBefore(NOW.plusSeconds(2)));
        assertThat(forgotten).isEqualTo(2);
        assertThat(due(NOW.plusSeconds(9))).containsExactly(new Waiting(event("evt_2", NOW.plusSeconds(2)), 0));
    }
}
