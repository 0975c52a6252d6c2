package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What callers see while the store can't be read, once its keys have been loaded. */
@Tag("slow")
final class StoreAwayTest {
    private final GatewayFixture gateway = new GatewayFixture();
    private final FakeModelServer model = FakeModelServer.answering("application/json", "{}");

    StoreAwayTest() {
        gateway.serve("bot", model);
        gateway.table.following(false);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    @Test
    void aKnownKeyWorksOnWhileTheStoreIsAway() throws IOException {
        assertThat(gateway.chat(BODY).status()).isEqualTo(200);
    }

    @Test
    void anUnknownKeyIsNotCalledWrongUntilTheStoreIsBack() throws IOException {
        String unknown = LiveKey.mint(gateway.random).reveal();
        RawClient.Answer answer = gateway.post(CHAT, unknown, BODY);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("\"code\":\"access_state_unavailable\"", "try again");
        assertThat(answer.header("retry-after")).isEqualTo("1");
        gateway.table.following(true);
        assertThat(gateway.post(CHAT, unknown, BODY).status()).isEqualTo(401);
        assertThat(gateway.records).isEmpty();
    }

    @Test
    void aNodeThatIsCutOffForTooLongRefusesWhatItKnowsUntilItMayAdmitAgain() throws IOException {
        gateway.table.admitUntil(System.nanoTime() - 1);
        RawClient.Answer answer = gateway.chat(BODY);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("\"code\":\"access_state_unavailable\"", "cut off from its store");
        assertThat(answer.header("retry-after")).isEqualTo("1");
        assertThat(gateway.post(CHAT, "ik_live_x", BODY).status()).isEqualTo(401);

        gateway.table.admitUntil(System.nanoTime() + Duration.ofMinutes(5).toNanos());
        assertThat(gateway.chat(BODY).status()).isEqualTo(200);
    }

    @Test
    void whatCanBeNoKeyOfOursIsWrongWhetherOrNotTheStoreIsAway() throws IOException {
        assertThat(gateway.post(CHAT, "ik_live_x", BODY).status()).isEqualTo(401);
        String key = gateway.key.reveal();
        String otherSecret = LiveKey.mint(gateway.random).reveal().substring(16);
        // The public id is known, the secret behind it is another one.
        assertThat(gateway.post(CHAT, key.substring(0, 16) + otherSecret, BODY).status())
                .isEqualTo(401);
    }
}
