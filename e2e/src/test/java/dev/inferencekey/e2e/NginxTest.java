package dev.inferencekey.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.e2e.RunningPlatform.Minted;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A platform behind an nginx that was told nothing but where the platform is. */
@Tag("nginx")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NginxTest {
    private RunningPlatform platform;
    private Process nginx;
    private Path socket;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp.resolve("data"));
        platform.createProject("acme");
        // After the first token comes nothing for long: a proxy that waits for a full buffer passes nothing on.
        platform.createSimulated("acme", "bot", "text2text", Map.of("ttft_ms", 0, "tokens_per_second", 0.05));
        socket = temp.resolve("nginx.sock");
        Path configuration = Files.writeString(temp.resolve("nginx.conf"), """
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log stderr;
                events {}
                http {
                    access_log off;
                    client_body_temp_path body;
                    proxy_temp_path proxy;
                    fastcgi_temp_path fastcgi;
                    uwsgi_temp_path uwsgi;
                    scgi_temp_path scgi;
                    server {
                        listen unix:%s;
                        location / { proxy_pass %s; }
                    }
                }
                """.formatted(socket, platform.url()));
        nginx = new ProcessBuilder("nginx", "-p", temp.toString(), "-c", configuration.toString(), "-e", "stderr")
                .inheritIO()
                .start();
        Awaitility.await().until(() -> Files.exists(socket) || !nginx.isAlive());
    }

    @AfterAll
    void stop() throws InterruptedException {
        nginx.destroy();
        assertThat(nginx.waitFor(30, TimeUnit.SECONDS)).isTrue();
        platform.close();
    }

    @Test
    @Timeout(60)
    void aStreamArrivesChunkByChunkAndSaysThatItIsSimulated() throws IOException {
        Minted key = platform.mintKey("acme", "acme/bot");
        String body = "{\"stream\":true,\"max_tokens\":4000,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        String request =
                "POST /endpoint/acme/bot/v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + key.credential() + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body;
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(request.getBytes(UTF_8)));
            BufferedReader in = new BufferedReader(Channels.newReader(channel, UTF_8));
            List<String> head = new ArrayList<>();
            for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                head.add(line);
            }
            assertThat(head.getFirst()).contains(" 200 ");
            assertThat(head).anyMatch(line -> line.equalsIgnoreCase("X-InferenceKey-Simulated: true"));
            int events = 0;
            while (events < 2) {
                String line = in.readLine();
                assertThat(line).isNotNull();
                events += line.startsWith("data: {") ? 1 : 0;
            }
        }
    }
}
