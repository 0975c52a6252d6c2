package dev.inferencekey.testkit.guide;

import dev.inferencekey.Endpoint;
import dev.inferencekey.RateLimitException;
import dev.inferencekey.TextParams;

/** An application, as small as can be. */
final class SupportDesk {
    private final Endpoint model;

    SupportDesk(Endpoint model) {
        this.model = model;
    }

    String reply(String question) {
        try {
            return model.generateText(TextParams.ofPrompt(question)).text();
        } catch (RateLimitException e) {
            return "We are busy. Please ask again in "
                    + e.retryAfter().orElseThrow().toSeconds() + " seconds.";
        }
    }
}
