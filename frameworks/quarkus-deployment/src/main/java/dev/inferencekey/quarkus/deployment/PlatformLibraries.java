package dev.inferencekey.quarkus.deployment;

import io.quarkus.bootstrap.model.ApplicationModel;
import io.quarkus.bootstrap.resolver.maven.BootstrapMavenException;
import io.quarkus.bootstrap.resolver.maven.MavenArtifactResolver;
import io.quarkus.maven.dependency.ResolvedDependency;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.aether.artifact.DefaultArtifact;

/**
 * Finds the jars of the testkit, in the version of this extension and with the dependencies that it names itself. They are no dependencies of the
 * extension: an application's Quarkus has other versions of some, and whoever only builds for production should not fetch a platform.
 */
final class PlatformLibraries {
    private static final String GROUP = "dev.inferencekey";

    private final String version;

    private PlatformLibraries(String version) {
        this.version = version;
    }

    static PlatformLibraries of(ApplicationModel application) {
        for (ResolvedDependency dependency : application.getDependencies()) {
            if (dependency.getGroupId().equals(GROUP)
                    && dependency.getArtifactId().equals("inferencekey-quarkus")) {
                return new PlatformLibraries(dependency.getVersion());
            }
        }
        throw new IllegalStateException("the extension is no dependency of the application that it is used in");
    }

    /** Fetches what is not in the local repository yet. */
    List<Path> find() {
        DefaultArtifact testkit = new DefaultArtifact(GROUP, "inferencekey-testkit", "jar", version);
        try {
            return MavenArtifactResolver.builder()
                    .build()
                    .resolveDependencies(testkit, List.of())
                    .getArtifactResults()
                    .stream()
                    .map(result -> result.getArtifact().getFile().toPath())
                    .toList();
        } catch (BootstrapMavenException e) {
            throw new IllegalStateException(
                    "The InferenceKey platform for development can't be fetched (" + testkit
                            + "). Set inferencekey.devservices.enabled=false to do without, or inferencekey.base-url to use another"
                            + " platform.",
                    e);
        }
    }
}
