package dev.inferencekey.spring;

import dev.inferencekey.EndpointRef;
import dev.inferencekey.EnsureOptions;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.OnDrift;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.declaration.DeclarationException;
import dev.inferencekey.declaration.WorkloadFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.Ordered;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.io.support.ResourcePatternUtils;

/**
 * Makes the declared workloads true before the application counts as ready, and stops it if that fails. It runs before other runners, which
 * may then call what it ensured, and while the web server already answers probes: a large model takes minutes to load, and an application that
 * answers nothing for so long would be killed for it.
 *
 * <p>All are ensured first and waited for afterwards, so that they start beside each other. Many applications that start at once do no harm:
 * ensuring is idempotent.
 */
final class EnsureOnStartup implements ApplicationRunner, Ordered {
    private static final Log LOG = LogFactory.getLog(EnsureOnStartup.class);

    private final InferenceKeyProperties.Ensure settings;
    private final ObjectProvider<ManagementClient> management;
    private final ResourceLoader resources;

    EnsureOnStartup(
            InferenceKeyProperties.Ensure settings,
            ObjectProvider<ManagementClient> management,
            ResourceLoader resources) {
        this.settings = settings;
        this.management = management;
        this.resources = resources;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    /** @throws StartupFailure if a declaration can't be read, or the workload can't be made what it declares, or it doesn't serve in time */
    @Override
    public void run(ApplicationArguments arguments) {
        ManagementClient client = management.getIfAvailable();
        if (client == null) {
            throw StartupFailure.noSdkToken();
        }
        List<EndpointRef> ensured = new ArrayList<>();
        for (WorkloadSpec spec : declarations()) {
            ensured.add(ensure(client, spec));
        }
        if (settings.waitForReady() && settings.onDrift() != OnDrift.DRY_RUN) {
            ensured.forEach(workload -> await(client, workload));
        }
    }

    private EndpointRef ensure(ManagementClient client, WorkloadSpec spec) {
        try {
            EndpointRef workload = client.ensure(spec, EnsureOptions.defaults().withOnDrift(settings.onDrift()));
            LOG.info("Workload ensured: " + workload);
            return workload;
        } catch (InferenceKeyException e) {
            throw StartupFailure.ensure(spec.slug(), e);
        }
    }

    private void await(ManagementClient client, EndpointRef workload) {
        WaitOptions options = WaitOptions.defaults()
                .withTimeout(settings.timeout())
                .withProgressLine(false)
                .withProgress(readiness -> LOG.info("Workload " + workload + ": " + readiness));
        try {
            client.waitUntilReady(workload, options);
        } catch (InferenceKeyException e) {
            throw StartupFailure.notReady(workload, e);
        }
    }

    private List<WorkloadSpec> declarations() {
        List<WorkloadSpec> specs = new ArrayList<>();
        for (String location : settings.files()) {
            for (Resource file : files(location)) {
                specs.addAll(read(file));
            }
        }
        settings.workloads().forEach((slug, declared) -> specs.add(DeclaredWorkload.read(slug, declared)));
        Set<List<String>> seen = new HashSet<>();
        for (WorkloadSpec spec : specs) {
            if (!seen.add(List.of(spec.project().orElse(""), spec.slug()))) {
                throw StartupFailure.declaration("\"" + spec.slug() + "\" is declared twice; keep one of them", null);
            }
        }
        if (specs.isEmpty()) {
            throw StartupFailure.nothingDeclared();
        }
        return specs;
    }

    private static List<WorkloadSpec> read(Resource file) {
        try (InputStream in = file.getInputStream()) {
            return WorkloadFile.read(file.getDescription(), in, null);
        } catch (DeclarationException e) {
            throw StartupFailure.declaration(e.getMessage(), e);
        } catch (IOException e) {
            throw StartupFailure.declaration(file.getDescription() + " can't be read", e);
        }
    }

    private Resource[] files(String location) {
        Resource[] found;
        try {
            found = ResourcePatternUtils.getResourcePatternResolver(resources).getResources(location);
        } catch (IOException e) {
            throw StartupFailure.declaration("there is no place " + location, e);
        }
        if (found.length == 0 || !found[0].exists()) {
            throw StartupFailure.declaration("there is no file " + location, null);
        }
        return found;
    }
}
