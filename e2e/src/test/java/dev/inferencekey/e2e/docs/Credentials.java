package dev.inferencekey.e2e.docs;

import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.PermissionDeniedException;
import dev.inferencekey.TextParams;

/** Which credential is taken, and what a refusal says. */
final class Credentials {
    private Credentials() {}

    static void oneKeyForEachEndpoint(String supportKey, String searchKey) {
        // docs:start keys
        try (DataClient data = DataClient.builder().project("demo").build()) {
            Endpoint support = data.endpoint("support-bot", supportKey);
            Endpoint search = data.endpoint("search", searchKey);
            System.out.println(support + " " + search); // redacted: only the public part of a key is printed
        }
        // docs:end keys
    }

    static void refused(String slug, String apiKey) {
        // docs:start refused
        try (DataClient data = DataClient.fromEnv()) {
            data.endpoint(slug, apiKey).generateText(TextParams.ofPrompt("Hello!"));
        } catch (PermissionDeniedException refused) {
            String advice = switch (refused.reason()) {
                case WRONG_CREDENTIAL_TYPE -> "this is an SDK token; applications need an API key";
                case PROJECT_SCOPE_MISMATCH -> "the key belongs to another project; check INFERENCEKEY_PROJECT";
                case SCOPE_INSUFFICIENT -> "the key is not granted this workload; create one that is";
                case OTHER -> "see the code: " + refused.code().orElse("none");
            };
            System.out.println(refused.reason() + ": " + advice);
        }
        // docs:end refused
    }

    static void wrongSide(String apiKey) {
        // docs:start wrong-side
        try {
            ManagementClient.builder().token(apiKey).build();
        } catch (PermissionDeniedException e) {
            System.out.println(e.getMessage()); // nothing was sent: the prefix alone says that this is an API key
        }
        // docs:end wrong-side
    }
}
