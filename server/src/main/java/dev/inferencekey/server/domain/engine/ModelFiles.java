package dev.inferencekey.server.domain.engine;

/**
 * The folders in which declarations may name model files. Thread-safe.
 *
 * <p>What is found now may be another thing later: whoever may write the folders decides what is in them, and a path is looked up
 * again before each start.
 */
public interface ModelFiles {
    /**
     * Where a path leads.
     *
     * @param path absolute, or relative to one of the folders
     */
    Place find(String path);

    /** What a path stands for. */
    sealed interface Place {
        /**
         * A file or folder inside one of the folders.
         *
         * @param path absolute, links resolved
         */
        record Inside(String path, boolean folder) implements Place {}

        /** Would be inside, but is not there, or can't be read. */
        record Missing() implements Place {}

        /** Leads out of the folders, whether there is anything or not. */
        record Outside() implements Place {}
    }
}
