package dev.inferencekey.server.background;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a replica was started for. When it is another one, what runs must be replaced.
 *
 * @param revision of the workload
 * @param secretUpdatedAt when the upstream secret that it uses was stored, null without one: a new value means new replicas
 */
record Generation(long revision, @Nullable Instant secretUpdatedAt) {}
