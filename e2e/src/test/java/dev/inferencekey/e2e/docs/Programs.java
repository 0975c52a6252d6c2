package dev.inferencekey.e2e.docs;

import dev.inferencekey.WorkloadSpec;

/** Runs what the pages show, in the order of the tutorial; credentials come from the environment, as they do for readers. */
public final class Programs {
    private Programs() {}

    /** Takes a key of the project that is granted no workload but {@code other}. */
    public static void main(String[] args) {
        String narrow = args[0];
        begin("provision");
        FirstCalls.provision();
        begin("plan");
        FirstCalls.plan(WorkloadSpec.builder()
                .name("Support bot")
                .slug("support-bot")
                .backend("simulator")
                .model("demo")
                .build());
        begin("serve-model");
        FirstCalls.serveModel();
        begin("call");
        FirstCalls.call();
        begin("stream");
        FirstCalls.stream();
        begin("settings");
        FirstCalls.settings();
        begin("keys");
        Credentials.oneKeyForEachEndpoint(System.getenv("INFERENCEKEY_API_KEY"), narrow);
        begin("refused");
        Credentials.refused("support-bot", narrow);
        begin("wrong-side");
        Credentials.wrongSide(narrow);
        begin("embed");
        Vectors.embed();
        begin("rerank");
        Vectors.rerank();
        begin("openai");
        OtherClients.openAi();
        begin("end");
    }

    private static void begin(String name) {
        System.out.println("== " + name);
    }
}
