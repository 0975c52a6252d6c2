package dev.inferencekey.cli.workload;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.FactSheet;
import dev.inferencekey.cli.command.Facts;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Shows a workload to people. */
record WorkloadScreen(CommandContext context) {
    void show(JsonNode workload) {
        JsonNode status = workload.path("status");
        new FactSheet("workload " + Facts.shown(workload, "slug"))
                .add("name", Facts.text(workload, "name"))
                .add("project", Facts.text(workload, "project_slug"))
                .add("id", Facts.text(workload, "id"))
                .addIfPresent("description", Facts.text(workload, "description"))
                .add("backend", Facts.text(workload, "backend"))
                .add("model", Facts.text(workload, "model_name"))
                .add("task", Facts.text(workload, "task_type"))
                .addIfPresent("config", Facts.text(workload, "config"))
                .addIfPresent("policy", Facts.text(workload, "execution_policy"))
                .addIfPresent("policy config", Facts.text(workload, "execution_policy_config"))
                .addIfPresent("worker", Facts.text(workload, "worker_id"))
                .addIfPresent("gpu", Facts.text(workload, "gpu_resource_id"))
                .add("status", Facts.text(status, "phase"))
                .addIfPresent("", Facts.text(status, "message"))
                .add("replicas", replicas(workload))
                .addIfPresent("endpoint", Facts.text(workload, "endpoint_url"))
                .add("created", Facts.when(workload, "created_at", context.now()))
                .add("changed", Facts.when(workload, "updated_at", context.now()))
                .print(context.shell().out(), context.shell().outTerminal());
    }

    /** Ready of desired, such as {@code 1/2}; null if the server says nothing about it. */
    static @Nullable String replicas(JsonNode workload) {
        JsonNode status = workload.path("status");
        return status.has("desired_replicas")
                ? Facts.shown(status, "ready_replicas") + "/" + Facts.shown(status, "desired_replicas")
                : null;
    }
}
