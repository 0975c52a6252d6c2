package dev.inferencekey.cli.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.inferencekey.cli.TestShell;
import dev.inferencekey.cli.TestShell.Result;
import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.up.LaunchSettings;
import dev.inferencekey.server.background.webhook.WebhookReceiver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a receiver of webhooks is named, and tried. */
@Tag("slow")
class WebhookCommandsTest {
    private static final String KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String SECRET = "whsec_" + KEY;

    @TempDir
    private Path home;

    private final List<String> received = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private volatile int status = 204;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/t0ken", exchange -> {
            try (exchange) {
                received.add(exchange.getRequestHeaders().getFirst("webhook-signature") + " "
                        + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
                exchange.sendResponseHeaders(status, -1);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private String url() {
        return "http://" + host() + "/t0ken";
    }

    private TestShell shell() {
        return new TestShell(home);
    }

    private Path secretFile(String text) throws IOException {
        Path file = Files.writeString(home.resolve("secret"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }

    /** What {@code ik server} would start with. */
    private WebhookReceiver served(TestShell shell, String... options) {
        List<LaunchSettings> seen = new ArrayList<>();
        List<String> all = new ArrayList<>(List.of("server"));
        all.addAll(List.of(options));
        Result result = shell.launching(settings -> {
                    seen.add(settings);
                    throw new RefusedException(0, "start_failed", "seen enough", null, null);
                })
                .run(all.toArray(String[]::new));
        assertThat(seen).as(result.err()).hasSize(1);
        WebhookReceiver webhook = seen.getFirst().webhook();
        assertThat(webhook).isNotNull();
        return webhook;
    }

    @Test
    void theReceiverAndItsSecretComeFromOptionsOrTheEnvironment() throws IOException {
        String file = secretFile(SECRET + "\n").toString();
        for (WebhookReceiver receiver : List.of(
                served(shell(), "--webhook", url(), "--webhook-secret-file", file),
                served(shell().with("INFERENCEKEY_WEBHOOK_SECRET", SECRET), "--webhook", url()),
                served(shell().with("INFERENCEKEY_WEBHOOK", url()).with("INFERENCEKEY_WEBHOOK_SECRET_FILE", file)))) {
            assertThat(receiver.url()).hasToString(url());
            assertThat(receiver.secrets()).hasSize(1);
            assertThat(receiver.secrets()
                            .getFirst()
                            .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{}".getBytes(UTF_8)))
                    .isEqualTo("v1,aZgkZHxTDvZJsDWtN4dfyyZWkpgTgg60bdob9DOG8Mc=");
        }
        String two = secretFile(SECRET + "\n" + SECRET.replace('M', 'N') + "\n").toString();
        assertThat(served(shell(), "--webhook", url(), "--webhook-secret-file", two)
                        .secrets())
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "https://hooks.example.com/t0ken | - | webhooks are signed: make a secret",
                "- | whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | nobody to send them to",
                "hooks.example.com/t0ken | whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | must be absolute",
                "https://hooks.example.com/t0ken | MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | a webhook secret must be whsec_",
            })
    void whatIsMissingOrWrongIsSaidAndNotRepeated(@Nullable String url, @Nullable String secret, String why) {
        TestShell shell = shell();
        if (url != null) {
            shell.with("INFERENCEKEY_WEBHOOK", url);
        }
        if (secret != null) {
            shell.with("INFERENCEKEY_WEBHOOK_SECRET", secret);
        }
        Result result = shell.run("server");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.out() + result.err()).contains(why).doesNotContain(KEY, "t0ken");
    }

    @Test
    void aTestEventIsSentAtOnce() {
        Result result = shell().with("INFERENCEKEY_WEBHOOK_SECRET", SECRET).run("webhook", "test", "--webhook", url());
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out())
                .startsWith("The receiver " + host() + " accepted the event evt_")
                .endsWith(" with status 204.\n");
        assertThat(received)
                .singleElement()
                .asString()
                .startsWith("v1,")
                .contains("\"type\":\"webhook.test\",\"timestamp\":\"2026-06-15T12:00:00Z\"");
    }

    @Test
    void aReceiverThatDoesNotAcceptATestEventIsNamedWithoutItsPath() {
        status = 401;
        Result result = shell().with("INFERENCEKEY_WEBHOOK_SECRET", SECRET)
                .with("INFERENCEKEY_WEBHOOK", url())
                .run("webhook", "test");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .isEqualTo("ik: the receiver " + host() + " answered with status 401\n"
                        + "Documentation: docs/reference/errors.md#webhook_failed\n");
    }
}
