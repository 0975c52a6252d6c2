package dev.inferencekey.testkit;

import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.ManagementClient;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What {@link InferenceKeyTest} does, for test classes that want to hold it: as a static field with {@code @RegisterExtension} it also hands
 * out the class's {@link #platform}, such as to {@code @DynamicPropertySource} of Spring.
 *
 * <p>Needs JUnit Jupiter 5.10 or newer, 6 included. Thread-safe; a static field serves one class.
 */
public final class InferenceKeyExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(InferenceKeyExtension.class);
    private static final Set<Class<?>> PLAIN =
            Set.of(InferenceKeyPlatform.class, ManagementClient.class, DataClient.class);
    private static final Set<Class<?>> WORKLOADS = Set.of(Endpoint.class, ScriptedWorkload.class);

    private volatile @Nullable InferenceKeyPlatform ofClass;

    /** The extension; {@link InferenceKeyTest} makes one by itself. */
    public InferenceKeyExtension() {}

    /**
     * The platform as the running test class sees it.
     *
     * @throws IllegalStateException if no class with this extension is running
     */
    public InferenceKeyPlatform platform() {
        InferenceKeyPlatform platform = ofClass;
        if (platform == null) {
            throw new IllegalStateException(
                    "The platform is there while tests run. Keep the extension in a static field:"
                            + " @RegisterExtension static final InferenceKeyExtension INFERENCE_KEY = new InferenceKeyExtension();");
        }
        return platform;
    }

    /** The same as {@link InferenceKeyPlatform#properties} of {@link #platform}. */
    public Map<String, String> properties() {
        return platform().properties();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        ofClass = platform(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (context.getRequiredTestClass().equals(outermost(context).getRequiredTestClass())) {
            ofClass = null;
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        if (isSprings(parameter.getParameter())) {
            return false;
        }
        Class<?> type = parameter.getParameter().getType();
        if (parameter.isAnnotated(Workload.class)) {
            if (!WORKLOADS.contains(type)) {
                throw new ParameterResolutionException(
                        "@Workload goes with an Endpoint (simulated) or a ScriptedWorkload, not with a "
                                + type.getSimpleName());
            }
            return true;
        }
        if (WORKLOADS.contains(type)) {
            throw new ParameterResolutionException("Say which workload the " + type.getSimpleName()
                    + " is: @Workload(\"support-bot\") " + type.getSimpleName() + " "
                    + parameter.getParameter().getName());
        }
        return PLAIN.contains(type);
    }

    /** Such as {@code @Autowired DataClient}: the one of the application under test. */
    private static boolean isSprings(Parameter parameter) {
        return Arrays.stream(parameter.getAnnotations())
                .anyMatch(annotation -> annotation.annotationType().getName().startsWith("org.springframework."));
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        InferenceKeyPlatform platform = platform(context);
        Class<?> type = parameter.getParameter().getType();
        if (type == ManagementClient.class) {
            return platform.management();
        }
        if (type == DataClient.class) {
            return platform.data();
        }
        if (type == InferenceKeyPlatform.class) {
            return platform;
        }
        Workload workload = parameter.findAnnotation(Workload.class).orElseThrow();
        if (type == Endpoint.class) {
            return platform.simulate(workload.value(), workload.taskType());
        }
        ScriptedWorkload scripted = platform.script(workload.value(), workload.taskType());
        scripted.reset();
        return scripted;
    }

    private static InferenceKeyPlatform platform(ExtensionContext context) {
        ExtensionContext ofClass = outermost(context);
        if (SpringProject.isFor(context.getRequiredTestClass())) {
            return kept(context.getRoot(), "spring", () -> new Kept(SpringProject.get(), SpringProject::end)).platform;
        }
        return kept(
                        ofClass,
                        "project",
                        () -> Kept.of(kept(ofClass.getRoot(), "platform", () -> Kept.of(InferenceKeyPlatform.start()))
                                .platform
                                .newProject()))
                .platform;
    }

    /** The context of the class that no other encloses. */
    private static ExtensionContext outermost(ExtensionContext context) {
        ExtensionContext found = context;
        while (found.getParent()
                .filter(parent -> parent.getTestClass().isPresent())
                .isPresent()) {
            found = found.getParent().get();
        }
        return found;
    }

    /** {@code computeIfAbsent} replaces it in JUnit 6, and is not there in 5. */
    @SuppressWarnings("deprecation")
    private static Kept kept(ExtensionContext context, String key, Supplier<Kept> make) {
        return Objects.requireNonNull(
                context.getStore(NAMESPACE).getOrComputeIfAbsent(key, ignored -> make.get(), Kept.class));
    }

    /** Closed with the context that keeps it: by JUnit 6 as the one, by 5 as the other. */
    @SuppressWarnings("deprecation")
    private record Kept(InferenceKeyPlatform platform, Runnable end)
            implements AutoCloseable, ExtensionContext.Store.CloseableResource {
        static Kept of(InferenceKeyPlatform platform) {
            return new Kept(platform, platform::close);
        }

        @Override
        public void close() {
            end.run();
        }
    }
}
