package dev.inferencekey.quarkus.deployment;

import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.quarkus.Endpoints;
import io.quarkus.deployment.IsProduction;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.BuildSteps;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.DevServicesResultBuildItem;
import io.quarkus.deployment.dev.devservices.DevServicesConfig;
import io.quarkus.deployment.pkg.builditem.CurateOutcomeBuildItem;
import io.smallrye.config.SmallRyeConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.jandex.IndexView;
import org.jboss.logging.Logger;

/**
 * Starts a platform for development and tests where the settings name no other, and hands the application what it would have in production: an
 * address, a project, and the credential for what it does. One that calls and provisions gets both, and is refused unless it is told that it
 * may hold them.
 */
@BuildSteps(onlyIfNot = IsProduction.class, onlyIf = DevServicesConfig.Enabled.class)
final class DevServiceProcessor {
    private static final Logger LOG = Logger.getLogger("dev.inferencekey.quarkus");
    private static final int REQUIRED_JDK = 25;
    private static final String PROJECT = "inferencekey.project";
    private static final List<String> ANOTHER_PLATFORM =
            List.of("inferencekey.base-url", "inferencekey.api-key", "inferencekey.sdk-token");

    @BuildStep
    void start(
            InferenceKeyBuildTimeConfig settings,
            CombinedIndexBuildItem index,
            CurateOutcomeBuildItem application,
            BuildProducer<DevServicesResultBuildItem> services) {
        SettingsInSight config = new SettingsInSight(ConfigProvider.getConfig().unwrap(SmallRyeConfig.class));
        if (!settings.devservices().enabled() || ANOTHER_PLATFORM.stream().anyMatch(config::has)) {
            return;
        }
        Map<String, String> endpoints = config.endpoints();
        boolean provisions =
                config.isTrue("inferencekey.ensure.enabled") || uses(index.getIndex(), ManagementClient.class);
        boolean calls = !endpoints.isEmpty()
                || Stream.of(DataClient.class, Endpoint.class, Endpoints.class)
                        .anyMatch(type -> uses(index.getIndex(), type));
        if (!provisions && !calls) {
            return;
        }
        if (Runtime.version().feature() < REQUIRED_JDK) {
            LOG.warnf(
                    "No InferenceKey platform is started for development: it needs JDK %d, and this is %d. Use that JDK, or set"
                            + " inferencekey.base-url and a credential, such as those that `ik up` shows.",
                    REQUIRED_JDK, Runtime.version().feature());
            return;
        }
        Map<String, String> simulated = new TreeMap<>();
        endpoints.values().forEach(slug -> simulated.put(slug, "text2text"));
        simulated.putAll(settings.devservices().taskTypes());
        warnOfOtherProjects(config, endpoints);
        services.produce(DevServicesResultBuildItem.<SimulatedPlatform>owned()
                .feature(InferenceKeyProcessor.FEATURE)
                .description("A platform whose models are simulated")
                .serviceConfig(simulated)
                .startable(
                        () -> new SimulatedPlatform(PlatformLibraries.of(application.getApplicationModel()), simulated))
                .configProvider(provided(calls, provisions))
                .build());
    }

    private static Map<String, Function<SimulatedPlatform, String>> provided(boolean calls, boolean provisions) {
        List<String> properties = new ArrayList<>(List.of("inferencekey.base-url", PROJECT));
        if (calls) {
            properties.add("inferencekey.api-key");
        }
        if (provisions) {
            properties.add("inferencekey.sdk-token");
        }
        Map<String, Function<SimulatedPlatform, String>> provided = new HashMap<>();
        properties.forEach(property -> provided.put(property, platform -> platform.property(property)));
        return provided;
    }

    /** What an application sets itself comes before what it is told here. */
    private static void warnOfOtherProjects(SettingsInSight config, Map<String, String> endpoints) {
        Stream.concat(
                        Stream.of(PROJECT),
                        endpoints.keySet().stream().map(name -> "inferencekey.endpoints." + name + ".project"))
                .filter(config::has)
                .forEach(property -> LOG.warnf(
                        "%s is set, and the simulated platform has another project, so calls will fail. Where only production has it,"
                                + " name the setting %%prod.%s.",
                        property, property));
    }

    private static boolean uses(IndexView application, Class<?> type) {
        return application.getKnownUsers(type).stream()
                .anyMatch(user -> !user.name().toString().startsWith("dev.inferencekey."));
    }
}
