package dev.inferencekey.maven;

import dev.inferencekey.declaration.build.WorkloadBuild;
import javax.inject.Inject;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.settings.crypto.SettingsDecrypter;

/** Makes declared workloads true: creates what is missing, changes what differs. */
@Mojo(name = "ensure", requiresProject = false, threadSafe = true)
public final class EnsureMojo extends AbstractWorkloadMojo {
    /** What to do about a workload that differs: reconcile, fail, warn or ignore. */
    @Parameter(property = "inferencekey.onDrift", defaultValue = "reconcile")
    private String onDrift = "reconcile";

    /** Made by Maven. */
    @Inject
    public EnsureMojo(SettingsDecrypter decrypter) {
        super(decrypter);
    }

    @Override
    void run(WorkloadBuild build) {
        build.ensure(onDrift);
    }
}
