package dev.inferencekey;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.internal.Reply;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workload as the server reports it. Null is what the server does not say; {@code raw} keeps everything, fields included that
 * this version does not know. Immutable; all maps are unmodifiable plain JSON.
 *
 * @param id the server's name for it
 * @param slug its identity inside the project
 * @param createdAt null also if the server's text is no time
 * @param raw the whole answer, by wire names
 */
public record Workload(
        String id,
        @Nullable String projectId,
        @Nullable String projectSlug,
        String slug,
        @Nullable String name,
        @Nullable String description,
        @Nullable String taskType,
        @Nullable String backend,
        @Nullable String modelName,
        @Nullable Map<String, @Nullable Object> config,
        @Nullable String workerId,
        @Nullable String gpuResourceId,
        @Nullable String executionPolicy,
        @Nullable Map<String, @Nullable Object> executionPolicyConfig,
        @Nullable Instant createdAt,
        @Nullable Instant updatedAt,
        @Nullable WorkloadStatus status,
        @Nullable String endpointUrl,
        Map<String, @Nullable Object> raw) {

    /** Which one it is; config and other texts from outside are left out. */
    @Override
    public String toString() {
        return Redaction.scrub("Workload[" + id + ", " + slug + (status == null ? "]" : ", " + status.phase() + "]"));
    }

    static Workload read(Reply reply, @Nullable Object json) {
        Map<String, @Nullable Object> raw = JsonShape.requireObject(reply, json);
        String id = JsonShape.id(raw, "id");
        String slug = JsonShape.string(raw, "slug");
        if (slug == null) {
            slug = JsonShape.string(raw, "workload_slug");
        }
        if (id == null || id.isBlank() || slug == null) {
            throw Failures.unreadable(reply, "a workload without id or slug");
        }
        return new Workload(
                id,
                JsonShape.id(raw, "project_id"),
                JsonShape.string(raw, "project_slug"),
                slug,
                JsonShape.string(raw, "name"),
                JsonShape.string(raw, "description"),
                JsonShape.string(raw, "task_type"),
                JsonShape.string(raw, "backend"),
                JsonShape.string(raw, "model_name"),
                JsonShape.object(raw, "config"),
                JsonShape.id(raw, "worker_id"),
                JsonShape.id(raw, "gpu_resource_id"),
                JsonShape.string(raw, "execution_policy"),
                JsonShape.object(raw, "execution_policy_config"),
                JsonShape.instant(raw, "created_at"),
                JsonShape.instant(raw, "updated_at"),
                status(JsonShape.object(raw, "status")),
                JsonShape.string(raw, "endpoint_url"),
                raw);
    }

    private static @Nullable WorkloadStatus status(@Nullable Map<String, @Nullable Object> json) {
        String phase = json == null ? null : JsonShape.string(json, "phase");
        if (json == null || phase == null) {
            return null;
        }
        String message = JsonShape.string(json, "message");
        return new WorkloadStatus(
                phase,
                message == null ? null : Redaction.scrub(message),
                count(json, "ready_replicas"),
                count(json, "desired_replicas"));
    }

    private static int count(Map<String, @Nullable Object> json, String name) {
        Long value = JsonShape.integer(json, name);
        return value == null ? 0 : (int) Math.max(0, Math.min(Integer.MAX_VALUE, value));
    }
}
