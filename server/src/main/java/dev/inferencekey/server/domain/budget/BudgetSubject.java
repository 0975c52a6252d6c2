package dev.inferencekey.server.domain.budget;

import java.util.Locale;

/**
 * Whose budget it is.
 *
 * @param id of the key, the workload or the project
 */
public record BudgetSubject(Kind kind, String id) {
    /** What can have a budget. */
    public enum Kind {
        KEY,
        WORKLOAD,
        PROJECT;

        private final String wire = name().toLowerCase(Locale.ROOT);

        /** The word for it in the store and in messages. */
        public String wire() {
            return wire;
        }
    }

    public static BudgetSubject ofKey(String keyId) {
        return new BudgetSubject(Kind.KEY, keyId);
    }

    public static BudgetSubject ofWorkload(String workloadId) {
        return new BudgetSubject(Kind.WORKLOAD, workloadId);
    }

    public static BudgetSubject ofProject(String projectId) {
        return new BudgetSubject(Kind.PROJECT, projectId);
    }
}
