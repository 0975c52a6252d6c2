package dev.inferencekey.server.store.sql;

/** Which state of the tables this release knows. The migrations of every database have the same numbers. */
public final class SchemaVersion {
    /** The highest version under {@code db/sqlite} and {@code db/postgres}. */
    public static final int CURRENT = 22;

    private SchemaVersion() {}

    /** Who notes that it has migrated: the product with its version. */
    public static String release() {
        String version = SchemaVersion.class.getPackage().getImplementationVersion();
        return version == null ? "InferenceKey" : "InferenceKey " + version;
    }
}
