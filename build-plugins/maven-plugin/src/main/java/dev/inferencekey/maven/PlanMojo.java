package dev.inferencekey.maven;

import dev.inferencekey.declaration.build.WorkloadBuild;
import javax.inject.Inject;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.settings.crypto.SettingsDecrypter;

/** Shows what ensure would do, and does nothing; the build fails if there is anything to do. */
@Mojo(name = "plan", requiresProject = false, threadSafe = true)
public final class PlanMojo extends AbstractWorkloadMojo {
    /** Whether workloads that are missing or differ fail the build. */
    @Parameter(property = "inferencekey.failOnDrift", defaultValue = "true")
    private boolean failOnDrift = true;

    /** Made by Maven. */
    @Inject
    public PlanMojo(SettingsDecrypter decrypter) {
        super(decrypter);
    }

    @Override
    void run(WorkloadBuild build) {
        build.plan(failOnDrift);
    }
}
