package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the platform meets the world outside. Filled by picocli on one thread. */
final class EdgeOptions {
    private static final Pattern ADDRESS = Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|([^:\\[\\]]+)):([0-9]{1,5})");
    private static final int HIGHEST_PORT = 65_535;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description =
                    "Serve HTTPS (HTTP/2 and 1.1) with this certificate and its chain, in PEM; read again when it changes.")
    private @Nullable Path tlsCertificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "The certificate's key: PEM, PKCS#8, not encrypted.")
    private @Nullable Path tlsKey;

    @Option(
            names = "--trusted-proxy",
            paramLabel = "CIDR",
            description =
                    "Believe X-Forwarded-For and -Proto from there, such as 10.0.0.0/8; repeatable (default: nobody).")
    private List<String> trustedProxies = new ArrayList<>();

    @Option(
            names = "--cors-origin",
            paramLabel = "ORIGIN",
            description = "Let web pages of this origin, such as https://app.example.com, or * for all, call workloads;"
                    + " repeatable (default: none).")
    private List<String> corsOrigins = new ArrayList<>();

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description =
                    "Where applications reach the endpoints, such as https://ai.example.com, if that is not where the"
                            + " dashboard is reached: what snippets and endpoint_url say.")
    private @Nullable URI publicUrl;

    @Option(
            names = "--docs-url",
            paramLabel = "URL",
            description = "Where error answers link to: a copy of the documentation's site, such as"
                    + " https://docs.example.com/ (default: this server's own at /docs/, if it came with one).")
    private @Nullable URI docsUrl;

    @Option(
            names = "--control-listener",
            paramLabel = "HOST:PORT",
            description = "Serve the control plane there and nowhere else, to clients with a certificate.")
    private @Nullable String controlListener;

    @Option(
            names = "--control-tls-cert",
            paramLabel = "FILE",
            description = "The certificate of the control listener (default: --tls-cert).")
    private @Nullable Path controlCertificate;

    @Option(
            names = "--control-tls-key",
            paramLabel = "FILE",
            description = "The key of the control listener's certificate (default: --tls-key).")
    private @Nullable Path controlKey;

    @Option(
            names = "--control-client-ca",
            paramLabel = "FILE",
            description = "Clients of the control listener need a certificate that one of these has signed; PEM.")
    private @Nullable Path controlClientAuthority;

    LaunchSettings.Edge settings() {
        LaunchSettings.Tls tls = pair(tlsCertificate, tlsKey, "--tls-cert", "--tls-key");
        return new LaunchSettings.Edge(
                tls, List.copyOf(trustedProxies), List.copyOf(corsOrigins), publicUrl, docsUrl, control(tls));
    }

    private LaunchSettings.@Nullable Control control(LaunchSettings.@Nullable Tls ofPublicAddress) {
        LaunchSettings.Tls own = pair(controlCertificate, controlKey, "--control-tls-cert", "--control-tls-key");
        if (controlListener == null) {
            if (own != null || controlClientAuthority != null) {
                throw new UsageException(
                        "--control-tls-cert, --control-tls-key and --control-client-ca need --control-listener");
            }
            return null;
        }
        LaunchSettings.Tls tls = own == null ? ofPublicAddress : own;
        if (tls == null || controlClientAuthority == null) {
            throw new UsageException(
                    "--control-listener needs --control-client-ca, and a certificate with its key (--control-tls-cert, --control-tls-key)");
        }
        Matcher address = ADDRESS.matcher(controlListener);
        int port = address.matches() ? Integer.parseInt(address.group(3)) : -1;
        if (port < 0 || port > HIGHEST_PORT) {
            throw new UsageException(
                    "--control-listener must be an address and a port, such as 0.0.0.0:8443 or [::1]:8443");
        }
        String host = address.group(1) == null ? address.group(2) : address.group(1);
        return new LaunchSettings.Control(host, port, tls, controlClientAuthority);
    }

    private static LaunchSettings.@Nullable Tls pair(
            @Nullable Path certificate, @Nullable Path key, String nameOfCertificate, String nameOfKey) {
        if (certificate == null && key == null) {
            return null;
        }
        if (certificate == null || key == null) {
            throw new UsageException(nameOfCertificate + " and " + nameOfKey + " go together");
        }
        return new LaunchSettings.Tls(certificate, key);
    }
}
