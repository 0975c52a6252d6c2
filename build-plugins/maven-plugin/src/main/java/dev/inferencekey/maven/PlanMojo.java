package dev.inferencekey.maven;

import dev.inferencekey.EnsurePlan;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.WorkloadSpec;
import java.util.List;
import javax.inject.Inject;
import org.apache.maven.plugin.MojoFailureException;
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
    void run(ManagementClient client, List<WorkloadSpec> specs) throws MojoFailureException {
        int due = 0;
        for (WorkloadSpec spec : specs) {
            EnsurePlan plan = client.plan(spec);
            switch (plan.action()) {
                case CREATE -> tell("would be created", plan);
                case UPDATE -> tell(plan.isReconcilable() ? "would be updated" : "can't be updated", plan);
                case UNCHANGED -> tell("unchanged", plan);
            }
            due += plan.action() == EnsurePlan.Action.UNCHANGED ? 0 : 1;
        }
        if (due > 0 && failOnDrift) {
            throw new MojoFailureException(counted(due) + (due == 1 ? " is" : " are")
                    + " not as declared. Run inferencekey:ensure, or mend the declaration;"
                    + " -Dinferencekey.failOnDrift=false only tells.");
        }
    }
}
