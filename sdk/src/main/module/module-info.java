/** The Java client of InferenceKey. */
module dev.inferencekey.sdk {
    requires transitive dev.inferencekey.contract;
    requires java.net.http;
    requires static org.jspecify;
    requires tools.jackson.databind;

    exports dev.inferencekey;

    // Vectors are read without a Java object for each number.
    opens dev.inferencekey.internal to tools.jackson.databind;
}
