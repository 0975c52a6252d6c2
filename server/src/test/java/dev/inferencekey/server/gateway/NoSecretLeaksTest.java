package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** With every logger at its most talkative, no secret is in any line or answer; and no buffer is lost on the way. */
@Tag("slow")
final class NoSecretLeaksTest {
    /** Keeps the text of each line, its values and exceptions. */
    private static final class Lines extends AppenderBase<ILoggingEvent> {
        final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            StringBuilder line =
                    new StringBuilder(event.getLoggerName()).append(' ').append(event.getFormattedMessage());
            line.append(event.getKeyValuePairs()).append(event.getMDCPropertyMap());
            for (IThrowableProxy cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
                line.append(cause.getClassName()).append(cause.getMessage());
            }
            lines.add(line.toString());
        }
    }

    @Test
    void noSecretIsInALogLineOrAnAnswerAndNoBufferIsLost() throws IOException {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        ResourceLeakDetector.Level leaksBefore = ResourceLeakDetector.getLevel();
        Lines log = new Lines();
        log.setContext(root.getLoggerContext());
        log.start();
        List<ch.qos.logback.core.Appender<ILoggingEvent>> others = new ArrayList<>();
        root.iteratorForAppenders().forEachRemaining(others::add);
        others.forEach(root::detachAppender);
        root.addAppender(log);
        root.setLevel(Level.TRACE);
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        try {
            List<String> answers = new ArrayList<>();
            List<String> secrets = new ArrayList<>();
            KeptLines access = new KeptLines();
            List<String> metrics = new ArrayList<>();
            everyKindOfRequest(answers, secrets, access, metrics);
            System.gc();
            everyKindOfRequest(answers, secrets, access, metrics);
            assertThat(access.lines()).anyMatch(line -> line.contains("\"code\":\"invalid_api_key\""));
            for (String secret : secrets) {
                assertThat(log.lines).noneMatch(line -> line.contains(secret));
                assertThat(answers).noneMatch(answer -> answer.contains(secret));
                assertThat(access.lines()).noneMatch(line -> line.contains(secret));
                assertThat(metrics).noneMatch(metric -> metric.contains(secret));
            }
            assertThat(log.lines).noneMatch(line -> line.contains("LEAK:"));
        } finally {
            ResourceLeakDetector.setLevel(leaksBefore);
            root.setLevel(before);
            root.detachAppender(log);
            others.forEach(root::addAppender);
        }
    }

    private static void everyKindOfRequest(
            List<String> answers, List<String> secrets, KeptLines access, List<String> metrics) throws IOException {
        try (FakeModelServer model = FakeModelServer.answering("application/json", "{\"usage\":{}}");
                FakeModelServer manager = FakeModelServer.answering("application/json", "{}");
                GatewayFixture gateway = new GatewayFixture(
                        GatewayConfig.builder(), manager, null, new GatewayObservation(access, null))) {
            gateway.serve("bot", model);
            LiveKey revoked = gateway.mint("key_r", "acme", Grants.ofEntireProject(), CredentialState.REVOKED, null);
            LiveKey unknown = LiveKey.mint(gateway.random);
            SdkToken token = SdkToken.mint(gateway.random);
            List<String> credentials = List.of(
                    gateway.key.reveal(),
                    revoked.reveal(),
                    unknown.reveal(),
                    token.reveal(),
                    unknown.reveal() + "0",
                    unknown.reveal().toUpperCase(java.util.Locale.ROOT),
                    token.reveal().substring(0, 70));
            List<String> bodies = List.of(
                    BODY,
                    "no json",
                    "{\"a\":\"" + "x".repeat(300_000) + "\",\"model\":\"bot\"}",
                    "{\"a\":\"" + "x".repeat(100_000));
            for (String credential : credentials) {
                secrets.add(credential.substring(20, Math.min(credential.length(), 70)));
                for (String body : bodies) {
                    answers.add(gateway.post(CHAT, credential, body).toString());
                }
                answers.add(gateway.post(CHAT, credential, BODY, "X-Request-Id: " + credential)
                        .toString());
                answers.add(gateway.post("/endpoint/acme/" + credential + "/" + credential, credential, BODY)
                        .toString());
                answers.add(gateway.post("/endpoint/" + credential + "/bot/v1/x", credential, BODY)
                        .toString());
                answers.add(gateway.post("/endpoint/acme/bot/%/" + credential, credential, BODY)
                        .toString());
                answers.add(gateway.post("/api/x?key=" + credential, credential, BODY)
                        .toString());
            }
            secrets.add(GatewayFixture.SECRET);
            secrets.add(GatewayFixture.INTERNAL);
            model.script((_, exchange) -> {
                exchange.startStream();
                exchange.chunk("data: {\"choices\":[]");
                exchange.close();
            });
            answers.add(gateway.chat("{\"stream\":true}").toString());
            model.script((_, exchange) -> exchange.close());
            answers.add(gateway.chat(BODY).toString());
            model.stop();
            answers.add(gateway.chat(BODY).toString());
            manager.stop();
            answers.add(gateway.post("/api/x", token.reveal(), BODY).toString());
            gateway.server.metrics().metrics().forEach(metric -> metrics.add(metric.toString()));
        }
    }
}
