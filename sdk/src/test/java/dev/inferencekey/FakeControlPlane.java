package dev.inferencekey;

import dev.inferencekey.contract.workload.Drift;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The control plane's workload routes over a map, as the contract says. Thread-safe: one request at a time. */
final class FakeControlPlane implements FakeServer.Script {
    private final Map<String, Map<String, @Nullable Object>> workloads = new LinkedHashMap<>();
    private final List<String> changes = new ArrayList<>();
    private int created;
    /** Whether there is a route for one workload of a project; other servers have none. */
    volatile boolean knowsSlugs = true;

    @Override
    public synchronized void answer(FakeServer.Request request, FakeServer.Answer answer) throws IOException {
        String[] path = request.path().split("\\?")[0].substring(1).split("/");
        if (path.length == 4 && path[3].equals("workloads")) {
            collection(request, answer, path[2]);
        } else if (path.length == 5 && path[3].equals("workloads") && knowsSlugs) {
            Map<String, @Nullable Object> workload = workloads.get(path[4]);
            reply(answer, workload == null ? 404 : 200, workload);
        } else if (path.length == 3 && path[1].equals("workloads")) {
            one(request, answer, path[2]);
        } else {
            answer.json(404, "{\"error\":\"not_found\",\"message\":\"no such route\"}");
        }
    }

    private void collection(FakeServer.Request request, FakeServer.Answer answer, String project) throws IOException {
        if (request.method().equals("GET")) {
            answer.json(200, text(new ArrayList<>(workloads.values())));
            return;
        }
        Map<String, @Nullable Object> body = Golden.parse(request.body().getBytes(StandardCharsets.UTF_8));
        String slug = String.valueOf(body.get("slug"));
        Map<String, @Nullable Object> existing = workloads.get(slug);
        if (existing != null) {
            boolean same = Drift.between(body, existing).isEmpty();
            reply(answer, same ? 200 : 409, existing);
            return;
        }
        created++;
        changes.add("POST " + request.body());
        put(project, body);
        reply(answer, 201, workloads.get(slug));
    }

    private void one(FakeServer.Request request, FakeServer.Answer answer, String id) throws IOException {
        Map<String, @Nullable Object> workload = workloads.values().stream()
                .filter(each -> id.equals(each.get("id")))
                .findFirst()
                .orElse(null);
        if (workload != null && request.method().equals("PATCH")) {
            changes.add("PATCH " + request.body());
            workload.putAll(Golden.parse(request.body().getBytes(StandardCharsets.UTF_8)));
        }
        if (workload != null && request.method().equals("DELETE")) {
            changes.add("DELETE");
            workloads.remove(String.valueOf(workload.get("slug")));
            answer.whole(204, "text/plain", "");
            return;
        }
        reply(answer, workload == null ? 404 : 200, workload);
    }

    private static void reply(FakeServer.Answer answer, int status, @Nullable Object workload) throws IOException {
        if (status == 404) {
            answer.json(
                    404,
                    "{\"error\":\"workload_not_found\",\"message\":\"no workload here\"}",
                    "X-Request-Id: req_404");
        } else if (status == 409) {
            answer.json(409, "{\"error\":\"slug_taken\",\"message\":\"the slug is taken\"}");
        } else {
            answer.json(status, text(workload));
        }
    }

    /** Lets a workload exist. */
    synchronized void put(String project, Map<String, ?> declared) {
        Map<String, @Nullable Object> workload = new LinkedHashMap<>(declared);
        String slug = String.valueOf(declared.get("slug"));
        workload.putIfAbsent("task_type", "text2text");
        workload.put("id", "wl_" + slug);
        workload.put("project_slug", "acme");
        workload.put("project_id", project);
        workloads.put(slug, workload);
    }

    /** Every change that was made, as method and body. */
    synchronized List<String> changes() {
        return List.copyOf(changes);
    }

    synchronized int created() {
        return created;
    }

    private static String text(@Nullable Object json) {
        return new String(Golden.write(json), StandardCharsets.UTF_8);
    }
}
