package dev.inferencekey.server.ports;

/** Makes identifiers. Thread-safe. */
public interface IdSource {
    /**
     * A new id {@code <prefix>_<26 characters>}: time-ordered (later ids of one process sort after earlier ones, byte by byte), and
     * with at least 80 random bits, so that nobody guesses one.
     */
    String next(String prefix);
}
