package dev.inferencekey.langchain4j;

import dev.inferencekey.Endpoint;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;
import java.util.Set;

/**
 * What both chat models are made with. Immutable.
 *
 * @param defaults what holds where a request says nothing else; with the workload's slug as the model's name
 */
record ChatSettings(
        Endpoint endpoint,
        InferenceKeyChatRequestParameters defaults,
        boolean strictTools,
        boolean strictJsonSchema,
        boolean returnThinking,
        boolean sendThinking,
        Set<Capability> capabilities,
        List<ChatModelListener> listeners) {
    ChatSettings {
        String slug = endpoint.ref().workloadSlug();
        requireModel(defaults, slug);
        defaults = defaults.overrideWith(
                ChatRequestParameters.builder().modelName(slug).build());
        capabilities = Set.copyOf(capabilities);
        listeners = List.copyOf(listeners);
    }

    /** The parameters of a request, which were merged with the defaults. */
    InferenceKeyChatRequestParameters parameters(ChatRequestParameters merged) {
        requireModel(merged, endpoint.ref().workloadSlug());
        return InferenceKeyChatRequestParameters.EMPTY.overrideWith(merged);
    }

    private static void requireModel(ChatRequestParameters parameters, String slug) {
        String name = parameters.modelName();
        if (name != null && !name.equals(slug)) {
            throw Unsupported.feature(
                    "the parameter modelName \"" + name + "\"",
                    "the model is that of the workload \"" + slug + "\"; make a model for another endpoint");
        }
    }
}
