package dev.inferencekey.server.domain.replica;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a replica was started from; a replica of another version is to be replaced.
 *
 * @param revision of the workload
 * @param secretSetAt when the youngest secret that it refers to was set, null without one
 */
public record ReplicaVersion(long revision, @Nullable Instant secretSetAt) {}
