package dev.inferencekey.quarkus.deployment;

import dev.inferencekey.EndpointRef;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.WorkloadSpec;
import io.quarkus.deployment.builditem.Startable;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The testkit's platform in this JVM, with class loaders of its own: it needs a newer Netty than Quarkus has. Only its logging is shared. Used by
 * one thread at a time.
 */
final class SimulatedPlatform implements Startable {
    private static final String PLATFORM = "dev.inferencekey.testkit.InferenceKeyPlatform";
    private static final Duration LONGEST_START = Duration.ofSeconds(30);

    /** What is told of the platform's own work is not about the application. Held, since the JDK forgets levels of loggers that nobody holds. */
    private static final List<Logger> QUIET = Stream.of(
                    "dev.inferencekey.server", "com.zaxxer.hikari", "org.flywaydb", "io.helidon")
            .map(Logger::getLogger)
            .toList();

    private final PlatformLibraries libraries;
    private final Map<String, String> workloads;
    private @Nullable Running running;

    /** @param workloads what they do, by their slugs */
    SimulatedPlatform(PlatformLibraries libraries, Map<String, String> workloads) {
        this.libraries = libraries;
        this.workloads = workloads;
    }

    private record Running(URLClassLoader loader, AutoCloseable platform, Map<String, String> properties) {}

    @Override
    public void start() {
        QUIET.forEach(logger -> logger.setLevel(Level.WARNING));
        URLClassLoader loader = new URLClassLoader(
                "inferencekey-platform",
                urls(libraries.find()),
                new LoggingOnly(getClass().getClassLoader()));
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // Libraries of the platform look for their parts, and its threads inherit it.
        thread.setContextClassLoader(loader);
        try {
            AutoCloseable platform = (AutoCloseable) call(loader, "start", null);
            running = new Running(loader, platform, properties(call(loader, "properties", platform)));
        } finally {
            thread.setContextClassLoader(before);
        }
        provision();
    }

    /** What the application is told, by the name of the setting. Secrets among it. */
    String property(String name) {
        Running platform = running;
        String value = platform == null ? null : platform.properties().get(name);
        if (value == null) {
            throw new IllegalStateException("the platform is not running, or has no " + name);
        }
        return value;
    }

    @Override
    public String getConnectionInfo() {
        return property("inferencekey.base-url");
    }

    /** None: it runs in this JVM. */
    @Override
    public @Nullable String getContainerId() {
        return null;
    }

    @Override
    public void close() throws IOException {
        Running platform = running;
        running = null;
        if (platform == null) {
            return;
        }
        try {
            platform.platform().close();
        } catch (Exception e) {
            throw new IllegalStateException("the platform can't be stopped", e);
        } finally {
            platform.loader().close();
        }
    }

    private void provision() {
        try (ManagementClient management = ManagementClient.builder()
                .environment(Map.of())
                .baseUrl(property("inferencekey.base-url"))
                .project(property("inferencekey.project"))
                .token(property("inferencekey.sdk-token"))
                .build()) {
            List<EndpointRef> simulated = new ArrayList<>();
            workloads.forEach((slug, taskType) -> simulated.add(management.ensure(WorkloadSpec.builder()
                    .name(slug)
                    .slug(slug)
                    .backend("simulator")
                    .model("simulated")
                    .taskType(taskType)
                    .build())));
            WaitOptions options =
                    WaitOptions.defaults().withTimeout(LONGEST_START).withProgressLine(false);
            simulated.forEach(workload -> management.waitUntilReady(workload, options));
        }
    }

    private static URL[] urls(List<Path> jars) {
        return jars.stream()
                .filter(jar -> !jar.getFileName().toString().startsWith("slf4j-api"))
                .map(SimulatedPlatform::url)
                .toArray(URL[]::new);
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException("no address of a file: " + jar, e);
        }
    }

    private static Object call(ClassLoader loader, String method, @Nullable Object on) {
        try {
            return loader.loadClass(PLATFORM).getMethod(method).invoke(on);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("The InferenceKey platform for development can't be started", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this is another version of the testkit", e);
        }
    }

    @SuppressWarnings("unchecked") // what the testkit's method returns
    private static Map<String, String> properties(Object properties) {
        return (Map<String, String>) properties;
    }

    /** The JDK, and of everything else SLF4J alone: its lines go where those of the application go. */
    private static final class LoggingOnly extends ClassLoader {
        private final ClassLoader application;

        LoggingOnly(ClassLoader application) {
            super("inferencekey-platform-logging", getPlatformClassLoader());
            this.application = application;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("org.slf4j.")) {
                return application.loadClass(name);
            }
            throw new ClassNotFoundException(name);
        }
    }
}
