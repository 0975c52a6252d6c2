package dev.inferencekey.maven;

import dev.inferencekey.EndpointRef;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.Readiness;
import dev.inferencekey.ReadinessTimeoutException;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.WorkloadSpec;
import java.time.Duration;
import java.util.List;
import javax.inject.Inject;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.settings.crypto.SettingsDecrypter;

/** Waits until all declared workloads serve, one after the other. */
@Mojo(name = "wait", requiresProject = false, threadSafe = true)
public final class WaitMojo extends AbstractWorkloadMojo {
    /** For how long all of them together may take, in seconds. */
    @Parameter(property = "inferencekey.timeout", defaultValue = "1800")
    private long timeout = 1800;

    /** Made by Maven. */
    @Inject
    public WaitMojo(SettingsDecrypter decrypter) {
        super(decrypter);
    }

    @Override
    void run(ManagementClient client, List<WorkloadSpec> specs) throws MojoFailureException {
        if (timeout < 1) {
            throw new MojoFailureException("inferencekey.timeout must be at least 1 second, not " + timeout + ".");
        }
        long end = System.nanoTime() + Duration.ofSeconds(timeout).toNanos();
        for (WorkloadSpec spec : specs) {
            // What there is of it says where it is: the project may come from the client.
            EndpointRef endpoint = client.plan(spec).endpoint();
            Duration left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
            try {
                Readiness ready = client.waitUntilReady(
                        endpoint,
                        WaitOptions.defaults()
                                .withTimeout(left)
                                .withProgressLine(false)
                                .withProgress(readiness -> getLog().info(endpoint + ": " + readiness)));
                getLog().info(endpoint + " is ready (" + ready.elapsed().toMillis() + " ms).");
            } catch (ReadinessTimeoutException e) {
                throw new MojoFailureException(
                        endpoint + " was not ready within " + timeout + " s: " + e.getMessage(), e);
            }
        }
    }
}
