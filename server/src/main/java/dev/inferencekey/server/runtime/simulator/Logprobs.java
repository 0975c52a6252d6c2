package dev.inferencekey.server.runtime.simulator;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Made-up probabilities of tokens: the token that was taken is always the likeliest. */
final class Logprobs {
    static final int MAX_TOP = 20;

    private static final String[] OTHERS = {
        " the", " a", " is", " of", " and", " to", " in", " it", " for", " on", " as", " with", " that", " at", " by",
        " this", " from", " or", " an", " be", " not"
    };

    private Logprobs() {}

    /** Of a token alone, negative. */
    static double of(String token) {
        return -0.001 - Math.floorMod(SimulatedText.seed(token), 500) / 1_000.0;
    }

    /** The tokens that are likeliest in the place of {@code token}, itself first; up to {@code top}. */
    static List<String> likeliest(String token, int top) {
        return Stream.concat(Stream.of(token), Arrays.stream(OTHERS).filter(other -> !other.equals(token)))
                .limit(top)
                .toList();
    }

    /** Of the token at {@code rank} in {@link #likeliest}. */
    static double ofRank(String token, int rank) {
        return rank == 0 ? of(token) : -1 - 0.5 * rank;
    }

    /** As chats and responses tell it: one object for each token. */
    static ArrayNode list(List<String> tokens, int top) {
        ArrayNode list = Call.JSON.createArrayNode();
        for (String token : tokens) {
            ObjectNode entry = entry(token, of(token));
            ArrayNode alternatives = entry.putArray("top_logprobs");
            List<String> likeliest = likeliest(token, top);
            for (int rank = 0; rank < likeliest.size(); rank++) {
                alternatives.add(entry(likeliest.get(rank), ofRank(token, rank)));
            }
            list.add(entry);
        }
        return list;
    }

    /** A token with its probability and its bytes. */
    static ObjectNode entry(String token, double logprob) {
        ObjectNode entry = Call.JSON.createObjectNode().put("token", token).put("logprob", logprob);
        ArrayNode bytes = entry.putArray("bytes");
        for (byte value : token.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(value & 0xff);
        }
        return entry;
    }

    /** As a chat's choice has it. */
    static ObjectNode ofChat(List<String> tokens, int top) {
        ObjectNode logprobs = Call.JSON.createObjectNode();
        logprobs.set("content", list(tokens, top));
        return logprobs.putNull("refusal");
    }

    /**
     * As a choice of {@code v1/completions} has it.
     *
     * @param offset how many characters come before the first token
     */
    static JsonNode ofCompletion(List<String> tokens, int top, int offset) {
        ObjectNode logprobs = Call.JSON.createObjectNode();
        ArrayNode names = logprobs.putArray("tokens");
        ArrayNode values = logprobs.putArray("token_logprobs");
        ArrayNode alternatives = logprobs.putArray("top_logprobs");
        ArrayNode offsets = logprobs.putArray("text_offset");
        int at = offset;
        for (String token : tokens) {
            names.add(token);
            values.add(of(token));
            offsets.add(at);
            at += token.length();
            ObjectNode place = alternatives.addObject();
            List<String> likeliest = likeliest(token, top);
            for (int rank = 0; rank < likeliest.size(); rank++) {
                place.put(likeliest.get(rank), ofRank(token, rank));
            }
        }
        return logprobs;
    }
}
