package dev.inferencekey.spring;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether the application may have an SDK token: it is a property, or {@link InferenceKeyConnectionDetails} may bring it. */
final class SdkTokenCondition extends SpringBootCondition implements ConfigurationCondition {
    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("SDK token");
        String token = Binder.get(context.getEnvironment())
                .bind(Connection.SDK_TOKEN, String.class)
                .orElse("");
        if (!token.isBlank()) {
            return ConditionOutcome.match(message.found("property").items(Connection.SDK_TOKEN));
        }
        ConfigurableListableBeanFactory beans = context.getBeanFactory();
        String[] details = beans == null
                ? new String[0]
                : beans.getBeanNamesForType(InferenceKeyConnectionDetails.class, true, false);
        return details.length > 0
                ? ConditionOutcome.match(message.found("bean").items((Object[]) details))
                : ConditionOutcome.noMatch(message.didNotFind("property").items(Connection.SDK_TOKEN));
    }
}
