package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.ports.store.SentFormStore.Claim;
import dev.inferencekey.server.ports.store.Store;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Forms that browsers sent. */
interface SentFormContract {
    Store store();

    private Claim claim(String form, Instant now) {
        return store().append(s -> s.sentForms().claim(form, now, now.plusSeconds(60)));
    }

    private void handled(String form, String ledTo, Instant until) {
        store().<Boolean>append(s -> {
            s.sentForms().handled(form, ledTo, until);
            return true;
        });
    }

    @Test
    default void oneAtATimeHandlesAFormAndThenNobody() {
        assertThat(claim("f", NOW)).isEqualTo(new Claim.Granted());
        assertThat(claim("f", NOW)).isEqualTo(new Claim.Held());
        assertThat(claim("g", NOW)).isEqualTo(new Claim.Granted());

        handled("f", "/keys/1", NOW.plusSeconds(3_600));

        assertThat(claim("f", NOW.plusSeconds(100))).isEqualTo(new Claim.Handled("/keys/1"));
    }

    @Test
    default void aFormOfWhichNothingCameCanBeSentAgain() {
        claim("f", NOW);
        store().<Boolean>append(s -> {
            s.sentForms().release("f");
            return true;
        });

        assertThat(claim("f", NOW)).isEqualTo(new Claim.Granted());
    }

    @Test
    default void aClaimThatWasLeftBehindEnds() {
        claim("f", NOW);

        assertThat(claim("f", NOW.plusSeconds(59))).isEqualTo(new Claim.Held());
        assertThat(claim("f", NOW.plusSeconds(60))).isEqualTo(new Claim.Granted());
        assertThat(claim("f", NOW.plusSeconds(60))).isEqualTo(new Claim.Held());
    }

    @Test
    default void forgetsFormsAfterTheirTime() {
        claim("f", NOW);
        handled("f", "/keys/1", NOW.plusSeconds(10));
        claim("g", NOW);
        handled("g", "/keys/2", NOW.plusSeconds(100));

        store().<Boolean>append(s -> {
            s.sentForms().deleteExpiredBefore(NOW.plusSeconds(11));
            return true;
        });

        assertThat(claim("f", NOW.plusSeconds(5))).isEqualTo(new Claim.Granted());
        assertThat(claim("g", NOW.plusSeconds(5))).isEqualTo(new Claim.Handled("/keys/2"));
    }

    @Test
    default void ofManyThatClaimAFormOneGetsIt() throws Exception {
        Callable<Claim> one = () -> claim("f", NOW);
        try (ExecutorService senders = Executors.newFixedThreadPool(8)) {
            List<Future<Claim>> claims = senders.invokeAll(Collections.nCopies(24, one));

            assertThat(claims)
                    .filteredOn(claim -> claim.resultNow() instanceof Claim.Granted)
                    .hasSize(1);
        }
    }
}
