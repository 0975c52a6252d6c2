package dev.inferencekey.server.domain.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.policy.Autoscaling.Workers;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ExecutionPolicyTest {
    private static final Instant NOW = Instant.parse("2026-06-15T09:12:44Z");

    @Test
    void isOneReplicaAlwaysUnlessSomethingElseIsDeclared() {
        ExecutionPolicy policy = ExecutionPolicy.parse(null, null);

        assertThat(policy).isEqualTo(new Fixed(1));
        assertThat(policy.desiredReplicas(NOW, 0)).isEqualTo(1);
        assertThat(policy.isOpen(NOW)).isTrue();
        assertThat(policy.nextOpening(NOW)).isEmpty();
        assertThat(policy.nextChange(NOW)).isEmpty();
    }

    @Test
    void keepsAFixedNumberOfReplicasWhateverTheDemand() {
        assertThat(ExecutionPolicy.parse("fixed", Map.of("replicas", 3.0)).desiredReplicas(NOW, 99))
                .isEqualTo(3);
    }

    @Test
    void scalesWithTheDemandBetweenItsBounds() {
        ExecutionPolicy policy = ExecutionPolicy.parse("autoscaling", Map.of("min_workers", 0, "max_workers", 5));

        assertThat(policy.desiredReplicas(NOW, 0)).isZero();
        assertThat(policy.desiredReplicas(NOW, 3)).isEqualTo(3);
        assertThat(policy.desiredReplicas(NOW, 9)).isEqualTo(5);
        assertThat(ExecutionPolicy.parse("autoscaling", Map.of("min_workers", 2))
                        .desiredReplicas(NOW, 0))
                .isEqualTo(2);
    }

    @Test
    void readsTheWorkersOfTheContract() {
        Map<String, Object> pool = Map.of(
                "gpu_pool",
                List.of("NVIDIA A100-SXM4-80GB"),
                "max_hourly_cost_usd",
                5.0,
                "max_instances",
                5,
                "allowed_cuda_versions",
                List.of("13.0"));

        ExecutionPolicy cloud = ExecutionPolicy.parse(
                "autoscaling",
                Map.of(
                        "min_workers",
                        0,
                        "max_workers",
                        5,
                        "max_hourly_cost_usd",
                        7.5,
                        "workers",
                        Map.of("source", "cloud", "cloud_pool", pool)));
        ExecutionPolicy own = ExecutionPolicy.parse(
                "autoscaling", Map.of("workers", Map.of("source", "private", "private_worker_ids", List.of("wrk_1"))));

        assertThat(cloud)
                .isEqualTo(new Autoscaling(
                        0, 5, 5.0, new Workers.Cloud(List.of("NVIDIA A100-SXM4-80GB"), 5, List.of("13.0"))));
        assertThat(own).isEqualTo(new Autoscaling(0, 1, null, new Workers.Private(List.of("wrk_1"))));
    }

    static Stream<Arguments> refusals() {
        Map<String, Object> gpus = Map.of("gpu_pool", List.of("A100"));
        return Stream.of(
                refusal("fixed", Map.of("replica", 1), "replica", "unknown field"),
                refusal("fixed", Map.of("replicas", 0), "replicas", "from 1 to 1000"),
                refusal("fixed", Map.of("replicas", 1.5), "replicas", "whole number"),
                refusal("fixed", Map.of("replicas", "2"), "replicas", "must be a number"),
                refusal("autoscaling", Map.of("min_workers", -1), "min_workers", "from 0"),
                refusal("autoscaling", Map.of("max_workers", 0), "max_workers", "from 1"),
                refusal(
                        "autoscaling",
                        Map.of("min_workers", 3, "max_workers", 2),
                        "min_workers",
                        "larger than max_workers"),
                refusal("autoscaling", Map.of("max_hourly_cost_usd", 0), "max_hourly_cost_usd", "from 0.01"),
                refusal("autoscaling", Map.of("workers", "cloud"), "workers", "must be an object"),
                refusal("autoscaling", Map.of("workers", Map.of()), "workers.source", "is required"),
                refusal(
                        "autoscaling",
                        Map.of("workers", Map.of("source", "aws")),
                        "workers.source",
                        "private or cloud"),
                refusal("autoscaling", cloud(null, gpus), "max_hourly_cost_usd", "above 0 for cloud"),
                refusal("autoscaling", cloud(5, null), "workers.cloud_pool.gpu_pool", "at least one GPU"),
                refusal(
                        "autoscaling",
                        cloud(5, Map.of("gpu_pool", List.of())),
                        "workers.cloud_pool.gpu_pool",
                        "at least one GPU"),
                refusal(
                        "autoscaling",
                        cloud(5, Map.of("gpu_pool", List.of(" "))),
                        "workers.cloud_pool.gpu_pool[0]",
                        "non-empty"),
                refusal(
                        "autoscaling",
                        cloud(5, Map.of("gpu_pool", "A100")),
                        "workers.cloud_pool.gpu_pool",
                        "list of strings"),
                refusal("autoscaling", cloud(5, Map.of("gpus", List.of())), "workers.cloud_pool.gpus", "unknown field"),
                refusal("scheduled", Map.of(), "cron", "is required for a scheduled workload"),
                refusal("scheduled", Map.of("cron", "every day"), "cron", "five fields"),
                refusal("scheduled", Map.of("cron", "0 2 * * * *"), "cron", "five fields"),
                refusal("scheduled", Map.of("cron", "60 2 * * *"), "cron", "five fields"),
                refusal("scheduled", Map.of("cron", "0 0 30 2 *"), "cron", "never comes"),
                refusal(
                        "scheduled",
                        Map.of("cron", "0 2 * * *", "duration_minutes", 0),
                        "duration_minutes",
                        "from 1 to 10080"),
                refusal(
                        "scheduled",
                        Map.of("cron", "0 2 * * *", "timezone", "Europe/Atlantis"),
                        "timezone",
                        "is not a time zone"),
                refusal(
                        "scheduled",
                        Map.of("cron", "0 2 * * *", "window", "08:00-09:00"),
                        "cron",
                        "does not go together"),
                refusal("scheduled", Map.of("window", "always"), "window", "must look like"),
                refusal("scheduled", Map.of("window", "Mon-Fri 8-20"), "window", "must look like"),
                refusal("scheduled", Map.of("window", "Mon-Fri 08:00-24:01"), "window", "00:00 to 24:00"),
                refusal("scheduled", Map.of("window", "Mon-Fri 08:60-09:00"), "window", "00:00 to 24:00"),
                refusal("scheduled", Map.of("window", "08:00-08:00"), "window", "last some time"),
                refusal("scheduled", Map.of("window", "Mon-Wed-Fri 08:00-09:00"), "window", "days such as"),
                refusal("scheduled", Map.of("window", "Mo-Fr 08:00-09:00"), "window", "days from Mon to Sun"),
                refusal("scheduled", Map.of("window", "Mon 08:00-09:00 Mars/Olympus"), "window", "time zone such as"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesWithThePathOfTheKey(String kind, Map<String, Object> config, String key, String message) {
        assertThatThrownBy(() -> ExecutionPolicy.parse(kind, config))
                .isInstanceOfSatisfying(
                        InvalidFieldException.class,
                        e -> assertThat(e.field()).isEqualTo("execution_policy_config." + key))
                .hasMessageContaining(message);
    }

    @Test
    void refusesAnUnknownKind() {
        assertThatThrownBy(() -> ExecutionPolicy.parse("cron", null))
                .isInstanceOfSatisfying(
                        InvalidFieldException.class, e -> assertThat(e.field()).isEqualTo("execution_policy"));
    }

    private static Arguments refusal(String kind, Map<String, Object> config, String key, String message) {
        return Arguments.of(kind, config, key, message);
    }

    private static Map<String, Object> cloud(@Nullable Integer ceiling, @Nullable Map<String, Object> pool) {
        Map<String, Object> workers = new HashMap<>(Map.of("source", "cloud"));
        if (pool != null) {
            workers.put("cloud_pool", pool);
        }
        Map<String, Object> config = new HashMap<>(Map.of("workers", workers));
        if (ceiling != null) {
            config.put("max_hourly_cost_usd", ceiling);
        }
        return config;
    }
}
