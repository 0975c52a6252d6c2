package dev.inferencekey.internal;

/**
 * How the calls of one client are tried again. Thread-safe.
 *
 * @param maxAttempts of one call, the first included
 * @param budget shared by all calls of the client
 */
public record Retries(int maxAttempts, Backoff backoff, RetryBudget budget) {}
