package dev.inferencekey.server.manager.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.manager.MutableTime;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.store.TestStores;
import dev.inferencekey.server.store.sql.Sessions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SignInLimiterTest {
    private static final int MAX = 50;
    private static final int BETWEEN = 10;
    private static final String VICTIM = "ann@example.com";

    private final MutableTime time = new MutableTime();
    private final Store store = TestStores.sqlite();
    private final SignInLimiter limiter = limiter();

    @AfterEach
    void close() {
        store.close();
    }

    /** That of another node. */
    private SignInLimiter limiter() {
        return new SignInLimiter(store, new Clock(time), MAX, BETWEEN);
    }

    private boolean mayTry(SignInLimiter node, String address, String email) {
        return node.take(address, email, () -> false).isEmpty();
    }

    private int buckets() {
        return store.read(session -> Sessions.query(session, "select count(*) from sign_in_attempts")
                .mapTo(Integer.class)
                .one());
    }

    @Test
    void whoGuessesAtManyAccountsFromManyNetworksFillsNothingAndMakesNoRoomForMore() {
        SignInLimiter other = limiter();
        int guesses = 0;
        while (mayTry(limiter, "198.51.100." + guesses, VICTIM)) {
            guesses++;
        }
        assertThat(guesses).isEqualTo(30);

        for (int i = 0; i < 500; i++) {
            mayTry(i % 2 == 0 ? limiter : other, "2001:db8:0:" + Integer.toHexString(i) + "::1", i + "@example.com");
        }

        assertThat(buckets()).isLessThanOrEqualTo(MAX + 2 * 3 * BETWEEN);
        assertThat(mayTry(limiter, "203.0.113.1", VICTIM)).isFalse();
        assertThat(mayTry(other, "203.0.113.2", VICTIM)).isFalse();
    }

    @Test
    void attemptsThatCountNoMoreAreForgotten() {
        for (int i = 0; i < BETWEEN; i++) {
            mayTry(limiter, "198.51.100." + i, VICTIM);
        }
        time.advance(Duration.ofHours(1));
        for (int i = 0; i < BETWEEN; i++) {
            limiter.take("203.0.113.1", "sso");
        }

        assertThat(buckets()).isEqualTo(2);
    }

    @Test
    void nothingOfWhatWasTypedIsKept() {
        mayTry(limiter, "198.51.100.1", "p@ssw0rd");

        assertThat(store.<String>read(
                        session -> Sessions.query(session, "select group_concat(bucket) from sign_in_attempts")
                                .mapTo(String.class)
                                .one()))
                .doesNotContain("ssw0rd", "198.51");
    }
}
