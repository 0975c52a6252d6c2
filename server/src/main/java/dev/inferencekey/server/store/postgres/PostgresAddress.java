package dev.inferencekey.server.store.postgres;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is and who comes: {@code postgresql://user:password@host:port/database?sslmode=verify-full}, as PostgreSQL's own
 * programs write it. Several hosts, separated by commas, are tried for the one that can be written. Immutable and thread-safe; its text
 * form is that of the URL without the password.
 */
public final class PostgresAddress {
    /** What an address begins with. */
    public static final String SCHEME = "postgresql://";

    private static final String SHORT_SCHEME = "postgres://";
    private static final String FORM = "postgresql://user@host:5432/database?sslmode=verify-full";
    private static final int USUAL_PORT = 5432;
    private static final int MAX_PORT = 65_535;
    private static final Pattern HOST =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::([0-9]{1,5}))?");
    private static final Set<String> TLS_MODES =
            Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

    /** What an address may say besides; the driver calls it the same. */
    private static final Set<String> PARAMETERS = Set.of("sslmode", "sslrootcert", "sslcert", "sslkey");

    private final String hosts;
    private final String database;
    private final String user;
    private final @Nullable String password;
    private final Map<String, String> parameters;

    private PostgresAddress(
            String hosts, String database, String user, @Nullable String password, Map<String, String> parameters) {
        this.hosts = hosts;
        this.database = database;
        this.user = user;
        this.password = password;
        this.parameters = Map.copyOf(parameters);
    }

    /** @throws IllegalArgumentException with a sentence that says what is wrong and repeats nothing that may be a password */
    public static PostgresAddress parse(String url) {
        String rest;
        if (url.startsWith(SCHEME)) {
            rest = url.substring(SCHEME.length());
        } else if (url.startsWith(SHORT_SCHEME)) {
            rest = url.substring(SHORT_SCHEME.length());
        } else {
            throw wrong("does not begin with " + SCHEME);
        }
        int query = rest.indexOf('?');
        Map<String, String> parameters = parameters(query < 0 ? "" : rest.substring(query + 1));
        String path = query < 0 ? rest : rest.substring(0, query);
        int at = path.lastIndexOf('@');
        if (at < 1) {
            throw wrong("names no user");
        }
        String who = path.substring(0, at);
        int colon = who.indexOf(':');
        String user = decoded(colon < 0 ? who : who.substring(0, colon));
        String password = colon < 0 ? null : decoded(who.substring(colon + 1));
        if (user.isEmpty()) {
            throw wrong("names no user");
        }
        String where = path.substring(at + 1);
        int slash = where.indexOf('/');
        String database = slash < 0 ? "" : decoded(where.substring(slash + 1));
        if (database.isEmpty()) {
            throw wrong("names no database");
        }
        if (database.indexOf('/') >= 0) {
            throw wrong("has a / in the name of the database, or in a password, where it is written %2F");
        }
        return new PostgresAddress(
                hosts(where.substring(0, slash)),
                database,
                user,
                password == null || password.isEmpty() ? null : password,
                parameters);
    }

    private static String hosts(String text) {
        List<String> hosts = new ArrayList<>();
        for (String one : text.split(",", -1)) {
            Matcher host = HOST.matcher(one);
            if (!host.matches()) {
                throw wrong("names no host, or one that can't be");
            }
            int port = host.group(2) == null ? USUAL_PORT : Integer.parseInt(host.group(2));
            if (port < 1 || port > MAX_PORT) {
                throw wrong("has a port that is not 1 to " + MAX_PORT);
            }
            hosts.add(host.group(1) + ":" + port);
        }
        return String.join(",", hosts);
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            if (!PARAMETERS.contains(name)) {
                // The name is not repeated: it may be the rest of a password with a question mark.
                throw wrong("has a parameter that is none of sslmode, sslrootcert, sslcert and sslkey");
            }
            parameters.put(name, equals < 0 ? "" : decoded(pair.substring(equals + 1)));
        }
        if (!TLS_MODES.contains(parameters.getOrDefault("sslmode", "prefer"))) {
            throw wrong("has an sslmode that is none of disable, allow, prefer, require, verify-ca and verify-full");
        }
        return parameters;
    }

    private static String decoded(String text) {
        String decoded;
        try {
            // In this part of a URL a plus sign is one.
            decoded = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw wrong("has a % that begins no escape such as %25");
        }
        if (decoded.chars().anyMatch(character -> character < ' ' || character == 0x7f)) {
            throw wrong("contains a control character");
        }
        return decoded;
    }

    private static IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("the address of the store " + what + "; write it like " + FORM);
    }

    /** The same with this password. */
    public PostgresAddress withPassword(String password) {
        return new PostgresAddress(hosts, database, user, password, parameters);
    }

    /** The same place, with the other's password, and its way of TLS unless this address says one. */
    public PostgresAddress completedBy(PostgresAddress other) {
        return new PostgresAddress(
                hosts,
                database,
                user,
                other.password == null ? password : other.password,
                parameters.isEmpty() ? other.parameters : parameters);
    }

    /** {@code host:port}, several ones separated by commas. */
    public String hosts() {
        return hosts;
    }

    public String database() {
        return database;
    }

    public String user() {
        return user;
    }

    /** A secret. Empty if the address carries none; then the driver looks into the user's {@code .pgpass}. */
    public Optional<String> password() {
        return Optional.ofNullable(password);
    }

    /** Whether both lead to the same database as the same user. */
    public boolean isSamePlaceAs(PostgresAddress other) {
        return hosts.equals(other.hosts) && database.equals(other.database) && user.equals(other.user);
    }

    /** What the driver takes as an address; without user and password. */
    public String driverUrl() {
        return "jdbc:postgresql://" + hosts + "/" + encoded(database);
    }

    /** User, password and TLS, as the driver names them. Contains a secret. */
    public Properties driverProperties() {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        if (password != null) {
            properties.setProperty("password", password);
        }
        parameters.forEach(properties::setProperty);
        // Failures are logged, and their details are values of rows.
        properties.setProperty("logServerErrorDetail", "false");
        if (hosts.indexOf(',') >= 0) {
            properties.setProperty("targetServerType", "primary");
        }
        return properties;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PostgresAddress that
                && isSamePlaceAs(that)
                && Objects.equals(password, that.password)
                && parameters.equals(that.parameters);
    }

    @Override
    public int hashCode() {
        return Objects.hash(hosts, database, user, parameters);
    }

    @Override
    public String toString() {
        return SCHEME + encoded(user) + "@" + hosts + "/" + encoded(database);
    }
}
