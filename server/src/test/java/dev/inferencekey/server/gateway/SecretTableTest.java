package dev.inferencekey.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.SecretDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretTableTest {
    private static final SecretDigest DIGEST = SecretDigest.of(new byte[32]);

    private final SecretTable table = new SecretTable();

    private static KnownSecret secret(int publicId) {
        return new KnownSecret(
                publicId,
                DIGEST,
                "key_" + publicId,
                "acme",
                Grants.ofEntireProject(),
                CredentialState.ACTIVE,
                null,
                null,
                null);
    }

    /** Few ids, so that they come and go and meet each other; many, so that the array is made anew. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 12, 200, 5_000, 1_000_000})
    void isTheSameAsAMapWhateverIsPutAndRemoved(int ids) {
        Random random = new Random(ids);
        Map<Integer, KnownSecret> expected = new HashMap<>();
        for (int step = 0; step < 60_000; step++) {
            // Neighbours, far ones, and negative ones; 0 is what the mark of a removal carries.
            int id = (random.nextInt(ids) - ids / 2) * (step % 3 == 0 ? 1 : 1 << 20);
            switch (random.nextInt(3)) {
                case 0 -> {
                    table.remove(id);
                    expected.remove(id);
                }
                case 1 -> {
                    KnownSecret secret = secret(id);
                    table.put(secret);
                    expected.put(id, secret);
                }
                default -> assertThat(table.get(id)).isSameAs(expected.get(id));
            }
            assertThat(table.size()).isEqualTo(expected.size());
        }
        expected.forEach((id, secret) -> assertThat(table.get(id)).isSameAs(secret));
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 64, 3_000})
    void whatStaysIsNeverMissingWhileOthersComeAndGo(int others) throws Exception {
        int staying = 50;
        for (int id = 0; id < staying; id++) {
            table.put(secret(id));
        }
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch reading = new CountDownLatch(1);
        Thread reader = Thread.ofPlatform().name("reader").start(() -> {
            while (!stop.get()) {
                for (int id = 0; id < staying; id++) {
                    KnownSecret found = table.get(id);
                    if (found == null || found.publicId() != id) {
                        wrong.incrementAndGet();
                    }
                }
                reading.countDown();
            }
        });
        reading.await();
        Random random = new Random(others);
        for (int step = 0; step < 200_000; step++) {
            int id = staying + random.nextInt(others);
            if (random.nextBoolean()) {
                table.put(secret(id));
            } else {
                table.remove(id);
            }
            table.put(secret(random.nextInt(staying)));
        }
        stop.set(true);
        reader.join();
        assertThat(wrong).hasValue(0);
    }
}
