package dev.inferencekey.cli.command;

import dev.inferencekey.ConfigurationException;
import dev.inferencekey.DriftException;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.PermissionDeniedException;
import dev.inferencekey.TransportException;
import dev.inferencekey.ValidationException;
import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.api.UnreachableException;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.PlainText;
import dev.inferencekey.cli.shell.Shell;
import dev.inferencekey.contract.error.ErrorCode;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What went wrong, in one sentence, and what the command ends with.
 *
 * @param exitCode one of {@link ExitCode}
 * @param code for programs
 * @param message for people; without credentials and control characters
 */
public record FailureReport(
        int exitCode,
        String code,
        String message,
        @Nullable String field,
        @Nullable String requestId) {
    /** The codes that no server sends. */
    public static final Set<String> CODES_OF_IK = Set.of(
            "drift",
            "failed",
            "no_answer",
            "reload_refused",
            "start_failed",
            "store_refused",
            "unexpected",
            "unexpected_answer",
            "unreachable",
            "usage",
            "webhook_failed");

    public FailureReport {
        message = PlainText.line(message);
    }

    public static FailureReport usage(String message) {
        return new FailureReport(ExitCode.USAGE, "usage", message, null, null);
    }

    /** Sorts a failure by where it happened. */
    public static FailureReport of(Throwable failure) {
        String message = failure.getMessage() == null ? "" : failure.getMessage();
        return switch (failure) {
            case UsageException e -> usage(message);
            case UnreachableException e -> new FailureReport(ExitCode.UNREACHABLE, "unreachable", message, null, null);
            case RefusedException e ->
                new FailureReport(
                        ExitCode.REFUSED,
                        e.code(),
                        message,
                        e.field().orElse(null),
                        e.requestId().orElse(null));
            case InferenceKeyException e -> ofClient(e, message);
            default -> unexpected(failure);
        };
    }

    private static FailureReport ofClient(InferenceKeyException failure, String message) {
        boolean sent = failure.statusCode() != 0;
        int exitCode = switch (failure) {
            case TransportException e -> ExitCode.UNREACHABLE;
            case DriftException e -> ExitCode.REFUSED;
            case ConfigurationException e -> ExitCode.USAGE;
            case ValidationException e -> sent ? ExitCode.REFUSED : ExitCode.USAGE;
            case PermissionDeniedException e -> sent ? ExitCode.REFUSED : ExitCode.USAGE;
            default -> ExitCode.REFUSED;
        };
        String code = failure.code()
                .orElse(
                        switch (exitCode) {
                            case ExitCode.UNREACHABLE -> "unreachable";
                            case ExitCode.USAGE -> "usage";
                            default -> failure instanceof DriftException ? "drift" : "failed";
                        });
        return new FailureReport(
                exitCode, code, message, null, failure.requestId().orElse(null));
    }

    /** Nothing that the product expects: the place helps whoever mends it, a whole trace helps nobody else. */
    private static FailureReport unexpected(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        String place = trace.length == 0 ? "" : " at " + trace[0];
        return new FailureReport(
                ExitCode.REFUSED,
                "unexpected",
                "unexpected " + failure.getClass().getSimpleName()
                        + (failure.getMessage() == null ? "" : ": " + failure.getMessage()) + place,
                null,
                null);
    }

    /** Where the documentation says more about it; a newer server, or whatever stands before it, may send codes that it doesn't know. */
    private String page() {
        boolean known = CODES_OF_IK.contains(code) || ErrorCode.fromWire(code).isPresent();
        return DocumentationPlace.page("reference/errors.md" + (known ? "#" + code : ""));
    }

    /** Writes the report to standard error, as JSON or as a sentence and the page that says more. */
    public void print(Shell shell, boolean json) {
        if (json) {
            ObjectNode document =
                    JsonMapper.shared().createObjectNode().put("error", code).put("message", message);
            if (field != null) {
                document.put("field", field);
            }
            if (requestId != null) {
                document.put("request_id", requestId);
            }
            document.put("docs", page());
            shell.err().println(document);
        } else {
            shell.err().println(shell.errTerminal().red("ik: ") + message);
            if (exitCode != ExitCode.USAGE) {
                // Of its usage, a command's help says more.
                shell.err().println("Documentation: " + page());
            }
        }
        shell.err().flush();
    }
}
