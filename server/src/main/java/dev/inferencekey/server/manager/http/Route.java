package dev.inferencekey.server.manager.http;

import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One thing that the control plane serves. There is no route without an action: that is what the decision is asked for.
 *
 * @param method upper case
 * @param path with variables in braces
 * @param about what the action is about
 * @param query the names of the query parameters that it takes; any other is refused
 * @param absence what is asked when the answer is that there is no such thing; null for nothing
 */
public record Route(
        String method,
        String path,
        Action action,
        ResourceKind about,
        Set<String> query,
        @Nullable Supplier<Receipt> absence,
        Handler handler) {
    /** Where a route finds its resource. */
    public enum ResourceKind {
        /** The platform as a whole, or the caller itself. */
        PLATFORM,
        /** The project that the path names as {@code {project}}. */
        PROJECT_IN_PATH,
        /** The project of the workload that the path names as {@code {workload_id}}. */
        WORKLOAD_ID_IN_PATH
    }

    /** Answers a request that was allowed. */
    @FunctionalInterface
    public interface Handler {
        Answer handle(Exchange exchange);
    }

    /** The path variable of {@link ResourceKind#PROJECT_IN_PATH}. */
    public static final String PROJECT = "project";

    /** The path variable of {@link ResourceKind#WORKLOAD_ID_IN_PATH}. */
    public static final String WORKLOAD_ID = "workload_id";

    /** The query parameters of a list that can grow. */
    public static final Set<String> PAGING = Set.of("limit", "cursor");

    public Route {
        Objects.requireNonNull(action, "a route without an action must not exist");
        Objects.requireNonNull(about, "a route without a resource must not exist");
        Objects.requireNonNull(handler, "a route without a handler must not exist");
        query = Set.copyOf(query);
        PathTemplate template = new PathTemplate(path);
        requireVariable(template, PROJECT, about == ResourceKind.PROJECT_IN_PATH);
        requireVariable(template, WORKLOAD_ID, about == ResourceKind.WORKLOAD_ID_IN_PATH);
    }

    /** A route about the platform. */
    public static Route platform(String method, String path, Action action, Handler handler) {
        return new Route(method, path, action, ResourceKind.PLATFORM, Set.of(), null, handler);
    }

    /** A route about the project in its path. */
    public static Route project(String method, String path, Action action, Handler handler) {
        return new Route(method, path, action, ResourceKind.PROJECT_IN_PATH, Set.of(), null, handler);
    }

    /** A route about the workload in its path. */
    public static Route workload(String method, String path, Action action, Handler handler) {
        return new Route(method, path, action, ResourceKind.WORKLOAD_ID_IN_PATH, Set.of(), null, handler);
    }

    /** The same route, taking these query parameters. */
    public Route withQuery(Set<String> names) {
        return new Route(method, path, action, about, names, absence, handler);
    }

    /**
     * The same route, whose answer that there is no such thing comes with a receipt of how far that is known. For what deletes: somebody whose
     * deletion was stored, but not confirmed, sends it again and hears where it is in force.
     */
    public Route withReceiptOfAbsence(Supplier<Receipt> receipt) {
        return new Route(method, path, action, about, query, receipt, handler);
    }

    private static void requireVariable(PathTemplate template, String variable, boolean expected) {
        if (template.names(variable) != expected) {
            throw new IllegalArgumentException(template.text() + (expected ? " lacks {" : " must not name {") + variable
                    + "}: the path and the resource of a route go together");
        }
    }
}
