package dev.inferencekey.server.domain.metering;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EngineCountersTest {
    @Test
    void readsWhatLlamaServerShows() {
        assertThat(EngineCounters.parse("""
                        # HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.
                        # TYPE llamacpp:prompt_tokens_total counter
                        llamacpp:prompt_tokens_total 27
                        # TYPE llamacpp:prompt_tokens_cached_total counter
                        llamacpp:prompt_tokens_cached_total 25
                        # TYPE llamacpp:tokens_predicted_total counter
                        llamacpp:tokens_predicted_total 20
                        # TYPE llamacpp:tokens_predicted_seconds_total counter
                        llamacpp:tokens_predicted_seconds_total 0.002346
                        llamacpp:prompt_tokens_seconds 3787.88
                        """)).contains(new EngineCounters(CountingEngine.LLAMA_SERVER, 27, 20));
    }

    @Test
    void addsUpWhatVllmShowsForEachOfItsEngines() {
        assertThat(EngineCounters.parse("""
                        # HELP vllm:prompt_tokens_total Number of prefill tokens processed.
                        # TYPE vllm:prompt_tokens_total counter
                        vllm:prompt_tokens_total{engine="0",model_name="bot"} 1.234567e+06
                        vllm:prompt_tokens_total{engine="1",model_name="a } b 7"} 3.0
                        # TYPE vllm:prompt_tokens_created gauge
                        vllm:prompt_tokens_created{engine="0",model_name="bot"} 1.7583e+09
                        vllm:generation_tokens_total{engine="0",model_name="bot"} 88.0 1758300000000
                        vllm:generation_tokens_total{engine="1",model_name="bot"} 12.0
                        vllm:request_success_total{finished_reason="stop"} NaN
                        """)).contains(new EngineCounters(CountingEngine.VLLM, 1_234_570, 100));
    }

    @Test
    void knowsNoCountersWhereOtherThingsAreCounted() {
        assertThat(EngineCounters.parse("""
                        process_cpu_seconds_total 12.5
                        vllm:prompt_tokens_total{engine="0"} 5
                        """)).isEmpty();
        assertThat(EngineCounters.parse("<!doctype html>\n<title>Not found</title>\n\n 5 5"))
                .isEmpty();
    }

    @Test
    void countsFromZeroAgainAfterTheModelServerWasRestarted() {
        EngineCounters earlier = new EngineCounters(CountingEngine.VLLM, 1_000, 500);

        assertThat(new EngineCounters(CountingEngine.VLLM, 1_200, 600).since(earlier))
                .isEqualTo(new EngineCounters(CountingEngine.VLLM, 200, 100));
        assertThat(new EngineCounters(CountingEngine.VLLM, 30, 10).since(earlier))
                .isEqualTo(new EngineCounters(CountingEngine.VLLM, 30, 10));
    }
}
