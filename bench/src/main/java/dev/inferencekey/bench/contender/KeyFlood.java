package dev.inferencekey.bench.contender;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.store.sqlite.SqliteStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Fills a data folder with more keys than anyone would mint over the network, through the server's own store. */
public final class KeyFlood {
    private static final int AT_ONCE = 20_000;

    private KeyFlood() {}

    /**
     * Adds {@code count} keys to the project that {@link Provisioning} made; no server may run on the folder.
     *
     * @param shown how many of them, evenly chosen, to give back
     */
    public static List<String> pour(Path dataFolder, int count, int shown, RandomGenerator random) {
        List<String> given = new ArrayList<>();
        Instant now = Instant.now();
        try (Store store = SqliteStore.open(dataFolder.resolve("inferencekey.db"))) {
            Project project =
                    store.read(session -> session.projects().find(Bench.PROJECT).orElseThrow());
            int every = Math.max(1, count / shown);
            for (int from = 0; from < count; from += AT_ONCE) {
                int first = from;
                store.write(session -> {
                    for (int i = first; i < Math.min(count, first + AT_ONCE); i++) {
                        String key = insert(session, project, i, now, random);
                        if (i % every == 0 && given.size() < shown) {
                            given.add(key);
                        }
                    }
                    return true;
                });
            }
        }
        return given;
    }

    private static String insert(
            StoreSession session, Project project, int number, Instant now, RandomGenerator random) {
        while (true) {
            LiveKey key = LiveKey.mint(random);
            CredentialSecret secret =
                    new CredentialSecret(key.publicId(), SecretDigest.of(key.secretSha256()), now, null, null, null);
            IssuedApiKey issued = new IssuedApiKey(
                    "key_flood%08d".formatted(number),
                    project.id(),
                    project.slug(),
                    "flood",
                    Grants.ofWorkloads(Set.of(Bench.WORKLOAD)),
                    CredentialState.ACTIVE,
                    null,
                    now,
                    "operator",
                    List.of(secret));
            // Two random public ids may be the same.
            if (session.apiKeys().insert(issued)) {
                return key.reveal();
            }
        }
    }
}
