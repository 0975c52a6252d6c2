package dev.inferencekey.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;

/** What LangChain4j knows and endpoints do not. Stateless. */
final class Unsupported {
    private Unsupported() {}

    /** @param what such as "a PDF in a message" */
    static UnsupportedFeatureException feature(String what) {
        return new UnsupportedFeatureException(what + " is not supported by InferenceKey endpoints");
    }

    /** @param instead what to do, as a sentence without its full stop */
    static UnsupportedFeatureException feature(String what, String instead) {
        return new UnsupportedFeatureException(what + " is not supported by InferenceKey endpoints: " + instead);
    }
}
