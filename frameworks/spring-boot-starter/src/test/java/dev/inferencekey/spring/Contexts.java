package dev.inferencekey.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** Contexts and credentials of the tests. The credentials are made up and open nothing. */
final class Contexts {
    static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    static final String TOKEN = "ik_sdk_a1b2c3d4_" + SECRET;
    static final String KEY = "ik_live_a1b2c3d4_" + SECRET;
    static final String OTHER_KEY = "ik_live_b1b2c3d4_" + SECRET;

    private Contexts() {}

    /** The starter alone; what the machine's environment says is left out. */
    static ApplicationContextRunner runner() {
        return withEnvironment(Map.of())
                .withConfiguration(AutoConfigurations.of(
                        InferenceKeyAutoConfiguration.class,
                        InferenceKeyActuatorAutoConfiguration.class,
                        InferenceKeyEnsureAutoConfiguration.class,
                        InferenceKeyHealthAutoConfiguration.class));
    }

    /** A runner that sees these environment variables and no others. */
    private static ApplicationContextRunner withEnvironment(Map<String, Object> variables) {
        return new ApplicationContextRunner().withInitializer(context -> environment(context, variables));
    }

    static void environment(ConfigurableApplicationContext context, Map<String, Object> variables) {
        context.getEnvironment()
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
    }

    /** What Spring Boot prints in place of the stack trace: of the analyzers that this module registers, the first that has something to say. */
    static FailureAnalysis analysis(@Nullable Throwable failure) {
        assertThat(failure).isNotNull();
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, (type, name, problem) -> {
                    // Those of Spring Boot that want a bean factory.
                })
                .stream()
                .filter(analyzer -> analyzer.getClass().getPackage() == Contexts.class.getPackage())
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new AssertionError("nobody explains it", failure));
    }

    /** How the application fails; checks on the way that no part of it shows a secret. */
    static FailureAnalysis failure(ApplicationContextRunner runner) {
        FailureAnalysis[] found = new FailureAnalysis[1];
        runner.run(context -> {
            assertThat(context).hasFailed();
            Throwable failure = context.getStartupFailure();
            assertThat(text(failure)).doesNotContain(SECRET);
            found[0] = analysis(failure);
        });
        assertThat(found[0]).isNotNull();
        assertThat(found[0].getDescription() + found[0].getAction()).doesNotContain(SECRET);
        return found[0];
    }

    static String text(@Nullable Throwable failure) {
        assertThat(failure).isNotNull();
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
