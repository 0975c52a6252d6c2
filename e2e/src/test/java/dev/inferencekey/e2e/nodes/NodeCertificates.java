package dev.inferencekey.e2e.nodes;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Who nodes are to each other: an authority of their own, and a certificate of it for each of them on this machine. */
final class NodeCertificates {
    private final Path folder;
    private final X509Bundle authority;

    /** Keeps the files in this folder. */
    NodeCertificates(Path folder) {
        this.folder = folder;
        try {
            this.authority = builder("nodes").setIsCertificateAuthority(true).buildSelfSigned();
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("ca.crt"), authority.getCertificatePEM());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static CertificateBuilder builder(String name) {
        return new CertificateBuilder()
                .algorithm(CertificateBuilder.Algorithm.ecp256)
                .subject("CN=" + name);
    }

    /** The options of a node that others reach at this port. */
    List<String> options(String name, int port) {
        Path certificate = folder.resolve(name + ".crt");
        Path key = folder.resolve(name + ".key");
        try {
            X509Bundle issued = builder(name).addSanIpAddress("127.0.0.1").buildIssuedBy(authority);
            Files.writeString(certificate, issued.getCertificatePathPEM());
            Files.writeString(key, issued.getPrivateKeyPEM());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return List.of(
                "--advertise",
                "127.0.0.1:" + port,
                "--node-tls-cert",
                certificate.toString(),
                "--node-tls-key",
                key.toString(),
                "--node-tls-ca",
                folder.resolve("ca.crt").toString());
    }
}
