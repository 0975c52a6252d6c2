package dev.inferencekey.spring;

import dev.inferencekey.EndpointRef;
import dev.inferencekey.EnvironmentVariables;
import dev.inferencekey.InferenceKeyException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Why the application can't start, and what to do about it. {@link StartupFailureAnalyzer} shows both; credentials are in neither. */
final class StartupFailure extends RuntimeException {
    private static final Set<String> OWN_VARIABLES = Set.of(
            EnvironmentVariables.BASE_URL,
            EnvironmentVariables.PROJECT,
            EnvironmentVariables.SDK_TOKEN,
            EnvironmentVariables.API_KEY);

    private final String action;

    StartupFailure(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    /** What to do. */
    String action() {
        return action;
    }

    static StartupFailure bothCredentials(List<String> keys) {
        return new StartupFailure(
                "This application holds both credentials of InferenceKey: an SDK token (" + Connection.SDK_TOKEN
                        + ") and an API key (" + String.join(", ", keys)
                        + "). Whoever gets into it could then reconfigure workloads and run up an inference bill; with one of them it is"
                        + " one of the two.",
                "Remove the credential that this application does not need. The variables INFERENCEKEY_SDK_TOKEN and INFERENCEKEY_API_KEY"
                        + " count as well: unset one of them. Provision from a pipeline instead (`ik ensure`), or accept the risk with"
                        + " inferencekey.allow-both-credentials=true.",
                null);
    }

    static StartupFailure wrongKind(String property, String is, String due, String belongs) {
        return new StartupFailure(
                property + " is " + is + ".",
                "Set " + property + " to " + due + ". The credential that is there now belongs in " + belongs
                        + ", in an application of its own.",
                null);
    }

    static StartupFailure unsetPlaceholder(String property, String name) {
        String variable = environmentVariable(name);
        String alone = OWN_VARIABLES.contains(variable) && variable.equals(environmentVariable(property))
                ? " The property may also be removed: the variable " + variable + " sets it by itself."
                : "";
        return new StartupFailure(
                property + " refers to ${" + name + "}, and nothing sets " + name
                        + ": there is no environment variable, system property or other property of this name.",
                "Set " + name + " where the application starts, for example with `export " + variable
                        + "=…`. IDEs, service managers and containers do not inherit the variables of your shell. If the value may be"
                        + " missing, write ${" + name + ":}." + alone,
                null);
    }

    /** The environment variable that Spring looks for under a name. */
    private static String environmentVariable(String name) {
        return name.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
    }

    static StartupFailure noScheme(String baseUrl) {
        return new StartupFailure(
                Connection.BASE_URL + " is \"" + baseUrl + "\", which does not say whether to use https or http.",
                "Set " + Connection.BASE_URL + " (variable INFERENCEKEY_BASE_URL) to https://" + baseUrl
                        + ", or to http://… for a server on this machine.",
                null);
    }

    static StartupFailure addressOfAWorkload(String baseUrl) {
        return new StartupFailure(
                Connection.BASE_URL + " is \"" + baseUrl
                        + "\", the address of one workload for OpenAI's clients. This one wants the server's.",
                "Set " + Connection.BASE_URL + " (variable INFERENCEKEY_BASE_URL) to what comes before it, such as"
                        + " https://inference.example.com, and name the workload in inferencekey.endpoints.<name>.workload.",
                null);
    }

    static StartupFailure malformed(String property, String what, String prefix) {
        return new StartupFailure(
                property + " is not " + what + ": it must be " + prefix
                        + " and 8 hex digits, _ and 64 hex digits, in lower case.",
                "Copy it again as a whole; it may have been cut off, or a placeholder was not replaced. It is shown once: if it is lost,"
                        + " rotate it in the dashboard.",
                null);
    }

    static StartupFailure noApiKey(String endpoint) {
        return new StartupFailure(
                "Endpoint \"" + endpoint + "\" has no API key.",
                "Set " + Connection.property(endpoint, "api-key") + ", or " + Connection.API_KEY
                        + " for all endpoints (variable INFERENCEKEY_API_KEY), to an API key (ik_live_…) that grants this workload. API"
                        + " keys are created in the dashboard, on the project's page API Keys.",
                null);
    }

    static StartupFailure noProject(String endpoint) {
        return new StartupFailure(
                "Endpoint \"" + endpoint + "\" has no project.",
                "Set " + Connection.property(endpoint, "project")
                        + ", or inferencekey.project for all endpoints (variable INFERENCEKEY_PROJECT), to the project's slug.",
                null);
    }

    static StartupFailure unknownEndpoint(@Nullable String property, String name, Collection<String> known) {
        if (property != null) {
            try {
                Placeholders.requireResolved(property, name);
            } catch (StartupFailure unset) {
                return unset;
            }
        }
        return new StartupFailure(
                (property == null ? "" : property + " is \"" + name + "\". ") + "There is no endpoint \"" + name
                        + "\". "
                        + (known.isEmpty()
                                ? "None is configured."
                                : "Configured are: " + String.join(", ", known) + "."),
                "Configure it with " + Connection.property(name, "workload") + ", or use one of those that are.",
                null);
    }

    static StartupFailure nameTaken(String name) {
        return new StartupFailure(
                "Endpoint \"" + name + "\" can't be a bean of that name: there is another bean \"" + name
                        + "\", and it is no Endpoint.",
                "Choose another name below inferencekey.endpoints and keep the slug with "
                        + Connection.property("<name>", "workload") + "=" + name + ".",
                null);
    }

    static StartupFailure setting(String what, InferenceKeyException cause) {
        return new StartupFailure(
                what + " can't be created: " + cause.getMessage(),
                "Correct the setting that the message names; all of them begin with inferencekey.",
                cause);
    }

    static StartupFailure noSdkToken() {
        return new StartupFailure(
                "Workloads are to be ensured on start-up (inferencekey.ensure.enabled=true), and there is no SDK token.",
                "Set " + Connection.SDK_TOKEN
                        + " (variable INFERENCEKEY_SDK_TOKEN) to an SDK token (ik_sdk_…) with the scope"
                        + " workload:write. SDK tokens are created in the dashboard, on the project's page Tokens.",
                null);
    }

    static StartupFailure nothingDeclared() {
        return new StartupFailure(
                "Workloads are to be ensured on start-up (inferencekey.ensure.enabled=true), and none is declared.",
                "Declare them in a file that inferencekey.ensure.files names, or as inferencekey.ensure.workloads.<slug>.*, or set"
                        + " inferencekey.ensure.enabled=false.",
                null);
    }

    static StartupFailure declaration(@Nullable String why, @Nullable Throwable cause) {
        return new StartupFailure(
                "The declarations of workloads can't be read: " + why,
                "Correct it; `ik ensure --plan -f FILE` checks a file without starting the application.",
                cause);
    }

    static StartupFailure ensure(String slug, InferenceKeyException cause) {
        return new StartupFailure(
                "Workload \"" + slug + "\" can't be ensured: " + cause.getMessage(),
                "Mend what the message says and start again: ensuring twice does no harm. A workload that may differ from its"
                        + " declaration needs another inferencekey.ensure.on-drift.",
                cause);
    }

    static StartupFailure notReady(EndpointRef workload, InferenceKeyException cause) {
        return new StartupFailure(
                "Workload " + workload + " is ensured and does not serve: " + cause.getMessage(),
                "See why on its page in the dashboard. If it only needs longer, raise inferencekey.ensure.timeout, or start without"
                        + " waiting: inferencekey.ensure.wait-for-ready=false.",
                cause);
    }
}
