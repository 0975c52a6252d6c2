package dev.inferencekey.quarkus.deployment;

import io.quarkus.runtime.annotations.ConfigDocMapKey;
import io.quarkus.runtime.annotations.ConfigGroup;
import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Map;

/** The settings below {@code inferencekey.} that are fixed when an application is built. */
@ConfigMapping(prefix = "inferencekey")
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
public interface InferenceKeyBuildTimeConfig {
    /** The health check of endpoints. */
    Health health();

    /** The platform that is started for development and tests. */
    DevServices devservices();

    /** The health check of endpoints. */
    @ConfigGroup
    interface Health {
        /** Whether readiness tells of endpoints, where the application has SmallRye Health. */
        @WithDefault("true")
        boolean enabled();
    }

    /** The platform that is started for development and tests. */
    @ConfigGroup
    interface DevServices {
        /** Whether a platform is started where neither the server's address nor a credential is set. Needs JDK 25. */
        @WithDefault("true")
        boolean enabled();

        /** What simulated workloads do, by slug, such as {@code embedding}; those of endpoints that stand here not are {@code text2text}. */
        @ConfigDocMapKey("workload-slug")
        Map<String, String> taskTypes();
    }
}
