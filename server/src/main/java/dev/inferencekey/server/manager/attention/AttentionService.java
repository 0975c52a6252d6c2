package dev.inferencekey.server.manager.attention;

import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.ports.store.Excerpt;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;

/** Finds what people of a project should look at: what ends soon, and what is powerful and idle. Thread-safe. */
public final class AttentionService {
    /** After how long without a use a key that can call everything is worth a look. */
    public static final Duration IDLE = Duration.ofDays(30);

    /** Whoever made something younger than this knows when it ends. */
    private static final Duration KNOWN = Duration.ofDays(1);

    /** How many of each are shown. */
    public static final int LIMIT = 20;

    private final Store store;
    private final Clock clock;

    public AttentionService(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * What to look at.
     *
     * @param expiringKeys active keys that expire soon, soonest first; not those of the last day
     * @param expiringTokens active tokens that expire soon, soonest first; not those of the last day
     * @param idleKeys active keys of the entire project that were not used for {@link #IDLE}, nor made or rotated since
     */
    public record Attention(
            Excerpt<IssuedApiKey> expiringKeys,
            Excerpt<IssuedSdkToken> expiringTokens,
            Excerpt<IssuedApiKey> idleKeys) {}

    /** At most {@link #LIMIT} of each; {@code within} is how soon counts as soon. */
    public Attention of(Project project, Duration within) {
        Instant now = clock.now();
        Instant until = now.plus(within);
        return store.read(session -> new Attention(
                session.apiKeys().expiring(project.id(), now, until, now.minus(KNOWN), LIMIT),
                session.sdkTokens().expiring(project.id(), now, until, now.minus(KNOWN), LIMIT),
                session.apiKeys().idleWithEntireProject(project.id(), now, now.minus(IDLE), LIMIT)));
    }
}
