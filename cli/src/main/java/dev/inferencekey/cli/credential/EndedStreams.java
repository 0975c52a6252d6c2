package dev.inferencekey.cli.credential;

import tools.jackson.databind.JsonNode;

/** What is said of requests that were ended with their key. Stateless. */
final class EndedStreams {
    private EndedStreams() {}

    /** A sentence behind others; empty if there were none. */
    static String sentence(JsonNode key) {
        int ended = key.path("ended_streams").asInt(0);
        if (ended == 0) {
            return "";
        }
        boolean several = key.path("propagation").path("nodes").size() > 1;
        return " Ended " + ended + (ended == 1 ? " request" : " requests") + " under way"
                + (several ? " on the node that answered; the others have ended theirs." : ".");
    }
}
