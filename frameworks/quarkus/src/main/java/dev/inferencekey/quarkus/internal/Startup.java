package dev.inferencekey.quarkus.internal;

import dev.inferencekey.EndpointRef;
import dev.inferencekey.EnsureOptions;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.OnDrift;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.quarkus.Endpoints;
import dev.inferencekey.quarkus.InferenceKeyConfig;
import io.quarkus.arc.InjectableInstance;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * What happens before the application's own start: its endpoints are looked at, so that it does not start with one that can't be called, and
 * its declared workloads are made true.
 *
 * <p>All are ensured first and waited for afterwards, so that they start beside each other. Many applications that start at once do no harm:
 * ensuring is idempotent.
 */
@Singleton
public class Startup {
    /** Before all observers of the application, which may then call what was ensured. */
    private static final int FIRST = 100;

    private static final Logger LOG = Logger.getLogger("dev.inferencekey.quarkus");

    /** @throws StartupFailure if an endpoint lacks something, or a workload can't be made what it is declared to be, or does not serve in time */
    void start(
            @Observes @Priority(FIRST) StartupEvent event,
            InferenceKeyConfig config,
            InjectableInstance<Endpoints> endpoints,
            InjectableInstance<ManagementClient> management) {
        if (!config.endpoints().isEmpty()) {
            LOG.debugf("Configured: %s", endpoints.get());
        }
        if (config.ensure().enabled()) {
            ensure(config.ensure(), management);
        }
    }

    private static void ensure(InferenceKeyConfig.Ensure settings, InjectableInstance<ManagementClient> management) {
        List<WorkloadSpec> declared = DeclaredWorkloads.read(settings);
        if (management.listActive().isEmpty()) {
            throw StartupFailure.noSdkToken(
                    "Workloads are to be ensured on start-up (inferencekey.ensure.enabled=true)");
        }
        ManagementClient client = management.getActive();
        List<EndpointRef> ensured = new ArrayList<>();
        for (WorkloadSpec spec : declared) {
            ensured.add(ensure(client, spec, settings.onDrift()));
        }
        if (settings.waitForReady() && settings.onDrift() != OnDrift.DRY_RUN) {
            ensured.forEach(workload -> await(client, workload, settings));
        }
    }

    private static EndpointRef ensure(ManagementClient client, WorkloadSpec spec, OnDrift onDrift) {
        try {
            EndpointRef workload = client.ensure(spec, EnsureOptions.defaults().withOnDrift(onDrift));
            LOG.infof("Workload ensured: %s", workload);
            return workload;
        } catch (InferenceKeyException e) {
            throw StartupFailure.ensure(spec.slug(), e);
        }
    }

    private static void await(ManagementClient client, EndpointRef workload, InferenceKeyConfig.Ensure settings) {
        WaitOptions options = WaitOptions.defaults()
                .withTimeout(settings.timeout())
                .withProgressLine(false)
                .withProgress(readiness -> LOG.infof("Workload %s: %s", workload, readiness));
        try {
            client.waitUntilReady(workload, options);
        } catch (InferenceKeyException e) {
            throw StartupFailure.notReady(workload, e);
        }
    }
}
