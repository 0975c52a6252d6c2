package dev.inferencekey.server.manager.explain;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.AccessExplanation;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Remedy;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.Route;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/access/explain}. */
public final class ExplainRoutes {
    private static final int MAX_LENGTH = 4096;

    private final ExplainService explain;

    public ExplainRoutes(ExplainService explain) {
        this.explain = explain;
    }

    public List<Route> routes() {
        return List.of(Route.platform("POST", "/api/access/explain", Action.ACCESS_EXPLAIN, this::explain));
    }

    private Answer explain(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(List.of("method", "path", "public_id"));
        // First: of a credential that was pasted whole, nothing else is to be held any longer than needed.
        NamedCredential credential = NamedCredential.parse("public_id", fields.requiredText("public_id", MAX_LENGTH));
        return Answer.ok(json(explain.explain(
                exchange.requester(),
                fields.requiredText("method", 32),
                fields.requiredText("path", MAX_LENGTH),
                credential)));
    }

    private static Map<String, @Nullable Object> json(ExplainService.Explained explained) {
        AccessExplanation explanation = explained.explanation();
        ExplainService.Credential credential = explained.credential();
        ErrorCode code = explanation.code();
        return Json.object(
                "decision", explanation.allowed() ? "allow" : "deny",
                "plane", wire(explanation.plane()),
                "status", code == null ? null : code.status(),
                "code", code == null ? null : code.wire(),
                "rule", explanation.rule(),
                "credential",
                        Json.object(
                                "kind", wire(credential.kind()),
                                "redacted", credential.redacted(),
                                "id", credential.id(),
                                "name", credential.name(),
                                "project_slug", credential.projectSlug(),
                                "state", credential.state()),
                "checks",
                        explanation.checks().stream()
                                .map(check -> Json.object(
                                        "check", wire(check.subject()),
                                        "result", wire(check.result()),
                                        "text", Redaction.scrub(check.text())))
                                .toList(),
                "change", change(explanation.remedy()));
    }

    private static @Nullable Map<String, @Nullable Object> change(@Nullable Remedy remedy) {
        if (remedy == null) {
            return null;
        }
        String kind = switch (remedy) {
            case Remedy.GrantWorkload _ -> "grant_workload";
            case Remedy.UseOtherKind _ -> "use_other_kind";
            case Remedy.SignIn _ -> "sign_in";
            case Remedy.Enable _ -> "enable";
            case Remedy.ExtendExpiry _ -> "extend_expiry";
            case Remedy.UseNewerSecret _ -> "use_newer_secret";
            case Remedy.MintAnother _ -> "mint_another";
            case Remedy.MintWithScope _ -> "mint_with_scope";
            case Remedy.UseProject _ -> "use_project";
            case Remedy.MakeWorkload _ -> "make_workload";
            case Remedy.AskFor _ -> "ask_for";
        };
        return Json.object("kind", kind, "text", Redaction.scrub(remedy.text()));
    }

    private static String wire(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
