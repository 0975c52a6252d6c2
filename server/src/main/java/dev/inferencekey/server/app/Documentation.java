package dev.inferencekey.server.app;

import dev.inferencekey.server.domain.HelpPages;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the documentation of an installation is. Immutable and thread-safe.
 *
 * @param site a folder with the site, which the control plane then serves below {@code /docs/}; null for none
 * @param address where else people find the site, which is what refusals link to then; null for nowhere else
 */
public record Documentation(@Nullable Path site, @Nullable URI address) {
    /** Neither served nor linked to. */
    public static final Documentation NONE = new Documentation(null, null);

    /**
     * Looks at the address, which people are sent to.
     *
     * @throws IllegalArgumentException if it is no plain web address
     */
    public Documentation {
        if (address != null) {
            HelpPages.at(address);
        }
    }

    /** What the control plane's refusals link to. */
    @Nullable
    HelpPages ofControlPlane() {
        return address != null ? HelpPages.at(address) : site != null ? HelpPages.OWN : null;
    }

    /**
     * What the data plane's refusals link to.
     *
     * @param beside whether the control plane, which serves the site, has the data plane's address
     */
    @Nullable
    HelpPages ofDataPlane(boolean beside) {
        return address != null || beside ? ofControlPlane() : null;
    }
}
