package dev.inferencekey.maven;

import dev.inferencekey.declaration.build.WorkloadBuild;
import javax.inject.Inject;
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
    void run(WorkloadBuild build) {
        build.await(timeout);
    }
}
