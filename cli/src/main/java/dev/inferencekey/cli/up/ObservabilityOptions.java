package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the platform can be watched. Filled by picocli on one thread. */
final class ObservabilityOptions {
    private static final List<String> TARGETS = List.of("off", "file", "stdout");
    private static final String OFF = "off";
    private static final int HIGHEST_PORT = 65_535;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description = "Where metrics and health are served on this machine: a port, 0 for any free one, or off"
                    + " (default: 9464, or any free one if that is taken).")
    private @Nullable String adminPort;

    @Option(
            names = "--access-log",
            paramLabel = "WHERE",
            defaultValue = "file",
            description = "Where a line for each request goes: file (default, logs/access.log), stdout or off.")
    private String accessLog = "file";

    @Option(
            names = "--otlp-endpoint",
            paramLabel = "URL",
            description = "Send a trace of each request there, as OTLP over HTTP (default: what"
                    + " OTEL_EXPORTER_OTLP_ENDPOINT says, else no traces).")
    private @Nullable String otlpEndpoint;

    @Option(
            names = "--trace-ratio",
            paramLabel = "0..1",
            description = "How many of the requests are traced whose caller does not say (default: all).")
    private @Nullable Double traceRatio;

    /** @param adminHost the address to serve metrics and health on */
    LaunchSettings.Observability settings(String adminHost) {
        if (!TARGETS.contains(accessLog)) {
            throw new UsageException("--access-log must be one of " + String.join(", ", TARGETS));
        }
        if (traceRatio != null && !(traceRatio >= 0 && traceRatio <= 1)) {
            throw new UsageException("--trace-ratio must be between 0 and 1");
        }
        return new LaunchSettings.Observability(
                adminHost, checkedAdminPort(), accessLog.toUpperCase(Locale.ROOT), checkedEndpoint(), traceRatio);
    }

    /** Null if nothing was asked for, -1 for none. */
    private @Nullable Integer checkedAdminPort() {
        if (adminPort == null) {
            return null;
        }
        if (adminPort.equals(OFF)) {
            return LaunchSettings.Observability.NO_PORT;
        }
        try {
            int port = Integer.parseInt(adminPort);
            if (port >= 0 && port <= HIGHEST_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw badPort();
        }
        throw badPort();
    }

    private static UsageException badPort() {
        return new UsageException("--admin-port must be between 0 and " + HIGHEST_PORT + ", or off");
    }

    private @Nullable URI checkedEndpoint() {
        if (otlpEndpoint == null) {
            return null;
        }
        try {
            URI url = new URI(otlpEndpoint);
            String scheme = String.valueOf(url.getScheme());
            if (url.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw badEndpoint();
        }
        throw badEndpoint();
    }

    private static UsageException badEndpoint() {
        return new UsageException("--otlp-endpoint must be a URL such as http://localhost:4318");
    }
}
