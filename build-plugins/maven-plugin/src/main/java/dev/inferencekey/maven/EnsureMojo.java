package dev.inferencekey.maven;

import dev.inferencekey.EnsureOptions;
import dev.inferencekey.EnsurePlan;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.OnDrift;
import dev.inferencekey.WorkloadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.inject.Inject;
import org.apache.maven.plugin.MojoFailureException;
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
    void run(ManagementClient client, List<WorkloadSpec> specs) throws MojoFailureException {
        OnDrift wanted = onDrift();
        List<String> left = new ArrayList<>();
        for (WorkloadSpec spec : specs) {
            EnsurePlan found = client.plan(spec);
            boolean drifted = found.action() == EnsurePlan.Action.UPDATE;
            if (drifted && (wanted == OnDrift.WARN || wanted == OnDrift.IGNORE)) {
                left.add(found.endpoint().toString());
                tell("differs, and is left as it is", found);
                continue;
            }
            client.ensure(spec, EnsureOptions.defaults().withOnDrift(wanted));
            switch (found.action()) {
                case CREATE -> tell("created", found);
                case UPDATE -> tell("updated", found);
                case UNCHANGED -> tell("unchanged", found);
            }
        }
        if (!left.isEmpty() && wanted == OnDrift.WARN) {
            getLog().warn(counted(left.size()) + " differ from the declaration: " + String.join(", ", left));
        }
    }

    private OnDrift onDrift() throws MojoFailureException {
        return switch (onDrift.toLowerCase(Locale.ROOT)) {
            case "reconcile" -> OnDrift.RECONCILE;
            case "fail" -> OnDrift.FAIL;
            case "warn" -> OnDrift.WARN;
            case "ignore" -> OnDrift.IGNORE;
            default ->
                throw new MojoFailureException("inferencekey.onDrift must be reconcile, fail, warn or ignore, not \""
                        + onDrift + "\"; to change nothing, use the goal plan.");
        };
    }
}
