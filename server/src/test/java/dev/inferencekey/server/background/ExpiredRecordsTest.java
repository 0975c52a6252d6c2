package dev.inferencekey.server.background;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.background.access.AccessFeed;
import dev.inferencekey.server.background.engine.FakeNodes;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.limit.AttemptLimit;
import dev.inferencekey.server.domain.project.Invitation;
import dev.inferencekey.server.ports.store.AccessChangeLog.Entry;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.SentFormStore.Claim;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.StoreData;
import dev.inferencekey.server.store.TestStores;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpiredRecordsTest {
    private static final AttemptLimit ONE = new AttemptLimit(1, Duration.ofMinutes(1));

    private final ManualClock clock = new ManualClock();
    private final Store store = TestStores.sqlite();
    private final ExpiredRecords expired = new ExpiredRecords(store, new FakeNodes().join("node_1"), clock);

    @BeforeEach
    void fill() {
        StoreData.fill(store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void keep(String id, Instant until) {
        store.<Boolean>write(s -> {
            s.users().insertSession(StoreData.userSession(id, StoreData.ANN, until));
            s.invitations()
                    .insert(new Invitation(
                            id, SecretDigest.of(new byte[32]), new Invitation.Place.Owner(), null, "x", until, until));
            s.signOn().useState(id, until);
            s.sentForms().claim(id, until, until);
            s.attempts().take(id, ONE, until.minus(Duration.ofMinutes(1)));
            return true;
        });
    }

    @Test
    void forgetsWhatHasExpiredAndNothingElse() {
        Instant now = clock.instant();
        keep("00000001", now.minusMillis(1));
        keep("00000002", now.plusMillis(1));

        expired.forget();

        assertThat(kept("00000001")).isEqualTo(new Kept(false, false, false, false, false));
        assertThat(kept("00000002")).isEqualTo(new Kept(true, true, true, true, true));
    }

    private record Kept(boolean session, boolean invitation, boolean state, boolean form, boolean attempt) {}

    /** States, forms and attempts are asked for by taking them, long before. */
    private Kept kept(String id) {
        Instant before = Instant.EPOCH;
        return store.write(s -> new Kept(
                s.users().findSession(id).isPresent(),
                s.invitations().find(id).isPresent(),
                !s.signOn().useState(id, before),
                !s.sentForms().claim(id, before, before).equals(new Claim.Granted()),
                s.attempts().take(id, ONE, before).isPresent()));
    }

    @Test
    void keepsOfTheChangesWhatNodesThatAreALittleBehindHaveYetToRead() {
        Position far = changed(1);
        Position near = changed(1);
        changed(AccessFeed.KEPT_CHANGES - 1);

        expired.forget();

        assertThat(after(far)).isEmpty();
        assertThat(after(near))
                .hasValueSatisfying(entries -> assertThat(entries).hasSize(AccessFeed.KEPT_CHANGES - 1));
    }

    private Position changed(int times) {
        return store.write(s -> {
            for (int i = 0; i < times; i++) {
                s.accessChanges().append(Subject.API_KEY, "key_1");
            }
            return s.accessChanges().last();
        });
    }

    private Optional<List<Entry>> after(Position position) {
        return store.read(s -> s.accessChanges().after(position, AccessFeed.KEPT_CHANGES));
    }
}
