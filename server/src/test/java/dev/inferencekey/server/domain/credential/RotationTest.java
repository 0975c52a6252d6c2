package dev.inferencekey.server.domain.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.Rotation.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RotationTest {
    private static final Instant ROTATED = Instant.parse("2026-06-15T09:00:00Z");
    private static final Instant NOW = ROTATED.plus(Duration.ofDays(3));
    private static final Instant END = ROTATED.plus(Duration.ofDays(7));

    @Test
    void whileTheOldSecretIsInUseItIsNotSafe() {
        assertThat(verdict(NOW.minusSeconds(60), NOW.minusSeconds(60))).isEqualTo(Verdict.OLD_IN_USE);
        assertThat(verdict(NOW.minus(Rotation.QUIET).plusSeconds(1), NOW)).isEqualTo(Verdict.OLD_IN_USE);
    }

    @Test
    void whileNobodyHasUsedTheNewOneItIsNotSafe() {
        assertThat(verdict(ROTATED.minusSeconds(60), null)).isEqualTo(Verdict.NEW_UNUSED);
        assertThat(verdict(null, null)).isEqualTo(Verdict.NEW_UNUSED);
        assertThat(verdict(NOW.minus(Rotation.QUIET), null)).isEqualTo(Verdict.NEW_UNUSED);
    }

    @Test
    void onceTheNewOneIsInUseAndTheOldOneIsNotItIsSafe() {
        assertThat(verdict(ROTATED.minusSeconds(1), NOW)).isEqualTo(Verdict.SAFE);
        assertThat(verdict(null, NOW)).isEqualTo(Verdict.SAFE);
        assertThat(verdict(NOW.minus(Rotation.QUIET), NOW)).isEqualTo(Verdict.OLD_QUIET);
    }

    @Test
    void anOverlapThatHasEndedIsNoRotation() {
        List<CredentialSecret> secrets = List.of(secret("b", null, null), secret("a", END, null));

        assertThat(Rotation.of(secrets, END.minusNanos(1))).isPresent();
        assertThat(Rotation.of(secrets, END)).isEmpty();
        assertThat(Rotation.of(List.of(secret("b", null, null)), NOW)).isEmpty();
    }

    @Test
    void ofSeveralOldSecretsTheOneThatWasUsedLastDecides() {
        CredentialSecret current = secret("c", null, null);
        CredentialSecret lost = secret("b", END, null);
        CredentialSecret inUse = secret("a", END, NOW.minusSeconds(60));

        Rotation rotation = Rotation.of(List.of(current, lost, inUse), NOW).orElseThrow();

        assertThat(rotation.old()).isEqualTo(inUse);
        assertThat(rotation.verdict()).isEqualTo(Verdict.OLD_IN_USE);
        assertThat(Rotation.of(List.of(current, lost, secret("a", END, null)), NOW)
                        .orElseThrow()
                        .old())
                .isEqualTo(lost);
    }

    private static Verdict verdict(@Nullable Instant oldUsed, @Nullable Instant newUsed) {
        Rotation rotation = Rotation.of(List.of(secret("b", null, newUsed), secret("a", END, oldUsed)), NOW)
                .orElseThrow();
        assertThat(rotation.isSafe())
                .isEqualTo(rotation.verdict() == Verdict.SAFE || rotation.verdict() == Verdict.OLD_QUIET);
        return rotation.verdict();
    }

    private static CredentialSecret secret(String letter, @Nullable Instant notAfter, @Nullable Instant used) {
        return new CredentialSecret(
                letter.repeat(8), SecretDigest.of(new byte[32]), ROTATED, notAfter, used, used == null ? null : "::1");
    }
}
