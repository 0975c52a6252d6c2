package dev.inferencekey.server.gateway;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of TLS on one listener, from PEM files that are read again when they change; among nodes the caller's side too.
 *
 * <p>Notes. Contents are compared, not times: a file that is put in place by renaming may be older than the one before. Certificate and key
 * are taken only as a pair that fits, since one of them is always written first. What can't be used leaves what is in use alone and is told
 * once. Connections keep what they began with.
 *
 * <p>Thread-safe: a thread of its own reads the files, {@link #current} may be asked from any.
 */
final class ServerTls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----([^-]*)-----END [A-Z0-9 ]*PRIVATE KEY-----");
    private static final long MAX_FILE_BYTES = 1 << 20;

    /** Why files can't be used, in a sentence that names the file. */
    private static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1;

        UnusableException(String message) {
            super(message);
        }
    }

    /** What the files hold; compared by that. */
    private record Pem(String certificate, String privateKey, String clientAuthority) {
        /** Not the key. */
        @Override
        public String toString() {
            return "Pem";
        }
    }

    /** What is made of the files; {@code outgoing} is there among nodes only. */
    private record Contexts(SslContext incoming, @Nullable SslContext outgoing) {}

    private final TlsFiles files;
    private final @Nullable Path clientAuthority;
    private final boolean nodes;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread watcher;
    private volatile Contexts current;

    // Only the watcher uses these, once it runs.
    private Pem loaded;
    private String lastTrouble = "";

    private ServerTls(TlsFiles files, @Nullable Path clientAuthority, boolean nodes, Duration reload)
            throws UnusableException {
        this.files = files;
        this.nodes = nodes;
        this.clientAuthority = clientAuthority;
        this.loaded = read();
        this.current = contexts(loaded);
        this.watcher = Thread.ofPlatform().name("gateway-tls-files").daemon().unstarted(() -> watch(reload));
    }

    /**
     * Reads the files and begins to watch them.
     *
     * @param clientAuthority whose certificates clients must have; null if clients need none
     * @throws GatewayStartException if they can't be used
     */
    static ServerTls open(TlsFiles files, @Nullable Path clientAuthority, Duration reload) {
        return open(files, clientAuthority, false, reload);
    }

    /**
     * The same among nodes: TLS 1.3 alone, certificates on both sides, signed by one authority, and HTTP/1.1.
     *
     * @throws GatewayStartException if the files can't be used
     */
    static ServerTls openForNodes(NodeListener listener, Duration reload) {
        return open(listener.tls(), listener.nodeAuthority(), true, reload);
    }

    private static ServerTls open(TlsFiles files, @Nullable Path clientAuthority, boolean nodes, Duration reload) {
        try {
            ServerTls tls = new ServerTls(files, clientAuthority, nodes, reload);
            tls.watcher.start();
            return tls;
        } catch (UnusableException e) {
            throw new GatewayStartException(
                    (nodes ? "TLS between nodes can't be set up: " : "TLS can't be set up: ") + e.getMessage(), e);
        }
    }

    /** What new connections use. */
    SslContext current() {
        return current.incoming();
    }

    /** What new connections to other nodes use. */
    SslContext outgoing() {
        SslContext outgoing = current.outgoing();
        if (outgoing == null) {
            throw new IllegalStateException("this identity is not one among nodes");
        }
        return outgoing;
    }

    private void watch(Duration reload) {
        try {
            while (!closed.await(reload.toNanos(), TimeUnit.NANOSECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            Pem now = read();
            if (!now.equals(loaded)) {
                current = contexts(now);
                loaded = now;
                LOG.atInfo().addKeyValue("certificate", files.certificate()).log("TLS files have been read again");
            }
            lastTrouble = "";
        } catch (UnusableException e) {
            String trouble = String.valueOf(e.getMessage());
            if (!trouble.equals(lastTrouble)) {
                lastTrouble = trouble;
                LOG.atWarn()
                        .addKeyValue("reason", trouble)
                        .log("TLS files can't be used; those from before stay in use");
            }
        }
    }

    private Pem read() throws UnusableException {
        return new Pem(
                read(files.certificate()),
                read(files.privateKey()),
                clientAuthority == null ? "" : read(clientAuthority));
    }

    private static String read(Path file) throws UnusableException {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new UnusableException(file + " is too large to be a PEM file");
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new UnusableException(file + " does not exist");
        } catch (IOException e) {
            throw new UnusableException(file + " can't be read");
        }
    }

    private Contexts contexts(Pem pem) throws UnusableException {
        List<X509Certificate> chain = certificates(pem.certificate, files.certificate());
        PrivateKey key = privateKey(pem.privateKey, chain.getFirst().getPublicKey());
        if (!fits(key, chain.getFirst().getPublicKey())) {
            throw new UnusableException(
                    files.privateKey() + " is not the key of the first certificate in " + files.certificate());
        }
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(key, chain).sslProvider(SslProvider.JDK);
            if (nodes && clientAuthority != null) {
                List<X509Certificate> authority = certificates(pem.clientAuthority, clientAuthority);
                SslContext outgoing = SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .keyManager(key, chain)
                        .trustManager(authority)
                        .protocols("TLSv1.3")
                        .endpointIdentificationAlgorithm("HTTPS")
                        .build();
                SslContext incoming = builder.protocols("TLSv1.3")
                        .clientAuth(ClientAuth.REQUIRE)
                        .trustManager(authority)
                        .build();
                return new Contexts(incoming, outgoing);
            }
            builder.protocols("TLSv1.3", "TLSv1.2")
                    .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1));
            if (clientAuthority != null) {
                builder.clientAuth(ClientAuth.REQUIRE).trustManager(certificates(pem.clientAuthority, clientAuthority));
            }
            return new Contexts(builder.build(), null);
        } catch (IOException | IllegalArgumentException e) {
            throw new UnusableException(files.certificate() + " can't be used: " + e.getMessage());
        }
    }

    private static List<X509Certificate> certificates(String pem, Path file) throws UnusableException {
        List<X509Certificate> all = new ArrayList<>();
        try {
            for (var certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1)))) {
                all.add((X509Certificate) certificate);
            }
        } catch (GeneralSecurityException e) {
            throw new UnusableException(file + " holds something that is no certificate in PEM");
        }
        if (all.isEmpty()) {
            throw new UnusableException(file + " holds no certificate in PEM");
        }
        return all;
    }

    /** Nothing of the file is in the message of an error. */
    private PrivateKey privateKey(String pem, PublicKey fitting) throws UnusableException {
        Matcher block = KEY.matcher(pem);
        if (!block.find()) {
            throw new UnusableException(files.privateKey() + " holds no private key in PEM");
        }
        String kind = block.group(1).strip();
        if (!kind.isEmpty()) {
            throw new UnusableException(
                    files.privateKey() + (kind.equals("ENCRYPTED") ? " is encrypted" : " is not PKCS#8")
                            + "; make one that can be used with: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(2));
            return KeyFactory.getInstance(fitting.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnusableException(files.privateKey() + " holds no key of the kind of the certificate in "
                    + files.certificate() + " (" + fitting.getAlgorithm() + ")");
        }
    }

    private static boolean fits(PrivateKey key, PublicKey certified) {
        String algorithm = switch (certified.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> certified.getAlgorithm();
        };
        byte[] text = {1, 2, 3};
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            byte[] signature = signing.sign();
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certified);
            verifying.update(text);
            return verifying.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
