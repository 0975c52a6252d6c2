package dev.inferencekey.testkit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.util.ClassUtils;

/** Connects the Spring Boot applications of tests with {@link InferenceKeyTest}. Spring finds it by {@code META-INF/spring.factories}. */
final class SpringContextCustomizerFactory implements ContextCustomizerFactory {
    /** Without Spring Boot there is no starter to be configured. */
    private static final boolean BOOT = ClassUtils.isPresent(
            "org.springframework.boot.context.properties.bind.Binder",
            SpringContextCustomizerFactory.class.getClassLoader());

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
        InferenceKeyTest test = TestContextAnnotationUtils.findMergedAnnotation(testClass, InferenceKeyTest.class);
        return test == null || !BOOT ? null : new SpringConnection(SpringProject.get(), test.sdkToken());
    }
}
