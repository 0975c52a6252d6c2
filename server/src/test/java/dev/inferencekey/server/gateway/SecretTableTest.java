package dev.inferencekey.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.SecretDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretTableTest {
    private static final SecretDigest DIGEST = SecretDigest.of(new byte[32]);

    private SecretTable table = SecretTable.EMPTY;

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
                null,
                List.of());
    }

    /** Few ids, so that they come and go and meet each other; many, so that arrays are split; some batches small, some large. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 12, 200, 5_000, 1_000_000})
    void isTheSameAsAMapWhateverIsPutAndRemoved(int ids) {
        Random random = new Random(ids);
        Map<Integer, KnownSecret> expected = new HashMap<>();
        SecretTable.Change change = table.change();
        for (int step = 0; step < 60_000; step++) {
            // Neighbours, far ones, and negative ones.
            int id = (random.nextInt(ids) - ids / 2) * (step % 3 == 0 ? 1 : 1 << 20);
            switch (random.nextInt(3)) {
                case 0 -> {
                    change.remove(id);
                    expected.remove(id);
                }
                case 1 -> {
                    KnownSecret secret = secret(id);
                    change.put(secret);
                    expected.put(id, secret);
                }
                default -> assertThat(change.get(id)).isSameAs(expected.get(id));
            }
            if (random.nextInt(step % 1000 + 1) == 0) {
                table = change.done();
                assertThat(table.size()).isEqualTo(expected.size());
                assertThat(table.get(id)).isSameAs(expected.get(id));
                change = table.change();
            }
        }
        SecretTable last = change.done();
        expected.forEach((id, secret) -> assertThat(last.get(id)).isSameAs(secret));
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 64, 3_000})
    void aTableStaysAsItIsWhileOthersAreMadeOfIt(int others) {
        Random random = new Random(others);
        List<SecretTable> tables = new ArrayList<>();
        List<Map<Integer, KnownSecret>> expected = new ArrayList<>();
        Map<Integer, KnownSecret> now = new HashMap<>();
        for (int batch = 0; batch < 300; batch++) {
            SecretTable.Change change = table.change();
            for (int step = random.nextInt(20); step >= 0; step--) {
                int id = random.nextInt(others);
                if (random.nextInt(3) == 0) {
                    change.remove(id);
                    now.remove(id);
                } else {
                    KnownSecret secret = secret(id);
                    change.put(secret);
                    now.put(id, secret);
                }
            }
            table = change.done();
            tables.add(table);
            expected.add(Map.copyOf(now));
        }
        for (int i = 0; i < tables.size(); i++) {
            SecretTable made = tables.get(i);
            Map<Integer, KnownSecret> then = expected.get(i);
            assertThat(made.size()).isEqualTo(then.size());
            for (int id = 0; id < others; id++) {
                assertThat(made.get(id)).isSameAs(then.get(id));
            }
        }
    }
}
