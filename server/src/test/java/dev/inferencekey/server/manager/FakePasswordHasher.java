package dev.inferencekey.server.manager;

import dev.inferencekey.server.ports.PasswordHasher;
import java.util.concurrent.atomic.AtomicInteger;

/** Hashes fast, and counts how often it was made to work. */
public final class FakePasswordHasher implements PasswordHasher {
    final AtomicInteger verifications = new AtomicInteger();

    @Override
    public String hash(String password) {
        return "fake:" + Integer.toHexString(password.hashCode()) + ":" + password.length();
    }

    @Override
    public boolean verify(String password, String encoded) {
        verifications.incrementAndGet();
        return hash(password).equals(encoded);
    }

    @Override
    public boolean verifyNothing(String password) {
        verifications.incrementAndGet();
        return false;
    }
}
