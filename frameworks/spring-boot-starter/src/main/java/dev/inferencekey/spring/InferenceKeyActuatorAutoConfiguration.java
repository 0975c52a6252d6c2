package dev.inferencekey.spring;

import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Keeps credentials out of {@code /actuator/env} and {@code /actuator/configprops}, also where these show values. */
@AutoConfiguration
@ConditionalOnClass(SanitizingFunction.class)
public final class InferenceKeyActuatorAutoConfiguration {
    @Bean
    SanitizingFunction inferenceKeySanitizingFunction() {
        return new CredentialSanitizer();
    }
}
