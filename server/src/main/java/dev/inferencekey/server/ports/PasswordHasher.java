package dev.inferencekey.server.ports;

/** Hashes people's passwords with a slow hash. Thread-safe; each call takes tens of milliseconds and some memory on purpose. */
public interface PasswordHasher {
    /** The encoded form: algorithm, parameters, salt and hash. */
    String hash(String password);

    /** Whether the password is the one. */
    boolean verify(String password, String encoded);

    /** Takes as long as a real {@link #verify} and is never true: for accounts that do not exist. */
    boolean verifyNothing(String password);
}
