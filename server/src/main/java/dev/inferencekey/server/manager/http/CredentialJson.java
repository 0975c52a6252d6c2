package dev.inferencekey.server.manager.http;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.manager.service.Lifetime;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parts of JSON that credentials of both kinds share: facts about them, never the credentials. Stateless and thread-safe. */
public final class CredentialJson {
    private static final String PROPAGATION = "Propagation";

    private CredentialJson() {}

    /** {@code last_used_at}, {@code last_used_from} and {@code secrets}. */
    public static void putSecrets(Map<String, @Nullable Object> json, List<CredentialSecret> secrets) {
        CredentialSecret used = Lifetime.lastUsed(secrets);
        json.put("last_used_at", used == null ? null : time(used.lastUsedAt()));
        json.put("last_used_from", used == null ? null : used.lastUsedFrom());
        json.put("secrets", secrets.stream().map(CredentialJson::secret).toList());
    }

    /** {@code propagation} of a change that is stored; null if it is not known which nodes have it in force. */
    public static Map<String, @Nullable Object> propagationIfKnown(@Nullable Receipt receipt) {
        return receipt == null
                ? Json.object("confirmed", false, "epoch", 0, "nodes", List.of(), "took_ms", 0)
                : propagation(receipt);
    }

    /** {@code propagation}: how far the data plane is. */
    public static Map<String, @Nullable Object> propagation(Receipt receipt) {
        return Json.object(
                "confirmed",
                true,
                "epoch",
                receipt.epoch(),
                "nodes",
                receipt.nodes().stream()
                        .map(node -> Json.object(
                                "node", node.node(),
                                "node_id", node.nodeId(),
                                "epoch", node.epoch(),
                                "state", node.state().wire(),
                                "at", node.at().toString(),
                                "may_serve_until", time(node.mayServeUntil())))
                        .toList(),
                "took_ms",
                receipt.took().toMillis());
    }

    /** A 204 of something that was deleted; how far the data plane is stands in the header {@code Propagation}. */
    public static Answer deleted(Receipt receipt) {
        return Answer.noContent().withHeader(PROPAGATION, Json.text(propagation(receipt)));
    }

    /** A refusal for want of something that was to be deleted, with the same header: it may have been deleted before, without a receipt. */
    static RefusedException absent(RefusedException missing, Receipt receipt) {
        return missing.withHeader(PROPAGATION, Json.text(propagation(receipt)));
    }

    /** The time's text, null for none. */
    public static @Nullable String time(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /** The query parameter {@code state} of a list, null if it is absent. */
    public static @Nullable Liveness stateAsked(Query query) {
        return switch (query.text("state")) {
            case null -> null;
            case "active" -> Liveness.ALIVE;
            case "disabled" -> Liveness.DISABLED;
            case "revoked" -> Liveness.REVOKED;
            case "expired" -> Liveness.EXPIRED;
            default ->
                throw new InvalidFieldException("state", "state must be one of active, disabled, revoked, expired");
        };
    }

    /** The field {@code expires_at}, null if it is absent. */
    public static @Nullable Instant expiresAt(JsonFields fields) {
        String text = fields.nonBlankText("expires_at", 64);
        return text == null ? null : Query.parseInstant("expires_at", text);
    }

    /** How long the old secret goes on working, from the body of a rotation. */
    public static Duration overlap(JsonFields fields) {
        fields.refuseUnknown(List.of("overlap_seconds"));
        Integer seconds = fields.integer("overlap_seconds", 0, Math.toIntExact(Lifetime.MAX_OVERLAP.toSeconds()));
        return seconds == null ? Duration.ZERO : Duration.ofSeconds(seconds);
    }

    /** Refuses a body on a route that takes none. */
    public static void requireNoFields(JsonFields fields) {
        fields.refuseUnknown(List.of());
    }

    private static Map<String, @Nullable Object> secret(CredentialSecret secret) {
        return Json.object(
                "public_id", secret.publicId(),
                "created_at", time(secret.createdAt()),
                "not_after", time(secret.notAfter()),
                "last_used_at", time(secret.lastUsedAt()),
                "last_used_from", secret.lastUsedFrom());
    }
}
