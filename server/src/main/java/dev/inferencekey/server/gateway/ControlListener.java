package dev.inferencekey.server.gateway;

import java.nio.file.Path;

/**
 * An address of its own for the control plane, for callers with a certificate.
 *
 * @param host the address to listen on
 * @param port the port; 0 means any free one
 * @param tls who the server is there
 * @param clientAuthority a PEM file of certificates; every client must have a certificate that one of them has signed
 */
public record ControlListener(String host, int port, TlsFiles tls, Path clientAuthority) {
    public ControlListener {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("the control listener's port must be 0 to 65535, was " + port);
        }
    }
}
