package dev.inferencekey.server.ports;

/** Makes identifiers. Thread-safe. */
public interface IdSource {
    /**
     * A new id {@code <prefix>_<26 characters>}: time-ordered (later ids of one process sort after earlier ones, byte by byte), and
     * with so many random bits (80; 72 new ones within a millisecond) that nobody guesses one.
     */
    String next(String prefix);
}
