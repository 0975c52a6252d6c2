package dev.inferencekey.server.store.transfer;

/**
 * What a look at a store has found.
 *
 * @param subject what was looked at
 * @param message for people: what was found, and what to do if it is wrong
 */
public record StoreFinding(String subject, boolean ok, String message) {}
