package dev.inferencekey;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a call before it is sent. Everything but {@code project} and {@code workload} takes few different values, so that it can
 * label metrics; those two take as many as there are workloads.
 *
 * @param operation {@code chat}, {@code embeddings}, {@code rerank} and other names of OpenTelemetry's conventions for inference, {@code
 *     submit_job}, {@code get_job}, or {@code list_workloads}, {@code get_workload}, {@code create_workload}, {@code update_workload},
 *     {@code delete_workload}, {@code watch_workload}
 * @param inference whether a model is asked
 * @param method of HTTP
 * @param route the path with placeholders, such as {@code /endpoint/{project}/{workload}/v1/chat/completions}
 * @param serverAddress the host of the base URL
 * @param serverPort its port, the scheme's default included
 * @param project the slug or id
 * @param workload the slug; null where a whole project is asked for
 * @param streamed whether the answer is asked for piece by piece
 */
public record CallInfo(
        String operation,
        boolean inference,
        String method,
        String route,
        String serverAddress,
        int serverPort,
        @Nullable String project,
        @Nullable String workload,
        boolean streamed) {}
