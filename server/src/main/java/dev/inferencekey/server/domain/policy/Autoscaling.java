package dev.inferencekey.server.domain.policy;

import dev.inferencekey.server.domain.JsonFields;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * As many replicas as the load asks for, between two bounds; zero when idle if the lower bound allows it.
 *
 * @param minWorkers 0 to {@code maxWorkers}
 * @param maxWorkers at least 1
 * @param maxHourlyCostUsd what all workers together may cost per hour, null for no ceiling
 * @param workers where they may come from, null for whatever the platform has
 */
public record Autoscaling(
        int minWorkers,
        int maxWorkers,
        @Nullable Double maxHourlyCostUsd,
        @Nullable Workers workers) implements ExecutionPolicy {
    static final String WIRE = "autoscaling";

    private static final int MOST_WORKERS = 1000;
    private static final int MOST_ENTRIES = 1000;
    private static final int LONGEST_ENTRY = 200;
    private static final double CENT = 0.01;
    private static final double MOST_USD = 1_000_000;

    private static final String MIN_WORKERS = "min_workers";
    private static final String MAX_WORKERS = "max_workers";
    private static final String MAX_HOURLY_COST_USD = "max_hourly_cost_usd";
    private static final String WORKERS = "workers";
    private static final String SOURCE = "source";
    private static final String PRIVATE_WORKER_IDS = "private_worker_ids";
    private static final String CLOUD_POOL = "cloud_pool";
    private static final String GPU_POOL = "gpu_pool";
    private static final String MAX_INSTANCES = "max_instances";
    private static final String ALLOWED_CUDA_VERSIONS = "allowed_cuda_versions";

    /** Where workers come from. */
    public sealed interface Workers {
        /** Machines of one's own; an empty list means any. They cost nothing here. */
        record Private(List<String> workerIds) implements Workers {
            public Private {
                workerIds = List.copyOf(workerIds);
            }
        }

        /**
         * Rented machines.
         *
         * @param gpuPool the GPUs to rent, at least one
         * @param maxInstances null for no bound besides {@code maxWorkers}
         * @param allowedCudaVersions empty for any
         */
        record Cloud(List<String> gpuPool, @Nullable Integer maxInstances, List<String> allowedCudaVersions)
                implements Workers {
            public Cloud {
                gpuPool = List.copyOf(gpuPool);
                allowedCudaVersions = List.copyOf(allowedCudaVersions);
            }
        }
    }

    static Autoscaling parse(JsonFields fields) {
        fields.refuseUnknown(List.of(MIN_WORKERS, MAX_WORKERS, MAX_HOURLY_COST_USD, WORKERS));
        Integer min = fields.integer(MIN_WORKERS, 0, MOST_WORKERS);
        Integer max = fields.integer(MAX_WORKERS, 1, MOST_WORKERS);
        int minWorkers = min == null ? 0 : min;
        int maxWorkers = max == null ? Math.max(1, minWorkers) : max;
        if (minWorkers > maxWorkers) {
            throw fields.wrong(MIN_WORKERS, "must not be larger than max_workers");
        }
        Double ceiling = fields.number(MAX_HOURLY_COST_USD, CENT, MOST_USD);
        JsonFields workers = fields.fields(WORKERS);
        if (workers == null) {
            return new Autoscaling(minWorkers, maxWorkers, ceiling, null);
        }
        workers.refuseUnknown(List.of(SOURCE, PRIVATE_WORKER_IDS, CLOUD_POOL));
        List<String> privateIds = workers.texts(PRIVATE_WORKER_IDS, MOST_ENTRIES, LONGEST_ENTRY);
        JsonFields pool = workers.fields(CLOUD_POOL);
        return switch (workers.requiredText(SOURCE, LONGEST_ENTRY)) {
            case "private" ->
                new Autoscaling(minWorkers, maxWorkers, ceiling, new Workers.Private(orEmpty(privateIds)));
            case "cloud" -> {
                Double poolCeiling = pool == null ? null : pool.number(MAX_HOURLY_COST_USD, CENT, MOST_USD);
                Double effective = lower(ceiling, poolCeiling);
                if (effective == null) {
                    throw fields.wrong(MAX_HOURLY_COST_USD, "is required and must be above 0 for cloud workers");
                }
                yield new Autoscaling(minWorkers, maxWorkers, effective, cloud(workers, pool));
            }
            default -> throw workers.wrong(SOURCE, "must be private or cloud");
        };
    }

    private static Workers.Cloud cloud(JsonFields workers, @Nullable JsonFields pool) {
        if (pool == null) {
            throw workers.wrong(CLOUD_POOL + "." + GPU_POOL, "is required for cloud workers: name at least one GPU");
        }
        pool.refuseUnknown(List.of(GPU_POOL, MAX_HOURLY_COST_USD, MAX_INSTANCES, ALLOWED_CUDA_VERSIONS));
        List<String> gpus = orEmpty(pool.texts(GPU_POOL, MOST_ENTRIES, LONGEST_ENTRY));
        if (gpus.isEmpty()) {
            throw pool.wrong(GPU_POOL, "is required for cloud workers: name at least one GPU");
        }
        return new Workers.Cloud(
                gpus,
                pool.integer(MAX_INSTANCES, 1, MOST_WORKERS),
                orEmpty(pool.texts(ALLOWED_CUDA_VERSIONS, MOST_ENTRIES, LONGEST_ENTRY)));
    }

    @Override
    public String wire() {
        return WIRE;
    }

    @Override
    public int desiredReplicas(Instant now, int demand) {
        return Math.clamp(demand, minWorkers, maxWorkers);
    }

    @Override
    public boolean isOpen(Instant now) {
        return true;
    }

    @Override
    public Optional<Instant> nextOpening(Instant now) {
        return Optional.empty();
    }

    @Override
    public Optional<Instant> nextChange(Instant now) {
        return Optional.empty();
    }

    private static @Nullable Double lower(@Nullable Double one, @Nullable Double other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return Math.min(one, other);
    }

    private static List<String> orEmpty(@Nullable List<String> list) {
        return list == null ? List.of() : list;
    }
}
