package dev.inferencekey.quarkus.internal;

import dev.inferencekey.EndpointRef;
import dev.inferencekey.InferenceKeyException;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why the application can't start, and what to do about it; credentials are in neither. Quarkus shows its message without a stack trace. */
final class StartupFailure extends ConfigurationException {
    private StartupFailure(String description, String action, @Nullable Throwable cause) {
        super(description + " " + action, cause);
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

    /** @param text what is there; it is not shown, since it may be most of a credential */
    static StartupFailure malformed(String property, String text, String what, String prefix) {
        if (text.contains("${") || (text.startsWith("<") && text.endsWith(">"))) {
            return new StartupFailure(
                    property + " holds a placeholder that was not replaced.",
                    "Replace it with " + what + " (" + prefix + "…), or set the variable that it names.",
                    null);
        }
        return new StartupFailure(
                property + " is not " + what + ": it must be " + prefix
                        + " and 8 hex digits, _ and 64 hex digits, in lower case.",
                "Copy it again as a whole; it may have been cut off. It is shown once: if it is lost, rotate it in the dashboard.",
                null);
    }

    static StartupFailure notSet(String property, String variable) {
        return new StartupFailure(
                property + " is to be taken from " + variable + ", which is not set.",
                "Set the variable or property " + variable + ", or remove " + property
                        + ". Where only production has it, name the setting %prod." + property + ".",
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

    static StartupFailure unknownEndpoint(String name, Collection<String> known) {
        return new StartupFailure(
                "There is no endpoint \"" + name + "\". "
                        + (known.isEmpty()
                                ? "None is configured."
                                : "Configured are: " + String.join(", ", known) + "."),
                "Configure it with " + Connection.property(name, "workload") + ", or use one of those that are.",
                null);
    }

    static StartupFailure whichEndpoint(Collection<String> known) {
        return known.isEmpty()
                ? new StartupFailure(
                        "An Endpoint is injected, and none is configured.",
                        "Set inferencekey.endpoints.<name>.workload to the workload's slug.",
                        null)
                : new StartupFailure(
                        "An Endpoint is injected without a name, and there are several: " + String.join(", ", known)
                                + ".",
                        "Say which with @Named or @EndpointName, or inject dev.inferencekey.quarkus.Endpoints, which has them all.",
                        null);
    }

    static StartupFailure setting(String what, InferenceKeyException cause) {
        return new StartupFailure(
                what + " can't be created: " + cause.getMessage(),
                "Correct the setting that the message names; all of them begin with inferencekey.",
                cause);
    }

    static StartupFailure noSdkToken(String why) {
        return new StartupFailure(
                why + ", and this application has no SDK token.",
                "Set " + Connection.SDK_TOKEN
                        + " (variable INFERENCEKEY_SDK_TOKEN) to an SDK token (ik_sdk_…) with the scope"
                        + " workload:write. SDK tokens are created in the dashboard, on the project's page Tokens. An application that"
                        + " only calls workloads needs an Endpoint instead.",
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
                "The declarations of workloads can't be read: " + why + ".",
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
