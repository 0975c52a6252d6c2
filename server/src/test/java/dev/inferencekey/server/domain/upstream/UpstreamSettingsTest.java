package dev.inferencekey.server.domain.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UpstreamSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8000, http://127.0.0.1:8000/v1/models",
        "http://127.0.0.1:8000/, http://127.0.0.1:8000/v1/models",
        "https://host/prefix, https://host/prefix/v1/models",
        "https://api.openai.com/v1, https://api.openai.com/v1/models",
        "https://api.openai.com/v1/, https://api.openai.com/v1/models",
        "https://generativelanguage.googleapis.com/v1beta/openai, https://generativelanguage.googleapis.com/v1beta/openai/models",
        "https://open.bigmodel.cn/api/paas/v4, https://open.bigmodel.cn/api/paas/v4/models",
        "https://ark.example.com/api/v3/, https://ark.example.com/api/v3/models",
        "https://api.deepinfra.com/v1/openai, https://api.deepinfra.com/v1/openai/models",
        "https://host/V1, https://host/V1/models",
        "https://host/version/vllm, https://host/version/vllm/v1/models"
    })
    void aBaseUrlIsReadAsOpenAiClientsReadIt(String baseUrl, String models) {
        assertThat(UpstreamSettings.parse(Map.of("base_url", baseUrl)).modelsUrl())
                .hasToString(models);
    }

    @Test
    void theDeclarationDecidesForAddressesThatAreNeither() {
        assertThat(UpstreamSettings.parse(Map.of("base_url", "https://api.perplexity.ai", "append_v1", false))
                        .modelsUrl())
                .hasToString("https://api.perplexity.ai/models");
        assertThat(UpstreamSettings.parse(Map.of("base_url", "https://host/v2/team", "append_v1", true))
                        .modelsUrl())
                .hasToString("https://host/v2/team/v1/models");
    }

    @Test
    void streamsAreAskedForTheirUsageUnlessTheDeclarationSaysNo() {
        assertThat(UpstreamSettings.asksForStreamUsage(null)).isTrue();
        assertThat(UpstreamSettings.asksForStreamUsage(Map.of())).isTrue();
        assertThat(UpstreamSettings.asksForStreamUsage(Map.of("stream_usage", true)))
                .isTrue();
        assertThat(UpstreamSettings.asksForStreamUsage(Map.of("stream_usage", false)))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.com, https://api.example.com/v1, true",
        "api.example.com, http://API.EXAMPLE.COM.:8080, true",
        "api.example.com:443, https://api.example.com, true",
        "api.example.com:443, http://api.example.com, false",
        "api.example.com, https://api.example.com.evil.test, false",
        "api.example.com, https://evil.test/api.example.com, false",
        "example.com, https://api.example.com, false",
        "10.0.0.5:8000, http://10.0.0.5:8000/v1, true",
        "10.0.0.5:8000, http://10.0.0.5:8001/v1, false",
        "::1, http://[0:0:0:0:0:0:0:1]:9, true",
        "[::1]:9, http://[::1]:9, true",
        "[::1]:9, http://[::1], false"
    })
    void aSecretIsForItsHostsAndNoOther(String host, String baseUrl, boolean covered) {
        SecretBinding binding = new SecretBinding(List.of(UpstreamHost.parse(host)), false);
        String refusal = UpstreamSettings.parse(Map.of("base_url", baseUrl, "secret_ref", "s"))
                .refusal(binding);

        assertThat(refusal == null).isEqualTo(covered);
        assertThat(SecretBinding.ofText(binding.hostsText(), false)).isEqualTo(binding);
    }

    @ParameterizedTest
    @CsvSource({
        "https://h/v1",
        "h/v1",
        "a b",
        "*.example.com",
        "h:0",
        "h:x",
        "h:65536",
        "h:",
        "u@h",
        "my_service",
        "169.254.1.1",
        "1.2.3"
    })
    void whatIsNoHostIsRefused(String text) {
        assertThatThrownBy(() -> UpstreamHost.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("must ");
    }

    @Test
    void aHostWithAnUnderscoreIsRefusedWithAWayOut() {
        assertThat(UpstreamUrl.problemOf("http://my_service:8000/v1")).contains("such as _", "alias");
    }
}
