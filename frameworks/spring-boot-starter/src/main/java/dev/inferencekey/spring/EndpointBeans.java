package dev.inferencekey.spring;

import dev.inferencekey.Endpoint;
import dev.inferencekey.spring.InferenceKeyProperties.EndpointSettings;
import java.util.Locale;
import java.util.Map;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Makes each endpoint of the properties a bean of its name; {@code support-bot} also as {@code supportBot}, so that a parameter of that name
 * finds it. An {@link Endpoint} of the same name that the application defines comes first.
 *
 * <p>The definitions are plain data, a factory method with two arguments: only such survive processing ahead of time.
 */
final class EndpointBeans implements ImportBeanDefinitionRegistrar {
    private final Environment environment;
    private final BeanFactory beans;

    EndpointBeans(Environment environment, BeanFactory beans) {
        this.environment = environment;
        this.beans = beans;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
        Map<String, EndpointSettings> endpoints = Binder.get(environment)
                .bind("inferencekey.endpoints", Bindable.mapOf(String.class, EndpointSettings.class))
                .orElseGet(Map::of);
        for (String name : endpoints.keySet()) {
            if (registry.isBeanNameInUse(name)) {
                requireEndpoint(name);
                continue;
            }
            registry.registerBeanDefinition(
                    name,
                    BeanDefinitionBuilder.rootBeanDefinition(EndpointBeans.class, "endpoint")
                            .addConstructorArgValue(new RuntimeBeanReference(Endpoints.class))
                            .addConstructorArgValue(name)
                            .getBeanDefinition());
            String alias = camelCase(name);
            if (!registry.isBeanNameInUse(alias)) {
                registry.registerAlias(name, alias);
            }
        }
    }

    /** The factory method of the definitions. */
    static Endpoint endpoint(Endpoints endpoints, String name) {
        return endpoints.get(name);
    }

    private void requireEndpoint(String name) {
        Class<?> type = beans.getType(name, false);
        if (type == null || !Endpoint.class.isAssignableFrom(type)) {
            throw StartupFailure.nameTaken(name);
        }
    }

    private static String camelCase(String name) {
        StringBuilder alias = new StringBuilder(name.length());
        for (String word : name.split("[-_.]+")) {
            alias.append(
                    alias.isEmpty() || word.isEmpty()
                            ? word
                            : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
        }
        return alias.toString();
    }
}
