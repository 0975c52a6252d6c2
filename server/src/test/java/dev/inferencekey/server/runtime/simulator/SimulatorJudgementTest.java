package dev.inferencekey.server.runtime.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.inferencekey.server.ports.access.ReplicaTarget;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Ranks, scores, classes, rewards, videos and forecasts. */
@Tag("slow")
final class SimulatorJudgementTest extends SimulatorFixture {
    private JsonNode ask(String route, String body) throws Exception {
        return JSON.readTree(post(ready(FAST), route, body).body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rerank", "v1/rerank", "v2/rerank"})
    void ranksOnEveryAddressThatClientsKnow(String route) throws Exception {
        JsonNode answer = ask(route, "{\"query\":\"red fox\",\"documents\":[\"cold rain\",{\"text\":\"a red fox\"}]}");

        assertThat(answer.at("/results/0/index").asInt()).isEqualTo(1);
    }

    @Test
    void scoresPairs() throws Exception {
        JsonNode answer = ask("score", "{\"text_1\":\"red fox\",\"text_2\":[\"red fox\",\"cold rain\"]}");

        assertThat(answer.at("/data/0/score").doubleValue()).isCloseTo(1, offset(1e-6));
        assertThat(answer.at("/data/1/score").doubleValue()).isLessThan(0.9);
        assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(6);
    }

    @Test
    void classifiesWithProbabilitiesThatAddUp() throws Exception {
        JsonNode entry = ask("classify", "{\"input\":[\"good\",\"bad\"]}").at("/data/1");

        assertThat(entry.path("index").asInt()).isEqualTo(1);
        assertThat(entry.at("/probs/0").doubleValue() + entry.at("/probs/1").doubleValue())
                .isCloseTo(1, offset(1e-9));
    }

    @Test
    void poolsATextIntoAVector() throws Exception {
        JsonNode answer = ask("pooling", "{\"input\":\"good\"}");

        assertThat(answer.at("/data/0/object").asString()).isEqualTo("pooling");
        assertThat(answer.at("/data/0/data").size()).isEqualTo(64);
    }

    @Test
    void makesAVideoThatCanBeAskedForAndFetched() throws Exception {
        ReplicaTarget target = ready(FAST);

        JsonNode job = JSON.readTree(
                post(target, "v1/videos", "{\"prompt\":\"a fox\"}").body());
        String id = job.path("id").asString();

        assertThat(job.path("status").asString()).isEqualTo("completed");
        assertThat(JSON.readTree(get(target, "v1/videos/" + id).body())).isEqualTo(job);
        assertThat(get(target, "v1/videos/" + id + "/content").body()).contains("ftypisom", "mvhd");
        assertThat(get(target, "v1/videos/other").statusCode()).isEqualTo(404);
    }

    @Test
    void forecastsAsCustomBackendsDo() throws Exception {
        JsonNode answer = ask("forecast", """
            {"id":"f1","target":[1,2,3],"horizon":2,"timestamps":["2026-01-01","2026-01-02"],
             "quantile_levels":[0.1,0.9],"num_samples":3,"return_samples":true}""");

        assertThat(answer.path("id").asString()).isEqualTo("f1");
        JsonNode forecast = answer.path("forecast");
        assertThat(forecast.path("median").toString()).isEqualTo("[2.0,2.0]");
        assertThat(forecast.path("quantiles").propertyNames()).containsExactly("0.1", "0.9");
        assertThat(forecast.at("/quantiles/0.1/0").doubleValue())
                .isLessThan(forecast.at("/quantiles/0.9/0").doubleValue());
        assertThat(forecast.path("timestamps").toString())
                .isEqualTo("[\"2026-01-03T00:00:00Z\",\"2026-01-04T00:00:00Z\"]");
        assertThat(forecast.path("samples").size()).isEqualTo(3);
        assertThat(forecast.at("/samples/2").size()).isEqualTo(2);
    }

    @Test
    void aForecastHasNoMoreThanWasAskedFor() throws Exception {
        assertThat(ask("forecast", "{\"target\":[4],\"horizon\":1}")
                        .path("forecast")
                        .propertyNames())
                .containsExactly("median");
    }
}
