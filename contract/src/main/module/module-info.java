/** What both ends of InferenceKey's wire agree on. */
module dev.inferencekey.contract {
    requires static org.jspecify;

    exports dev.inferencekey.contract.credential;
    exports dev.inferencekey.contract.error;
    exports dev.inferencekey.contract.sse;
    exports dev.inferencekey.contract.webhook;
    exports dev.inferencekey.contract.workload;
}
