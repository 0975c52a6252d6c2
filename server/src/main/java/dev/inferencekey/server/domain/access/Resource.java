package dev.inferencekey.server.domain.access;

/** What an action is about. */
public sealed interface Resource {
    /** The platform as a whole, or the caller itself. */
    record Platform() implements Resource {}

    /** A project that exists. */
    record InProject(String projectSlug) implements Resource {}

    /** A project that was addressed and does not exist; told only to those who may know. */
    record MissingProject(String addressed) implements Resource {}

    /** A workload's endpoint, by name: whether it exists is not part of the decision. */
    record Endpoint(String projectSlug, String workloadSlug) implements Resource {}
}
