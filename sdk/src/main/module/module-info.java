/** The Java client of InferenceKey. */
module dev.inferencekey.sdk {
    requires transitive dev.inferencekey.contract;
    requires java.net.http;
    requires static org.jspecify;
    requires tools.jackson.databind;

    // For those who have them.
    requires static io.opentelemetry.api;
    requires static io.opentelemetry.context;
    requires static micrometer.commons;
    requires static micrometer.core;
    requires static micrometer.observation;

    exports dev.inferencekey;
    exports dev.inferencekey.micrometer;
    exports dev.inferencekey.opentelemetry;

    // Vectors are read without a Java object for each number.
    opens dev.inferencekey.internal to tools.jackson.databind;
}
