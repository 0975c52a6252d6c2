package dev.inferencekey;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.internal.Bearer;
import dev.inferencekey.internal.Call;
import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.LinkHeader;
import dev.inferencekey.internal.Reply;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The control plane's routes for workloads, one method each. Every one may be sent twice without harm. Thread-safe. */
final class WorkloadRoutes {
    private static final String ALL = "/api/projects/{project}/workloads";
    private static final String ONE = ALL + "/{workload}";

    private final Wire wire;
    private final Bearer token;
    private final Duration timeout;
    private final Duration retryFor;

    WorkloadRoutes(Wire wire, Bearer token, Duration timeout, Duration retryFor) {
        this.wire = wire;
        this.token = token;
        this.timeout = timeout;
        this.retryFor = retryFor;
    }

    /** What a look-up found: the workload, or why there is none. */
    record Found(@Nullable Workload workload, @Nullable InferenceKeyException absence) {}

    /** What became of a creation. */
    enum Creation {
        CREATED,
        /** One with this slug exists; it may be as declared or not. */
        EXISTS
    }

    /**
     * Looks one up by its canonical slug. Servers that have no route for one workload of a project are asked for the list: only
     * a 404 that names the workload as missing is taken for its absence.
     */
    Found find(EndpointRef endpoint) {
        Reply reply = wire.exchange(call(named("get_workload", ONE, endpoint), "GET", workloadUri(endpoint), null));
        if (reply.isSuccess()) {
            return new Found(Workload.read(reply, JsonShape.value(reply)), null);
        }
        InferenceKeyException failure =
                Failures.of(reply, wire.transport().timing().instant());
        boolean missing = reply.status() == 404;
        if (missing && failure.code().equals(Optional.of(ErrorCode.WORKLOAD_NOT_FOUND.wire()))) {
            return new Found(null, failure);
        }
        if (missing || reply.status() == 405) {
            return list(endpoint.projectSlug()).stream()
                    .filter(workload -> workload.slug().equals(endpoint.workloadSlug()))
                    .findFirst()
                    .map(workload -> new Found(workload, null))
                    .orElseGet(() -> new Found(null, absent(endpoint)));
        }
        throw failure;
    }

    /** Every workload of a project, page by page. */
    List<Workload> list(String project) {
        Call.Name name = new Call.Name("list_workloads", false, ALL, project, null);
        List<Workload> workloads = new ArrayList<>();
        Set<URI> seen = new HashSet<>();
        Optional<URI> page = Optional.of(wire.uri("/api/projects/" + Slugs.segment(project) + "/workloads"));
        while (page.isPresent()) {
            URI uri = page.get();
            seen.add(uri);
            Reply reply = wire.success(call(name, "GET", uri, null));
            for (Object element : elements(reply)) {
                workloads.add(Workload.read(reply, element));
            }
            page = next(reply);
            if (page.isPresent() && seen.contains(page.get())) {
                throw Failures.unreadable(reply, "the list's pages go in a circle");
            }
        }
        return List.copyOf(workloads);
    }

    private static List<?> elements(Reply reply) {
        Object json = JsonShape.value(reply);
        List<?> elements = json instanceof Map<?, ?> object ? JsonShape.list(object, "workloads") : null;
        if (json instanceof List<?> bare) {
            elements = bare;
        }
        if (elements == null) {
            throw Failures.unreadable(reply, "a list of workloads was due");
        }
        return elements;
    }

    /** Never another server: the token goes along. */
    private Optional<URI> next(Reply reply) {
        Optional<URI> next;
        try {
            next = LinkHeader.next(reply.allHeaders("Link"), reply.uri());
        } catch (IllegalArgumentException e) {
            throw Failures.unreadable(reply, "the Link header's next page is no address");
        }
        if (next.isPresent() && !wire.transport().isSameOrigin(next.get())) {
            throw Failures.unreadable(reply, "the list goes on at another server, which must not see the token");
        }
        return next;
    }

    Creation create(String project, WorkloadSpec spec) {
        URI uri = wire.uri("/api/projects/" + Slugs.segment(project) + "/workloads");
        Call.Name name = new Call.Name("create_workload", false, ALL, project, spec.slug());
        Reply reply = wire.exchange(call(name, "POST", uri, Json.write(spec.toJson())));
        if (reply.status() == 201) {
            return Creation.CREATED;
        }
        if (reply.isSuccess() || reply.status() == 409) {
            return Creation.EXISTS;
        }
        throw Failures.of(reply, wire.transport().timing().instant());
    }

    /** Changes one; false if it is gone. */
    boolean patch(Workload workload, Map<String, ?> changes) {
        return existed(wire.exchange(
                call(named("update_workload", workload), "PATCH", workloadUri(workload), Json.write(changes))));
    }

    /** Deletes one; false if it was gone already. A repeated attempt that finds it gone was preceded by one that deleted it. */
    boolean delete(Workload workload) {
        Reply reply = wire.exchange(call(named("delete_workload", workload), "DELETE", workloadUri(workload), null));
        return existed(reply) || reply.attempts() > 1;
    }

    private boolean existed(Reply reply) {
        if (reply.status() == 404) {
            return false;
        }
        wire.requireSuccess(reply);
        return true;
    }

    /** The readiness stream, to be opened within {@code limit}, in one attempt: who follows it tries again by itself. */
    Call readiness(EndpointRef endpoint, Duration limit) {
        URI uri = URI.create(workloadUri(endpoint) + "/readiness-events");
        Call.Name name = named("watch_workload", ONE + "/readiness-events", endpoint);
        return new Call(name, "GET", uri, token, null, Map.of(), true, Call.Retry.IDEMPOTENT, limit, Duration.ZERO);
    }

    /** Why there is no such workload, if the server has no words for it. */
    static NotFoundException absent(EndpointRef endpoint) {
        return new NotFoundException(
                "no workload \"" + endpoint.workloadSlug() + "\" in project \"" + endpoint.projectSlug() + "\"",
                new ErrorDetails(404, ErrorCode.WORKLOAD_NOT_FOUND.wire(), null));
    }

    private URI workloadUri(EndpointRef endpoint) {
        return wire.uri("/api/projects/" + Slugs.segment(endpoint.projectSlug()) + "/workloads/"
                + Slugs.segment(endpoint.workloadSlug()));
    }

    private URI workloadUri(Workload workload) {
        return wire.uri("/api/workloads/" + Slugs.segment(workload.id()));
    }

    private static Call.Name named(String operation, String route, EndpointRef endpoint) {
        return new Call.Name(operation, false, route, endpoint.projectSlug(), endpoint.workloadSlug());
    }

    private static Call.Name named(String operation, Workload workload) {
        return new Call.Name(operation, false, "/api/workloads/{id}", workload.projectSlug(), workload.slug());
    }

    private Call call(Call.Name name, String method, URI uri, @Nullable BodyPublisher body) {
        return new Call(name, method, uri, token, body, Map.of(), false, Call.Retry.IDEMPOTENT, timeout, retryFor);
    }
}
