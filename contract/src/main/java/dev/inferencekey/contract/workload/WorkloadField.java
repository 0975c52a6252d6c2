package dev.inferencekey.contract.workload;

/** The fields of a declaration that are compared with the live workload. */
public enum WorkloadField {
    NAME("name"),
    TASK_TYPE("task_type"),
    BACKEND("backend"),
    MODEL_NAME("model_name"),
    DESCRIPTION("description"),
    CONFIG("config"),
    WORKER_ID("worker_id"),
    GPU_RESOURCE_ID("gpu_resource_id"),
    EXECUTION_POLICY("execution_policy"),
    EXECUTION_POLICY_CONFIG("execution_policy_config");

    private final String wire;

    WorkloadField(String wire) {
        this.wire = wire;
    }

    /** The name on the wire. */
    public String wire() {
        return wire;
    }

    /** Whether an update can change it. The task type is fixed at creation. */
    public boolean isMutable() {
        return this != TASK_TYPE;
    }
}
