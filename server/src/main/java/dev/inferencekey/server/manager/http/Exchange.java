package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.access.Addressed;
import dev.inferencekey.server.manager.access.Authenticated;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.manager.session.SignInService;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request that was authenticated and allowed, as its handler sees it. Used by one thread.
 *
 * @param from the caller's address
 * @param baseUrl the control plane's address as this caller knows it, without trailing slash
 * @param endpoints where applications reach the data plane
 */
public record Exchange(
        Request request,
        String requestId,
        Authenticated who,
        String from,
        Addressed addressed,
        Map<String, String> variables,
        Query query,
        URI baseUrl,
        EndpointAddress endpoints) {
    /** The largest body that is taken, in bytes: 1 MiB. */
    public static final int MAX_BODY = 1024 * 1024;

    private static final Pattern JSON_UTF8 = Pattern.compile("application/json\\s*(;\\s*charset=\"?utf-8\"?\\s*)?");

    public Exchange {
        variables = Map.copyOf(variables);
    }

    /** The data plane's address as applications know it, without trailing slash. */
    public URI endpointsUrl() {
        return endpoints.toldAt(baseUrl);
    }

    /** Where a workload of the project is called; OpenAI clients take {@code /v1} behind it. */
    public String endpointUrl(String projectSlug, String workloadSlug) {
        return endpointsUrl() + "/endpoint/" + projectSlug + "/" + workloadSlug;
    }

    /** Where a sign-in that begins here comes from. */
    public SignInService.Origin origin() {
        return new SignInService.Origin(from, request.header("user-agent"));
    }

    public Requester requester() {
        return new Requester(who.caller(), from);
    }

    /** The project in the path. */
    public Project project() {
        return addressed.requireProject();
    }

    /** The workload whose id is in the path. */
    public Workload workload() {
        return addressed.requireWorkload();
    }

    /** A variable of the path, decoded. */
    public String variable(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalStateException("the route has no variable {" + name + "}");
        }
        return value;
    }

    /** The body, which must be one JSON object. */
    public Map<String, @Nullable Object> json() {
        return parse(request.body().read(MAX_BODY));
    }

    /** The body's fields. */
    public JsonFields fields() {
        return JsonFields.ofBody(json());
    }

    /** The body's fields, none if there is no body. */
    public JsonFields fieldsIfAny() {
        byte[] body = request.body().read(MAX_BODY);
        return JsonFields.ofBody(body.length == 0 ? Map.of() : parse(body));
    }

    /** The fields of the form that a page sent. */
    public FormFields form() {
        return request.form();
    }

    /** The same exchange with another value of a query parameter, for the link to the next piece; without it if {@code value} is null. */
    public Exchange withParameter(String name, @Nullable String value) {
        return new Exchange(
                request, requestId, who, from, addressed, variables, query.with(name, value), baseUrl, endpoints);
    }

    /** A piece of a list as a bare array, with the way to the next piece in the header {@code Link}. */
    public <T> Answer list(PageRequest asked, Page<T> page, Function<T, Map<String, @Nullable Object>> toJson) {
        Answer answer = Answer.ok(page.items().stream().map(toJson).toList());
        String next = page.next();
        return next == null
                ? answer
                : answer.withHeader(
                        "Link", "<" + request.path() + "?" + query.withCursor(next, asked.limit()) + ">; rel=\"next\"");
    }

    private Map<String, @Nullable Object> parse(byte[] body) {
        String type = request.header("content-type").toLowerCase(Locale.ROOT);
        if (body.length > 0 && !JSON_UTF8.matcher(type).matches()) {
            throw new RefusedException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "the body must be application/json in UTF-8");
        }
        return JsonBody.parse(body);
    }
}
