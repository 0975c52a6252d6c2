package dev.inferencekey.server.manager.key;

import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.budget.BudgetSettings;
import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.budget.BudgetJson;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.CredentialJson;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.http.LimitsJson;
import dev.inferencekey.server.manager.http.Query;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.node.NodeService;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Lifetime;
import dev.inferencekey.server.manager.service.Names;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/projects/{project}/keys}. */
public final class ApiKeyRoutes {
    private interface Stop {
        ApiKeyService.Changed make(Requester by, Project project, String id, boolean endStreams);
    }

    private static final String KEYS = "/api/projects/{project}/keys";
    private static final String ONE = KEYS + "/{key_id}";
    private static final List<String> FIELDS = List.of("name", "grants", "expires_at", "limits", "budget");
    private static final String NEVER = "never";
    private static final String END_STREAMS = "end_streams";
    private static final int MAX_GRANTS = 1000;

    private final ApiKeyService keys;
    private final NodeService nodes;
    private final Clock clock;

    public ApiKeyRoutes(ApiKeyService keys, NodeService nodes, Clock clock) {
        this.keys = keys;
        this.nodes = nodes;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(
                Route.project("GET", KEYS, Action.KEY_READ, this::list)
                        .withQuery(Set.of("limit", "cursor", "search", "state", "callable", "entire_project")),
                Route.project("POST", KEYS, Action.KEY_WRITE, this::mint),
                Route.project(
                        "GET",
                        ONE,
                        Action.KEY_READ,
                        exchange -> Answer.ok(json(keys.get(exchange.project(), id(exchange))))),
                Route.project("PATCH", ONE, Action.KEY_WRITE, this::update),
                Route.project(
                        "POST", ONE + "/revoke", Action.KEY_WRITE, exchange -> stop(exchange, keys::revoke, true)),
                Route.project(
                        "POST", ONE + "/disable", Action.KEY_WRITE, exchange -> stop(exchange, keys::disable, false)),
                Route.project("POST", ONE + "/enable", Action.KEY_WRITE, this::enable),
                Route.project("POST", ONE + "/rotate", Action.KEY_WRITE, this::rotate));
    }

    private Answer list(Exchange exchange) {
        Query query = exchange.query();
        PageRequest page = query.page();
        CredentialSearch search = CredentialSearch.ofKeys("search", query.text("search", ""));
        String callable = query.text("callable");
        if (callable != null && !Slug.isCanonical(callable)) {
            throw new InvalidFieldException("callable", "callable must be the slug of a workload");
        }
        KeyFilter filter =
                new KeyFilter(search, CredentialJson.stateAsked(query), callable, query.flag("entire_project"));
        // What was pasted must not come back in a link.
        return exchange.withParameter("search", search == null ? null : search.text())
                .list(page, keys.list(exchange.project(), filter, page), this::json);
    }

    private Answer mint(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(FIELDS);
        JsonFields budget = fields.fields("budget");
        ApiKeyService.Minted minted = keys.mint(
                exchange.requester(),
                exchange.project(),
                fields.requiredText("name", Names.MAX_LENGTH),
                grants(fields, exchange.project()),
                CredentialJson.expiresAt(fields),
                limits(fields),
                budget == null ? BudgetSettings.NONE : BudgetJson.read(budget));
        Map<String, @Nullable Object> json = json(minted.key());
        json.put("credential", minted.credential().reveal());
        return Answer.created(
                "/api/projects/" + exchange.project().slug() + "/keys/"
                        + minted.key().id(),
                json);
    }

    private Answer rotate(Exchange exchange) {
        ApiKeyService.Rotated rotated = keys.rotate(
                exchange.requester(), exchange.project(), id(exchange), CredentialJson.overlap(exchange.fieldsIfAny()));
        Map<String, @Nullable Object> json = json(rotated.key());
        json.put("credential", rotated.credential().reveal());
        json.put("propagation", CredentialJson.propagationIfKnown(rotated.receipt()));
        return Answer.ok(json);
    }

    private Answer enable(Exchange exchange) {
        CredentialJson.requireNoFields(exchange.fieldsIfAny());
        return changed(keys.enable(exchange.requester(), exchange.project(), id(exchange)));
    }

    private Answer stop(Exchange exchange, Stop stop, boolean endStreamsByDefault) {
        JsonFields fields = exchange.fieldsIfAny();
        fields.refuseUnknown(List.of(END_STREAMS));
        Boolean asked = fields.bool(END_STREAMS);
        boolean endStreams = asked == null ? endStreamsByDefault : asked;
        return changed(stop.make(exchange.requester(), exchange.project(), id(exchange), endStreams));
    }

    private Answer changed(ApiKeyService.Changed changed) {
        Map<String, @Nullable Object> json = json(changed.key());
        json.put("propagation", CredentialJson.propagation(changed.receipt()));
        json.put("ended_streams", changed.endedStreams());
        return Answer.ok(json);
    }

    private Answer update(Exchange exchange) {
        JsonFields fields = exchange.fields();
        fields.refuseUnknown(FIELDS);
        JsonFields budget = fields.fields("budget");
        Grants grants = fields.has("grants") ? grants(fields, exchange.project()) : null;
        return changed(keys.update(
                exchange.requester(),
                exchange.project(),
                id(exchange),
                new ApiKeyService.Change(
                        fields.nonBlankText("name", Names.MAX_LENGTH),
                        grants,
                        expiry(fields),
                        limitChange(fields),
                        budget == null
                                ? (fields.isNull("budget") ? BudgetSettings.NONE : null)
                                : BudgetJson.read(budget))));
    }

    /** A null is an absent field everywhere, so that no client makes a key eternal by accident: that takes a word. */
    private static ApiKeyService.@Nullable Expiry expiry(JsonFields fields) {
        if (!fields.has("expires_at")) {
            return null;
        }
        return NEVER.equals(fields.text("expires_at", 64))
                ? new ApiKeyService.Expiry(null)
                : new ApiKeyService.Expiry(CredentialJson.expiresAt(fields));
    }

    private static Limits limits(JsonFields fields) {
        JsonFields limits = fields.fields("limits");
        return limits == null ? Limits.NONE : LimitsJson.read(limits);
    }

    /** Null for no change. Limits are replaced as a whole; a null lifts them all. */
    private static @Nullable Limits limitChange(JsonFields fields) {
        return fields.has("limits") || fields.isNull("limits") ? limits(fields) : null;
    }

    private static Grants grants(JsonFields fields, Project project) {
        List<String> texts = fields.texts("grants", MAX_GRANTS, 2 * Slug.MAX_LENGTH + 1);
        if (texts == null || texts.isEmpty()) {
            throw fields.wrong(
                    "grants",
                    "must name at least one workload, as " + project.slug() + "/<workload>, or " + project.slug()
                            + "/* for all");
        }
        String prefix = project.slug() + "/";
        Set<String> slugs = new LinkedHashSet<>();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            String slug = text.startsWith(prefix) ? text.substring(prefix.length()) : "";
            if (!slug.equals("*") && !Slug.isCanonical(slug)) {
                throw fields.wrong(
                        "grants[" + i + "]",
                        "must be " + prefix + "<workload slug> or " + prefix + "*: a key stays inside its project");
            }
            slugs.add(slug);
        }
        if (!slugs.contains("*")) {
            return Grants.ofWorkloads(slugs);
        }
        if (slugs.size() > 1) {
            throw fields.wrong("grants", "must be either " + prefix + "* alone or workloads");
        }
        return Grants.ofEntireProject();
    }

    private static String id(Exchange exchange) {
        return exchange.variable("key_id");
    }

    private Map<String, @Nullable Object> json(IssuedApiKey key) {
        Map<String, @Nullable Object> json = Json.object(
                "id", key.id(),
                "public_id", key.currentSecret().publicId(),
                "name", key.name(),
                "project_slug", key.projectSlug(),
                "grants", key.grants().texts(key.projectSlug()),
                "state", Lifetime.shownState(key.state(), key.expiresAt(), clock.now()),
                "expires_at", CredentialJson.time(key.expiresAt()),
                "limits", LimitsJson.of(key.limits(), nodes.serving()),
                "created_at", key.createdAt().toString(),
                "created_by", key.createdBy());
        CredentialJson.putSecrets(json, key.secrets());
        return json;
    }
}
