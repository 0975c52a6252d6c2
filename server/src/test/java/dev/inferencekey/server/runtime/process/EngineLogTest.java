package dev.inferencekey.server.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EngineLogTest {
    @TempDir
    Path folder;

    /** What an engine printed, and the line of it that tells why it ended. */
    static Stream<Arguments> outputs() {
        return Stream.of(
                Arguments.of("""
                        gguf_init_from_file_impl: invalid magic characters: 'GARB', expected 'GGUF'
                        llama_model_load: error loading model: llama_model_loader: failed to load model from x.gguf
                        llama_model_load_from_file_impl: failed to load model
                        common_init_from_params: failed to load model 'x.gguf'
                        srv    load_model: failed to load model, 'x.gguf'
                        main: exiting due to model loading error
                        """, "gguf_init_from_file_impl: invalid magic characters: 'GARB', expected 'GGUF'"),
                Arguments.of("""
                        ERROR ValueError: The model's max seq len is larger than the KV cache can store.
                        Traceback (most recent call last):
                          raise RuntimeError("failed")
                        RuntimeError: Engine core initialization failed. See root cause above.
                        """, "ERROR ValueError: The model's max seq len is larger than the KV cache can store."),
                Arguments.of("""
                        main: loading
                        main: exiting due to model loading error
                        """, "main: exiting due to model loading error"),
                Arguments.of("""
                        main: server is listening
                        srv  operator(): unauthorized: Invalid API Key
                        """, "main: server is listening"),
                Arguments.of("""
                        ggml error: out of memory
                        srv  operator(): unauthorized: Invalid API Key
                        """, "ggml error: out of memory"));
    }

    @ParameterizedTest
    @MethodSource("outputs")
    void tellsTheCauseAndNotWhatFollowedFromIt(String output, String cause) {
        EngineLog log = new EngineLog(folder, List.of("secret"));
        output.lines().forEach(log::append);

        assertThat(log.telling()).isEqualTo(cause);
        log.close();
    }
}
