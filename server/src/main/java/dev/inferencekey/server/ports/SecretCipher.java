package dev.inferencekey.server.ports;

/** Encrypts the few secrets that the platform must be able to read back, such as an upstream's API key. Thread-safe. */
public interface SecretCipher {
    /**
     * Encrypts and authenticates.
     *
     * @param context what the secret belongs to; the ciphertext opens only with the same context, so that a row copied to another
     *     place is useless
     */
    byte[] seal(String plaintext, String context);

    /**
     * Opens what {@link #seal} made.
     *
     * @throws IllegalStateException if the bytes were changed, belong to another context or were sealed with another master key
     */
    String open(byte[] sealed, String context);
}
