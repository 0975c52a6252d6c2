package dev.inferencekey.e2e;

import dev.inferencekey.engine.gguf.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Workloads that real llama.cpp serves, from the tiny random-weight model. */
final class LlamaWorkloads {
    private LlamaWorkloads() {}

    static void createChat(RunningPlatform platform, String project, String slug) throws IOException {
        create(platform, project, slug, "text2text", "-c 512 --parallel 2");
    }

    /** With room for a function's definition and its arguments. */
    static void createRoomyChat(RunningPlatform platform, String project, String slug) throws IOException {
        create(platform, project, slug, "text2text", "-c 4096");
    }

    static void createEmbedding(RunningPlatform platform, String project, String slug) throws IOException {
        create(platform, project, slug, "embedding", "-c 512 --embedding");
    }

    private static void create(RunningPlatform platform, String project, String slug, String taskType, String flags)
            throws IOException {
        Path model = platform.dataFolder.resolve("models").resolve("tiny.gguf");
        if (!Files.exists(model)) {
            Files.createDirectories(model.getParent());
            TinyModel.write(model);
        }
        platform.create(
                project,
                Map.of(
                        "name",
                        slug,
                        "slug",
                        slug,
                        "task_type",
                        taskType,
                        "backend",
                        "llamacpp",
                        "model_name",
                        "tiny",
                        "config",
                        Map.of("command", "llama-server -m " + model + " " + flags)));
        platform.awaitReady(project, slug);
    }
}
