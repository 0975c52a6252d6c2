package dev.inferencekey.testkit;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * The project of all Spring tests of this JVM, on a platform of its own. Spring keeps a context for further classes that are configured alike,
 * and with it the project that the context's clients are for: a project for each class would be another than that.
 *
 * <p>It is started by whoever needs it first, the extension or a context, and ends with the last test.
 */
final class SpringProject {
    private static final String SPRING_EXTENSION = "org.springframework.test.context.junit.jupiter.SpringExtension";

    // Guarded by the class.
    private static @Nullable InferenceKeyPlatform platform;

    private SpringProject() {}

    /** Whether a test class is one of Spring's with {@link InferenceKeyTest}, itself or a class that it is nested in. Spring need not be there. */
    static boolean isFor(Class<?> testClass) {
        boolean spring = false;
        boolean ours = false;
        for (Class<?> type = testClass; type != null; type = type.getEnclosingClass()) {
            spring |= AnnotationSupport.findRepeatableAnnotations(type, ExtendWith.class).stream()
                    .flatMap(extensions -> Arrays.stream(extensions.value()))
                    .anyMatch(extension -> extension.getName().equals(SPRING_EXTENSION));
            ours |= AnnotationSupport.isAnnotated(type, InferenceKeyTest.class);
            if (!isInner(type)) {
                break;
            }
        }
        return spring && ours;
    }

    private static boolean isInner(Class<?> type) {
        return type.isMemberClass() && !Modifier.isStatic(type.getModifiers());
    }

    static synchronized InferenceKeyPlatform get() {
        if (platform == null) {
            platform = InferenceKeyPlatform.start();
        }
        return platform;
    }

    /** A later run of tests in the same JVM starts another. */
    static synchronized void end() {
        if (platform != null) {
            platform.close();
            platform = null;
        }
    }
}
