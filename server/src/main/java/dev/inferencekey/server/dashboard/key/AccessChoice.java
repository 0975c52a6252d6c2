package dev.inferencekey.server.dashboard.key;

import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.manager.http.FormFields;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a key shall be able to call, as a form asks for it: {@code access} is {@code specific} or {@code entire}; the first with slugs that were
 * picked ({@code workload}) and typed ({@code more_workloads}, also of workloads that do not exist yet).
 *
 * @param picked slugs of boxes that are ticked
 * @param typed slugs apart by blanks, commas or line breaks
 */
public record AccessChoice(boolean entireProject, Set<String> picked, String typed) {
    private static final String FIELD = "grants";
    private static final int MOST = 1000;

    public AccessChoice {
        picked = Set.copyOf(picked);
    }

    static AccessChoice of(FormFields form) {
        return new AccessChoice(
                "entire".equals(form.text("access")), new TreeSet<>(form.all("workload")), form.text("more_workloads"));
    }

    static AccessChoice of(Grants grants) {
        // The page ticks those that it offers and moves the others into the field for typing.
        return new AccessChoice(grants.entireProject(), grants.workloadSlugs(), "");
    }

    /** For a new key: specific workloads, the one that was asked for ticked. */
    static AccessChoice first(@Nullable String workload) {
        return new AccessChoice(false, workload == null ? Set.of() : Set.of(workload), "");
    }

    /** What was picked and is not among these, together with what was typed: what the field for typing shows. */
    public String typedBeside(List<String> offered) {
        String others =
                picked.stream().filter(slug -> !offered.contains(slug)).sorted().collect(Collectors.joining(" "));
        return (others + " " + typed).strip();
    }

    /**
     * What this means.
     *
     * @throws InvalidFieldException at {@code grants}
     */
    Grants grants() {
        if (entireProject) {
            return Grants.ofEntireProject();
        }
        Set<String> slugs = new LinkedHashSet<>(picked);
        Arrays.stream(typed.split("[\\s,]+")).filter(slug -> !slug.isEmpty()).forEach(slugs::add);
        for (String slug : slugs) {
            if (!Slug.isCanonical(slug)) {
                throw new InvalidFieldException(
                        FIELD,
                        "\"" + JsonFields.show(slug)
                                + "\" is no workload's slug: a slug has a-z, 0-9 and single dashes between them");
            }
        }
        if (slugs.isEmpty()) {
            throw new InvalidFieldException(FIELD, "pick or type at least one workload, or choose the entire project");
        }
        if (slugs.size() > MOST) {
            throw new InvalidFieldException(FIELD, "a key can name at most " + MOST + " workloads");
        }
        return Grants.ofWorkloads(slugs);
    }
}
