package dev.inferencekey.server.gateway;

/**
 * What one listener is for. Immutable.
 *
 * @param tls whether what comes over it is encrypted
 * @param dataPlane whether {@code /endpoint/**} is served
 * @param controlPlane whether everything else is
 * @param nodes whether calls of other nodes are, and then nothing else
 */
record Listening(boolean tls, boolean dataPlane, boolean controlPlane, boolean nodes) {}
