package dev.inferencekey.quarkus.deployment;

import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.quarkus.DataClientCustomizer;
import dev.inferencekey.quarkus.EndpointName;
import dev.inferencekey.quarkus.Endpoints;
import dev.inferencekey.quarkus.ManagementClientCustomizer;
import dev.inferencekey.quarkus.internal.EndpointsHealthCheck;
import dev.inferencekey.quarkus.internal.InferenceKeyRecorder;
import dev.inferencekey.quarkus.internal.MeteredCalls;
import dev.inferencekey.quarkus.internal.Startup;
import io.quarkus.arc.BeanDestroyer;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.BeanDiscoveryFinishedBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.arc.deployment.UnremovableBeanBuildItem;
import io.quarkus.arc.processor.InjectionPointInfo;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.ExtensionSslNativeSupportBuildItem;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.nativeimage.NativeImageResourcePatternsBuildItem;
import io.quarkus.deployment.metrics.MetricsCapabilityBuildItem;
import io.quarkus.runtime.metrics.MetricsFactory;
import io.quarkus.smallrye.health.deployment.spi.HealthBuildItem;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.DotName;
import org.jboss.jandex.Type;

/**
 * Makes the clients, and every endpoint that is asked for by name, beans. Whether one is configured is known only when the application starts:
 * until then a bean is there for each injection point, and one that turns out not to be configured ends the start with the reason. All give way
 * to beans that the application defines.
 */
final class InferenceKeyProcessor {
    static final String FEATURE = "inferencekey";

    private static final DotName ENDPOINT = DotName.createSimple(Endpoint.class);
    private static final Set<DotName> NAMES =
            Set.of(DotName.createSimple(Named.class), DotName.createSimple(EndpointName.class));

    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem(FEATURE);
    }

    @BuildStep
    void beans(BuildProducer<AdditionalBeanBuildItem> beans, BuildProducer<UnremovableBeanBuildItem> unremovable) {
        beans.produce(AdditionalBeanBuildItem.builder()
                .addBeanClasses(EndpointName.class, Startup.class)
                .setUnremovable()
                .build());
        unremovable.produce(
                UnremovableBeanBuildItem.beanTypes(DataClientCustomizer.class, ManagementClientCustomizer.class));
    }

    @BuildStep
    @Record(ExecutionTime.RUNTIME_INIT)
    void clients(InferenceKeyRecorder recorder, BuildProducer<SyntheticBeanBuildItem> beans) {
        recorder.verify();
        beans.produce(SyntheticBeanBuildItem.configure(DataClient.class)
                .scope(Singleton.class)
                .defaultBean()
                .setRuntimeInit()
                .createWith(recorder.dataClient())
                .destroyer(BeanDestroyer.AutoCloseableDestroyer.class)
                .done());
        beans.produce(SyntheticBeanBuildItem.configure(ManagementClient.class)
                .scope(Singleton.class)
                .defaultBean()
                .setRuntimeInit()
                .checkActive(recorder.managementClientIsConfigured())
                .createWith(recorder.managementClient())
                .destroyer(BeanDestroyer.AutoCloseableDestroyer.class)
                .startup()
                .done());
        beans.produce(SyntheticBeanBuildItem.configure(Endpoints.class)
                .scope(Singleton.class)
                .defaultBean()
                .setRuntimeInit()
                .addInjectionPoint(Type.create(DataClient.class))
                .createWith(recorder.endpoints())
                .done());
    }

    @BuildStep
    @Record(ExecutionTime.RUNTIME_INIT)
    void endpoints(
            InferenceKeyRecorder recorder,
            BeanDiscoveryFinishedBuildItem discovered,
            BuildProducer<SyntheticBeanBuildItem> beans) {
        Set<String> names = new TreeSet<>();
        boolean nameless = false;
        for (InjectionPointInfo point : discovered.getInjectionPoints()) {
            if (!point.getRequiredType().name().equals(ENDPOINT)) {
                continue;
            }
            Optional<String> name = name(point);
            name.ifPresent(names::add);
            nameless |= name.isEmpty() && point.hasDefaultedQualifier();
        }
        for (String name : names) {
            beans.produce(SyntheticBeanBuildItem.configure(Endpoint.class)
                    .identifier(name)
                    .scope(Singleton.class)
                    .defaultBean()
                    .setRuntimeInit()
                    .named(name)
                    .addQualifier()
                    .annotation(EndpointName.class)
                    .addValue("value", name)
                    .done()
                    .addInjectionPoint(Type.create(Endpoints.class))
                    .checkActive(recorder.endpointIsConfigured(name))
                    .createWith(recorder.endpoint(name))
                    .startup()
                    .done());
        }
        if (nameless) {
            beans.produce(SyntheticBeanBuildItem.configure(Endpoint.class)
                    .scope(Singleton.class)
                    .defaultBean()
                    .setRuntimeInit()
                    .addInjectionPoint(Type.create(Endpoints.class))
                    .checkActive(recorder.thereIsOneEndpoint())
                    .createWith(recorder.onlyEndpoint())
                    .startup()
                    .done());
        }
    }

    private static Optional<String> name(InjectionPointInfo point) {
        return point.getRequiredQualifiers().stream()
                .filter(qualifier -> NAMES.contains(qualifier.name()))
                .map(AnnotationInstance::value)
                .map(AnnotationValue::asString)
                .findFirst();
    }

    @BuildStep
    HealthBuildItem health(InferenceKeyBuildTimeConfig config) {
        return new HealthBuildItem(
                EndpointsHealthCheck.class.getName(), config.health().enabled());
    }

    @BuildStep
    void metrics(Optional<MetricsCapabilityBuildItem> metrics, BuildProducer<AdditionalBeanBuildItem> beans) {
        if (metrics.isPresent() && metrics.get().metricsSupported(MetricsFactory.MICROMETER)) {
            beans.produce(AdditionalBeanBuildItem.unremovableOf(MeteredCalls.class));
        }
    }

    @BuildStep
    void nativeImage(
            BuildProducer<ExtensionSslNativeSupportBuildItem> tls,
            BuildProducer<NativeImageResourcePatternsBuildItem> resources) {
        tls.produce(new ExtensionSslNativeSupportBuildItem(FEATURE));
        resources.produce(NativeImageResourcePatternsBuildItem.builder()
                .includeGlobs("inferencekey/*.yaml", "inferencekey/*.yml")
                .build());
    }
}
