package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.HelpPages;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What refusals of the gateway link to; bodies stay as clients know them. */
@Tag("slow")
final class HelpLinkTest {
    private static final String UNKNOWN_KEY = "ik_live_00000000_" + "0".repeat(64);

    private final FakeModelServer model = FakeModelServer.answering("application/json", "{\"ok\":true}");
    private final FakeModelServer manager = FakeModelServer.answering("application/json", "[]");

    @AfterEach
    void close() throws IOException {
        model.close();
        manager.close();
    }

    private GatewayFixture gateway(EdgeConfig edge) {
        return new GatewayFixture(GatewayConfig.builder().edge(edge), manager).serve("bot", model);
    }

    @Test
    void aRefusalLinksToItsCodeAndAnAnswerToNothing() throws IOException {
        HelpPages help = HelpPages.at(URI.create("https://docs.example.com/ik"));
        try (GatewayFixture gateway = gateway(EdgeConfig.defaults().withHelp(help))) {
            RawClient.Answer refused = gateway.post(CHAT, UNKNOWN_KEY, BODY);
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.headers())
                    .containsEntry(
                            "link",
                            "<https://docs.example.com/ik/reference/errors.html#invalid_api_key>; rel=\"help\"");
            assertThat(refused.body()).doesNotContain("docs.example.com");
            assertThat(gateway.post(CHAT, gateway.key.reveal(), BODY).headers()).doesNotContainKey("link");
        }
    }

    @Test
    void withoutPagesThereIsNoLink() throws IOException {
        try (GatewayFixture gateway = gateway(EdgeConfig.defaults())) {
            assertThat(gateway.post(CHAT, UNKNOWN_KEY, BODY).headers()).doesNotContainKey("link");
        }
    }

    @Test
    void onlyAPlainAddressIsLinkedTo() {
        assertThat(HelpPages.at(URI.create("http://docs.example.com/")).base()).isEqualTo("http://docs.example.com/");
        for (String wrong : List.of("docs.example.com", "ftp://a/", "https://a@b/", "https://a/?b", "https://a/#b")) {
            assertThatThrownBy(() -> HelpPages.at(URI.create(wrong)))
                    .as(wrong)
                    .hasMessageContaining("must be one such as https://docs.example.com/");
        }
    }
}
