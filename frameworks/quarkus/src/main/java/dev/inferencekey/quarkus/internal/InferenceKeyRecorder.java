package dev.inferencekey.quarkus.internal;

import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.quarkus.DataClientCustomizer;
import dev.inferencekey.quarkus.Endpoints;
import dev.inferencekey.quarkus.InferenceKeyConfig;
import dev.inferencekey.quarkus.ManagementClientCustomizer;
import io.quarkus.arc.ActiveResult;
import io.quarkus.arc.Arc;
import io.quarkus.arc.InstanceHandle;
import io.quarkus.arc.SyntheticCreationalContext;
import io.quarkus.runtime.RuntimeValue;
import io.quarkus.runtime.annotations.Recorder;
import io.smallrye.config.SmallRyeConfig;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.ConfigProvider;

/** The beans of this extension, as what is recorded when an application is built makes them when it starts. */
@Recorder
public class InferenceKeyRecorder {
    private final RuntimeValue<InferenceKeyConfig> config;

    public InferenceKeyRecorder(RuntimeValue<InferenceKeyConfig> config) {
        this.config = config;
    }

    /** Ends a start with settings that can't be right or credentials that the application should not have, also where nothing uses them. */
    public void verify() {
        Placeholders.requireReplaced(ConfigProvider.getConfig().unwrap(SmallRyeConfig.class));
        new Connection(config.getValue());
    }

    public Function<SyntheticCreationalContext<DataClient>, DataClient> dataClient() {
        return context -> Clients.data(config.getValue(), all(DataClientCustomizer.class));
    }

    public Function<SyntheticCreationalContext<ManagementClient>, ManagementClient> managementClient() {
        return context -> Clients.management(config.getValue(), all(ManagementClientCustomizer.class));
    }

    public Supplier<ActiveResult> managementClientIsConfigured() {
        return () -> Connection.secret(config.getValue().sdkToken()) == null
                ? inactive(StartupFailure.noSdkToken("A ManagementClient is injected"))
                : ActiveResult.active();
    }

    public Function<SyntheticCreationalContext<Endpoints>, Endpoints> endpoints() {
        return context -> Clients.endpoints(config.getValue(), context.getInjectedReference(DataClient.class));
    }

    /** @param name at the injection point */
    public Function<SyntheticCreationalContext<Endpoint>, Endpoint> endpoint(String name) {
        return context -> {
            Endpoints endpoints = context.getInjectedReference(Endpoints.class);
            return endpoints.get(EndpointNames.find(name, endpoints.names()).orElse(name));
        };
    }

    public Supplier<ActiveResult> endpointIsConfigured(String name) {
        return () -> EndpointNames.find(name, names()).isPresent()
                ? ActiveResult.active()
                : inactive(StartupFailure.unknownEndpoint(name, names()));
    }

    /** For injection points without a name. */
    public Function<SyntheticCreationalContext<Endpoint>, Endpoint> onlyEndpoint() {
        return context -> {
            Endpoints endpoints = context.getInjectedReference(Endpoints.class);
            return endpoints.asMap().values().iterator().next();
        };
    }

    public Supplier<ActiveResult> thereIsOneEndpoint() {
        return () -> names().size() == 1 ? ActiveResult.active() : inactive(StartupFailure.whichEndpoint(names()));
    }

    private Set<String> names() {
        return new TreeSet<>(config.getValue().endpoints().keySet());
    }

    private static ActiveResult inactive(StartupFailure why) {
        return ActiveResult.inactive(String.valueOf(why.getMessage()));
    }

    private static <T> List<T> all(Class<T> type) {
        return Arc.container().listAll(type).stream().map(InstanceHandle::get).toList();
    }
}
