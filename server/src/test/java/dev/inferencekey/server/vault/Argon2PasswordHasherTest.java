package dev.inferencekey.server.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
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
    void worksAsHardForAnAccountThatDoesNotExist() {
        String encoded = hasher.hash("correct horse");
        hasher.verifyNothing("warm up");

        long real = Long.MAX_VALUE;
        long nothing = Long.MAX_VALUE;
        // By turns, so that both gain the same from a JVM that is getting faster.
        for (int i = 0; i < 6; i++) {
            real = Math.min(real, workOf(() -> hasher.verify("wrong horse", encoded)));
            nothing = Math.min(nothing, workOf(() -> hasher.verifyNothing("wrong horse")));
        }

        assertThat(nothing).isBetween(real / 3, real * 3);
        assertThat(hasher.verifyNothing("wrong horse")).isFalse();
    }

    @Test
    void spendsNoTimeOnAbsurdPasswords() {
        String absurd = "x".repeat(Argon2PasswordHasher.MAX_LENGTH + 1);

        assertThatThrownBy(() -> hasher.hash(absurd)).hasMessageContaining("at most 1024");
        assertThat(hasher.verify(absurd, "not even looked at")).isFalse();
        assertThat(hasher.verifyNothing(absurd)).isFalse();
    }

    /** In nanoseconds of this thread's processor time: a busy machine does not stretch it. */
    private static long workOf(Runnable work) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long begin = threads.getCurrentThreadCpuTime();
        work.run();
        return threads.getCurrentThreadCpuTime() - begin;
    }
}
