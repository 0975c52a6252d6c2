package dev.inferencekey.server.gateway;

import java.nio.file.Path;

/**
 * Where a server's identity is kept.
 *
 * @param certificate a PEM file: the server's certificate, then those that lead to its root
 * @param privateKey a PEM file: the key of the first certificate, as PKCS#8, not encrypted
 */
public record TlsFiles(Path certificate, Path privateKey) {}
