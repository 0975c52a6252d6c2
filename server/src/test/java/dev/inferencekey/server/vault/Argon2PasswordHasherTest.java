package dev.inferencekey.server.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class Argon2PasswordHasherTest {
    private final Argon2PasswordHasher hasher = new Argon2PasswordHasher(new SecureRandom());

    @Test
    void verifiesThePasswordAndNoOther() {
        String encoded = hasher.hash("correct horse ✓ battery");

        assertThat(hasher.verify("correct horse ✓ battery", encoded)).isTrue();
        assertThat(hasher.verify("correct horse ✓ batterz", encoded)).isFalse();
        assertThat(hasher.verify("", encoded)).isFalse();
    }

    @Test
    void saltsEachHashAndNamesItsParameters() {
        String one = hasher.hash("correct horse");

        assertThat(one).startsWith("$argon2id$v=19$m=19456,t=2,p=1$").isNotEqualTo(hasher.hash("correct horse"));
    }

    @Test
    void verifiesAHashOfAnotherImplementation() {
        // From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 24
        String reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

        assertThat(hasher.verify("password", reference)).isTrue();
        assertThat(hasher.verify("Password", reference)).isFalse();
    }

    @Test
    void takesAsLongForAnAccountThatDoesNotExist() {
        String encoded = hasher.hash("correct horse");
        hasher.verifyNothing("warm up");

        Duration real = fastest(() -> hasher.verify("wrong horse", encoded));
        Duration nothing = fastest(() -> hasher.verifyNothing("wrong horse"));

        assertThat(nothing).isBetween(real.dividedBy(2), real.multipliedBy(2));
        assertThat(hasher.verifyNothing("wrong horse")).isFalse();
    }

    @Test
    void spendsNoTimeOnAbsurdPasswords() {
        String absurd = "x".repeat(Argon2PasswordHasher.MAX_LENGTH + 1);

        assertThatThrownBy(() -> hasher.hash(absurd)).hasMessageContaining("at most 1024");
        assertThat(hasher.verify(absurd, "not even looked at")).isFalse();
        assertThat(hasher.verifyNothing(absurd)).isFalse();
    }

    private static Duration fastest(Runnable work) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long begin = System.nanoTime();
            work.run();
            best = Math.min(best, System.nanoTime() - begin);
        }
        return Duration.ofNanos(best);
    }
}
