package dev.inferencekey.server.domain.access;

import dev.inferencekey.contract.error.ErrorCode;

/** The answer of {@link AccessPolicy}, as data. */
public sealed interface Decision {
    /** The one {@link Allow}. */
    Allow ALLOW = new Allow();

    /** Go on. */
    record Allow() implements Decision {}

    /** Stop, with this code and a sentence that says what to do and tells no more than the caller may know. */
    record Deny(ErrorCode code, String message) implements Decision {}
}
