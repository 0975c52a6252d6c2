package dev.inferencekey.server.gateway;

import java.nio.file.Path;

/**
 * Where other nodes of the installation bring calls for the replicas that run on this one, and who this node is when it calls them.
 * Immutable.
 *
 * @param host the address to listen on
 * @param port the port; 0 means any free one
 * @param tls who this node is, to those that call it and to those that it calls: a certificate for the name under which others reach it
 * @param nodeAuthority a PEM file of certificates; every node must have a certificate that one of them has signed, and nobody else may
 */
public record NodeListener(String host, int port, TlsFiles tls, Path nodeAuthority) {
    public NodeListener {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("the port of the listener for nodes must be 0 to 65535, was " + port);
        }
    }
}
