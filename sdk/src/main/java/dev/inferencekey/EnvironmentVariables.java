package dev.inferencekey;

/** The environment variables that the clients read. Blank counts as absent. */
public final class EnvironmentVariables {
    /** The {@code ik_sdk_} token; read by {@link ManagementClient} alone. */
    public static final String SDK_TOKEN = "INFERENCEKEY_SDK_TOKEN";

    /** The default {@code ik_live_} key; read by {@link DataClient} alone. */
    public static final String API_KEY = "INFERENCEKEY_API_KEY";

    /** The project's slug; read by both. */
    public static final String PROJECT = "INFERENCEKEY_PROJECT";

    /** The server's address; read by both. */
    public static final String BASE_URL = "INFERENCEKEY_BASE_URL";

    private EnvironmentVariables() {}
}
