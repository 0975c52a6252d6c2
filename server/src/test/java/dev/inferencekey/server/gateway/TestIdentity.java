package dev.inferencekey.server.gateway;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Certificates that a test makes for itself. */
record TestIdentity(X509Bundle bundle) {
    static TestIdentity authority(String name) {
        try {
            return new TestIdentity(new CertificateBuilder()
                    .algorithm(CertificateBuilder.Algorithm.ecp256)
                    .subject("CN=" + name)
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    TestIdentity issue(String name) {
        return issue(name, CertificateBuilder.Algorithm.ecp256);
    }

    TestIdentity issue(String name, CertificateBuilder.Algorithm algorithm) {
        try {
            return new TestIdentity(new CertificateBuilder()
                    .algorithm(algorithm)
                    .subject("CN=" + name)
                    .addSanDnsName("localhost")
                    .addSanIpAddress("127.0.0.1")
                    .buildIssuedBy(bundle));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** One that was valid until a day ago. */
    TestIdentity issueExpired(String name) {
        try {
            Instant now = Instant.now();
            return new TestIdentity(new CertificateBuilder()
                    .algorithm(CertificateBuilder.Algorithm.ecp256)
                    .subject("CN=" + name)
                    .addSanIpAddress("127.0.0.1")
                    .notBefore(now.minus(Duration.ofDays(9)))
                    .notAfter(now.minus(Duration.ofDays(1)))
                    .buildIssuedBy(bundle));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Writes both files, each put in place whole. */
    TlsFiles write(Path folder) throws IOException {
        TlsFiles files = new TlsFiles(folder.resolve("tls.crt"), folder.resolve("tls.key"));
        put(files.certificate(), bundle.getCertificatePathPEM());
        put(files.privateKey(), bundle.getPrivateKeyPEM());
        return files;
    }

    static void put(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** A client that trusts what this one has signed, and shows {@code own} if asked who it is. */
    SSLContext client(@Nullable TestIdentity own) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("root", bundle.getCertificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            KeyManager[] keys =
                    own == null ? null : own.bundle.toKeyManagerFactory().getKeyManagers();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A connection whose handshake is done, and the server's name checked. */
    static SSLSocket connect(SSLContext trust, int port, String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(15_000);
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            if (protocols.length > 0) {
                parameters.setProtocols(protocols);
            }
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
