package dev.inferencekey.server.gateway;

/**
 * What one listener is for. Immutable.
 *
 * @param tls whether what comes over it is encrypted
 * @param dataPlane whether {@code /endpoint/**} is served
 * @param controlPlane whether everything else is
 */
record Listening(boolean tls, boolean dataPlane, boolean controlPlane) {}
