package dev.inferencekey.server.manager.sso;

import org.jspecify.annotations.Nullable;

/**
 * A person for whom the provider vouched.
 *
 * @param subject the provider's own name for the person, which never changes and is never given to another
 * @param email in lower case and verified by the provider; null without one
 * @param unverified whether there is an address that the provider did not verify; then {@code email} is null
 */
record Identified(String issuer, String subject, @Nullable String email, boolean unverified) {}
