package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.signon.SignOnSettings;
import java.time.Instant;
import java.util.Optional;

/** The provider that people sign in through, and who they are there. */
public interface SignOnStore {
    /** What the client secret's ciphertext is bound to; see {@code SecretCipher}. */
    static String sealContext(String tenantId) {
        return "sign-on-client-secret:" + tenantId;
    }

    /** How people are told of the client secret. */
    String SECRET_NAME = "the client secret of single sign-on";

    Optional<SignOnSettings> settings(String tenantId);

    /** The client secret that belongs to the settings. */
    Optional<byte[]> sealedSecret(String tenantId);

    void put(String tenantId, SignOnSettings settings, byte[] sealedSecret);

    /** Keeps who people are at the provider. */
    boolean delete(String tenantId);

    /** The id of the person who is {@code subject} at this issuer. */
    Optional<String> userOf(String issuer, String subject);

    /** Returns false, and changes nothing, if somebody is this subject already, or the person is another one at this issuer. */
    boolean link(String issuer, String subject, String userId, Instant at);

    /** Takes a sign-in that was begun, by its state, until it would have expired; false if it was taken before. */
    boolean useState(String state, Instant expiresAt);

    /** Forgets the states that have expired at {@code now}, and of the others the oldest beyond {@code keep}. */
    void trimStates(Instant now, int keep);
}
