package dev.inferencekey.cli.api;

import dev.inferencekey.contract.credential.Redaction;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Where the platform answers: an absolute http(s) address without query, and without a slash at its end. */
public record ServerAddress(URI base) {
    public static final ServerAddress DEFAULT = new ServerAddress(URI.create("http://127.0.0.1:8080"));

    /**
     * Reads what a person wrote.
     *
     * @throws UsageException if it is no address of a server
     */
    public static ServerAddress parse(String text, String origin) {
        String address = text.strip();
        while (address.endsWith("/")) {
            address = address.substring(0, address.length() - 1);
        }
        try {
            URI uri = new URI(address);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean fits = (scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getPort() <= 65_535;
            if (fits) {
                return new ServerAddress(uri);
            }
        } catch (URISyntaxException e) {
            // Told below: what is wrong with the text helps less than what is expected.
        }
        throw new UsageException(
                origin + " must be an address such as http://127.0.0.1:8080, without user name and password, but is \""
                        + Redaction.scrubAddress(text) + "\"");
    }

    /** Whether the name itself says that it is this machine. Nothing is looked up: a name server must not decide this. */
    public boolean isLoopback() {
        String host = base.getHost().toLowerCase(Locale.ROOT);
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    public boolean isEncrypted() {
        return "https".equalsIgnoreCase(base.getScheme());
    }

    /** Whether what is sent can be read on the way. */
    public boolean isOpenToEavesdroppers() {
        return !isEncrypted() && !isLoopback();
    }

    /** The address of a path that starts with a slash and is already encoded. */
    public URI at(String encodedPath) {
        return URI.create(base + encodedPath);
    }

    @Override
    public String toString() {
        return base.toString();
    }
}
