package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The headers that mean something to the gateway, and in which directions each one passes.
 *
 * <p>Notes. To and from a model server only what is listed passes: there are too many names by which one server or another routes, rewrites,
 * bills or authenticates differently, and what it does for our credential is not the caller's to choose (decision 26). It is asked
 * for no content coding, so that usage can be read from its answer. To and from the manager everything passes except what is about the
 * connection and what only the gateway may say.
 *
 * <p>Immutable and thread-safe.
 */
enum KnownHeader {
    // About one connection: they never pass.
    CONNECTION(0),
    KEEP_ALIVE(0),
    PROXY_CONNECTION(0),
    PROXY_AUTHENTICATE(0),
    PROXY_AUTHORIZATION(0),
    TE(0),
    TRAILER(0),
    TRANSFER_ENCODING(0),
    UPGRADE(0),
    HTTP2_SETTINGS(0),
    CONTENT_LENGTH(0),
    EXPECT(0),

    /** Any name with an underscore: many servers read it as a hyphen, and so as another header than the one that was looked at here. */
    UNDERSCORED(0),

    // Only the gateway says these to what is behind it.
    X_REQUEST_ID(0),
    FORWARDED(KnownHeader.FROM_MANAGER),
    X_FORWARDED_FOR(KnownHeader.FROM_MANAGER),
    X_FORWARDED_HOST(KnownHeader.FROM_MANAGER),
    X_FORWARDED_PORT(KnownHeader.FROM_MANAGER),
    X_FORWARDED_PROTO(KnownHeader.FROM_MANAGER),
    X_FORWARDED_PREFIX(KnownHeader.FROM_MANAGER),
    X_FORWARDED_SERVER(KnownHeader.FROM_MANAGER),
    X_FORWARDED_SSL(KnownHeader.FROM_MANAGER),
    X_REAL_IP(KnownHeader.FROM_MANAGER),
    X_INFERENCEKEY_INTERNAL(0),
    // Only a node says this, to another one; see NodeAnswer.
    X_INFERENCEKEY_NODE(0),

    // The caller's own: no business of a model server.
    HOST(KnownHeader.CONTROL_PLANE),
    AUTHORIZATION(KnownHeader.CONTROL_PLANE),
    COOKIE(KnownHeader.CONTROL_PLANE),
    API_KEY(KnownHeader.CONTROL_PLANE),
    X_API_KEY(KnownHeader.CONTROL_PLANE),
    ORIGIN(KnownHeader.CONTROL_PLANE),
    X_INFERENCEKEY_MAX_WAIT(KnownHeader.CONTROL_PLANE),
    // Of this, only installations like this one are told on, see Hops.
    VIA(KnownHeader.CONTROL_PLANE),

    // A browser's question.
    ACCESS_CONTROL_REQUEST_METHOD(KnownHeader.CONTROL_PLANE),
    ACCESS_CONTROL_REQUEST_HEADERS(KnownHeader.CONTROL_PLANE),

    // What a caller may say to a model server: what its body is, which answer it wants, and who it is as a program.
    ACCEPT(KnownHeader.CONTROL_PLANE | KnownHeader.TO_ANY_MODEL_SERVER),
    ACCEPT_LANGUAGE(KnownHeader.CONTROL_PLANE | KnownHeader.TO_ANY_MODEL_SERVER),
    USER_AGENT(KnownHeader.CONTROL_PLANE | KnownHeader.TO_ANY_MODEL_SERVER),
    OPENAI_BETA(KnownHeader.CONTROL_PLANE | KnownHeader.TO_ANY_MODEL_SERVER),
    IDEMPOTENCY_KEY(KnownHeader.CONTROL_PLANE | KnownHeader.TO_ANY_MODEL_SERVER),
    X_CLIENT_REQUEST_ID(KnownHeader.CONTROL_PLANE | KnownHeader.TO_ANY_MODEL_SERVER),
    // Replaced by our own where we take part in a trace.
    TRACEPARENT(KnownHeader.CONTROL_PLANE | KnownHeader.TO_MODEL_SERVER),
    TRACESTATE(KnownHeader.CONTROL_PLANE | KnownHeader.TO_MODEL_SERVER),

    CONTENT_TYPE(KnownHeader.EVERYWHERE),
    CONTENT_ENCODING(KnownHeader.EVERYWHERE),
    CONTENT_LANGUAGE(KnownHeader.EVERYWHERE),

    // What a model server may say to a caller besides; its other headers name the engine, its address or its own
    // limits.
    CONTENT_DISPOSITION(KnownHeader.CONTROL_PLANE | KnownHeader.FROM_MODEL_SERVER),
    CACHE_CONTROL(KnownHeader.CONTROL_PLANE | KnownHeader.FROM_MODEL_SERVER),
    RETRY_AFTER(KnownHeader.CONTROL_PLANE | KnownHeader.FROM_MODEL_SERVER),
    OPENAI_PROCESSING_MS(KnownHeader.CONTROL_PLANE | KnownHeader.FROM_MODEL_SERVER),
    OPENAI_VERSION(KnownHeader.CONTROL_PLANE | KnownHeader.FROM_MODEL_SERVER),

    // The simulator's, which nobody else may claim to be.
    X_INFERENCEKEY_SIMULATED(KnownHeader.CONTROL_PLANE | KnownHeader.FROM_OWN_MODEL_SERVER);

    static final int TO_MODEL_SERVER = 1;
    static final int TO_MANAGER = 2;
    static final int FROM_MODEL_SERVER = 4;
    static final int FROM_MANAGER = 8;

    /** To a model server that is told of our place in a trace. */
    static final int TO_TRACED_MODEL_SERVER = 16;
    /** From a model server that this platform has started. */
    static final int FROM_OWN_MODEL_SERVER = 32;

    /** The directions in which a header passes that is not known. */
    static final int UNKNOWN = TO_MANAGER | FROM_MANAGER;

    private static final int CONTROL_PLANE = TO_MANAGER | FROM_MANAGER;
    private static final int TO_ANY_MODEL_SERVER = TO_MODEL_SERVER | TO_TRACED_MODEL_SERVER;
    private static final int EVERYWHERE = CONTROL_PLANE | TO_ANY_MODEL_SERVER | FROM_MODEL_SERVER;

    private static final int BUCKETS = 256;
    private static final @Nullable KnownHeader[][] BY_HASH = new KnownHeader[BUCKETS][];

    static {
        for (KnownHeader header : values()) {
            int bucket = hash(header.lowerCase) & (BUCKETS - 1);
            @Nullable KnownHeader[] before = BY_HASH[bucket];
            int length = before == null ? 0 : before.length;
            @Nullable KnownHeader[] longer = new KnownHeader[length + 1];
            if (before != null) {
                System.arraycopy(before, 0, longer, 0, length);
            }
            longer[length] = header;
            BY_HASH[bucket] = longer;
        }
    }

    private final byte[] lowerCase;
    private final int directions;

    KnownHeader(int directions) {
        this.lowerCase = name().toLowerCase(Locale.ROOT).replace('_', '-').getBytes(US_ASCII);
        this.directions = directions;
    }

    /** Where it stands in arrays and sets of bits; less than 64. */
    @SuppressWarnings("EnumOrdinal") // An index and nothing that is stored or told.
    int index() {
        return ordinal();
    }

    /** Its name in lower case. */
    String text() {
        return new String(lowerCase, US_ASCII);
    }

    /** Whether it passes in this direction. */
    boolean passes(int direction) {
        return (directions & direction) != 0;
    }

    /** The header with this name, in any case; {@code hash} is {@link #hash} of its lower-case bytes. */
    static @Nullable KnownHeader find(byte[] bytes, int from, int to, int hash) {
        @Nullable KnownHeader[] bucket = BY_HASH[hash & (BUCKETS - 1)];
        if (bucket == null) {
            return null;
        }
        for (KnownHeader header : bucket) {
            if (header != null && header.isNamed(bytes, from, to)) {
                return header;
            }
        }
        return null;
    }

    /** Goes on with a hash by one lower-case byte. */
    static int hash(int before, int lowerCaseByte) {
        return before * 31 + lowerCaseByte;
    }

    private static int hash(byte[] lowerCase) {
        int hash = 0;
        for (byte b : lowerCase) {
            hash = hash(hash, b);
        }
        return hash;
    }

    private boolean isNamed(byte[] bytes, int from, int to) {
        if (to - from != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            byte b = bytes[from + i];
            if ((b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }
}
