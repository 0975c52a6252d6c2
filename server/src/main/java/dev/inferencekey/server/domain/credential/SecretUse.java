package dev.inferencekey.server.domain.credential;

import java.time.Instant;

/**
 * That one secret of a credential was shown.
 *
 * @param from the address that it was shown from
 */
public record SecretUse(String publicId, Instant at, String from) {}
