package dev.inferencekey.langchain4j.suites;

import dev.inferencekey.Endpoint;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.langchain4j.InferenceKeyEmbeddingModel;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.common.AbstractEmbeddingModelIT;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;

/** LangChain4j's tests of an embedding model. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddingModelSuiteTest extends AbstractEmbeddingModelIT {
    private InferenceKeyPlatform platform;
    private Endpoint endpoint;

    @BeforeAll
    void start() {
        platform = InferenceKeyPlatform.start();
        endpoint = platform.script("search", TaskType.EMBEDDING)
                .always(ScriptedAnswer.embedding(text -> new double[] {text.length(), 1, 0.5}))
                .endpoint();
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    @Override
    protected List<EmbeddingModel> models() {
        return List.of(InferenceKeyEmbeddingModel.builder().endpoint(endpoint).build());
    }

    @Override
    protected EmbeddingModel modelWith(EmbeddingModelListener listener) {
        return InferenceKeyEmbeddingModel.builder()
                .endpoint(endpoint)
                .listeners(List.of(listener))
                .build();
    }

    @Override
    protected EmbeddingModel failingModelWith(EmbeddingModelListener listener) {
        Endpoint broken = platform.script("broken", TaskType.EMBEDDING)
                .always(ScriptedAnswer.serverError(500))
                .endpoint();
        return InferenceKeyEmbeddingModel.builder()
                .endpoint(broken)
                .listeners(List.of(listener))
                .build();
    }

    @Override
    protected boolean supportsInputTypeParameter() {
        return false;
    }

    @Override
    protected boolean supportsDimensionsParameter() {
        return false;
    }

    @Override
    protected boolean supportsImageInput() {
        return false;
    }
}
