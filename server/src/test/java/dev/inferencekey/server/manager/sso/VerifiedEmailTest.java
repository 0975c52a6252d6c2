package dev.inferencekey.server.manager.sso;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class VerifiedEmailTest {
    private static final String MICROSOFT = "https://login.microsoftonline.com/11111111-2222/v2.0";
    private static final String EMAIL = "Ann@Example.com";

    @Test
    void takesTheAddressInLowerCaseIfItIsVerified() {
        assertThat(VerifiedEmail.of("https://id.test", Map.of("email", EMAIL, "email_verified", true)))
                .isEqualTo("ann@example.com");
        assertThat(VerifiedEmail.of("https://id.test", Map.of("email", EMAIL, "email_verified", "true")))
                .isEqualTo("ann@example.com");
        assertThat(VerifiedEmail.of("https://id.test", Map.of("email", EMAIL))).isNull();
    }

    @Test
    void takesMicrosoftsWordForTheDomainFromMicrosoftOnly() {
        assertThat(VerifiedEmail.of(MICROSOFT, Map.of("email", EMAIL, "xms_edov", true)))
                .isEqualTo("ann@example.com");
        assertThat(VerifiedEmail.of(MICROSOFT, Map.of("email", EMAIL, "xms_edov", "1")))
                .isEqualTo("ann@example.com");
        assertThat(VerifiedEmail.of(MICROSOFT, Map.of("email", EMAIL, "xms_edov", false)))
                .isNull();
        assertThat(VerifiedEmail.of(MICROSOFT, Map.of("email", EMAIL))).isNull();
        assertThat(VerifiedEmail.of(MICROSOFT, Map.of("email", EMAIL, "xms_edov", true, "email_verified", false)))
                .isNull();
        assertThat(VerifiedEmail.of(
                        "https://login.microsoftonline.com.evil.test/", Map.of("email", EMAIL, "xms_edov", true)))
                .isNull();
    }
}
