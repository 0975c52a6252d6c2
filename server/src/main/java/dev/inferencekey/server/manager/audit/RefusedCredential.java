package dev.inferencekey.server.manager.audit;

import java.time.Instant;

/**
 * A credential that was shown where it does not belong, which may mean that it leaked.
 *
 * @param credential redacted
 * @param uses how often, at least: both planes count coarsely
 * @param lastFrom the address that it came from last
 */
public record RefusedCredential(String credential, long uses, Instant lastAt, String lastFrom) {}
