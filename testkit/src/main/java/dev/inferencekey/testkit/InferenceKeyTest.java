package dev.inferencekey.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class that is given a platform: constructors and methods may take an {@link InferenceKeyPlatform}, a {@code ManagementClient}, a
 * {@code DataClient}, and with {@link Workload} an {@code Endpoint} or a {@link ScriptedWorkload}.
 *
 * <p>All classes of a JVM share one platform, which starts with the first that needs it and ends with the last test. Each class has a
 * project of its own, with its nested classes, so that classes may run at the same time.
 *
 * <p>On a Spring Boot test, as beside {@code @SpringBootTest}, it also connects the application: address, project and API key of the platform
 * come before all other properties, and all endpoints that the application declares are in this project and have this key. Spring keeps
 * contexts for further classes, so all Spring tests share one project.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(InferenceKeyExtension.class)
public @interface InferenceKeyTest {
    /**
     * Whether a Spring Boot application gets an SDK token with all scopes in place of the API key, because it provisions workloads. One with
     * {@code inferencekey.allow-both-credentials=true} gets both. Without effect elsewhere.
     */
    boolean sdkToken() default false;
}
