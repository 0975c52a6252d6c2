package dev.inferencekey.cli.credential;

import tools.jackson.databind.JsonNode;

/** What is said of requests that were ended with their key. Stateless. */
final class EndedStreams {
    private EndedStreams() {}

    /** A sentence behind others; empty if there were none. */
    static String sentence(JsonNode key) {
        int ended = key.path("ended_streams").asInt(0);
        return ended == 0 ? "" : " Ended " + ended + (ended == 1 ? " request" : " requests") + " under way.";
    }
}
