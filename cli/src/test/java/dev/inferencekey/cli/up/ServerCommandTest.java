package dev.inferencekey.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.cli.TestShell;
import dev.inferencekey.cli.TestShell.Result;
import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.server.app.EngineConfig;
import dev.inferencekey.server.app.MasterKeySource;
import dev.inferencekey.server.app.NodeConfig;
import dev.inferencekey.server.app.PlatformConfig;
import dev.inferencekey.server.app.Recovery;
import dev.inferencekey.server.app.StoreConfig;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.domain.upstream.UpstreamRule;
import dev.inferencekey.server.domain.upstream.UpstreamRules;
import dev.inferencekey.server.gateway.GatewayConfig;
import dev.inferencekey.server.gateway.NodeListener;
import dev.inferencekey.server.gateway.TlsFiles;
import dev.inferencekey.server.gateway.Transport;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class ServerCommandTest {
    @TempDir
    private Path home;

    /** What the command asks for; no platform is started. */
    private LaunchSettings settings(String... arguments) {
        List<LaunchSettings> seen = new ArrayList<>();
        Result result = server(
                settings -> {
                    seen.add(settings);
                    throw enough();
                },
                arguments);
        assertThat(seen).as(result.err()).hasSize(1);
        return seen.getFirst();
    }

    private Result server(PlatformLauncher launcher, String... arguments) {
        List<String> all = new ArrayList<>(List.of("server"));
        all.addAll(List.of(arguments));
        return new TestShell(home).launching(launcher).run(all.toArray(String[]::new));
    }

    /** Ends the command, which otherwise runs until a signal comes. */
    private static RefusedException enough() {
        return new RefusedException(0, "start_failed", "seen enough", null, null);
    }

    @Test
    void whatIsNotGivenIsLeftToThePlatform() {
        LaunchSettings settings = settings();
        assertThat(settings.traffic()).isEqualTo(LaunchSettings.Traffic.USUAL);
        assertThat(settings.edge()).isEqualTo(LaunchSettings.Edge.PLAIN);
        assertThat(settings.observability())
                .isEqualTo(new LaunchSettings.Observability("127.0.0.1", null, "FILE", null, null));
        PlatformConfig config = EmbeddedPlatform.config(settings);
        assertThat(config.engines()).isEqualTo(EngineConfig.defaults());
        assertThat(config.gateway()).isEqualTo(GatewayConfig.defaults());
        assertThat(config.whenJournalIsFull()).isEqualTo(JournalFullPolicy.SERVE_UNMETERED);
    }

    @Test
    void whereUpstreamsMayBeReachesThePlatformAndAWrongRuleIsNamed() {
        LaunchSettings settings = settings(
                "--allow-upstream=api.example.com",
                "--allow-upstream=10.0.0.0/8:8000",
                "--deny-upstream=10.0.0.1",
                "--deny-upstream=[::1]:22");
        assertThat(EmbeddedPlatform.config(settings).upstreams())
                .isEqualTo(new UpstreamRules(
                        List.of(UpstreamRule.parse("api.example.com"), UpstreamRule.parse("10.0.0.0/8:8000")),
                        List.of(UpstreamRule.parse("10.0.0.1"), UpstreamRule.parse("[::1]:22"))));
        assertThatThrownBy(() -> EmbeddedPlatform.config(settings("--deny-upstream=10.0.0.0/33")))
                .isInstanceOf(UsageException.class)
                .hasMessageContainingAll("--deny-upstream", "10.0.0.0/33", "0 to 32");
    }

    @Test
    void everySettingOfTrafficReachesThePlatform() {
        PlatformConfig config = EmbeddedPlatform.config(settings(
                "--max-body=1MiB",
                "--max-upload=2g",
                "--max-header=16k",
                "--head-timeout=1s",
                "--body-timeout=2s",
                "--keep-alive=10m30s",
                "--answer-timeout=1h",
                "--idle-timeout=3s",
                "--total-timeout=2h",
                "--max-wait=0s",
                "--max-waiting=7",
                "--drain=5s",
                "--stop-timeout=24h",
                "--when-journal-full=refuse",
                "--transport=io_uring"));
        assertThat(config.whenJournalIsFull()).isEqualTo(JournalFullPolicy.REFUSE);
        assertThat(config.gateway())
                .isEqualTo(GatewayConfig.builder()
                        .maxJsonBodyBytes(1 << 20)
                        .maxMultipartBodyBytes(2L << 30)
                        .maxHeaderBytes(16 << 10)
                        .requestHeadTimeout(Duration.ofSeconds(1))
                        .requestBodyTimeout(Duration.ofSeconds(2))
                        .keepAliveTimeout(Duration.ofSeconds(630))
                        .firstByteTimeout(Duration.ofHours(1))
                        .upstreamIdleTimeout(Duration.ofSeconds(3))
                        .totalTimeout(Duration.ofHours(2))
                        .maxReadinessWait(Duration.ZERO)
                        .maxHeldRequests(7)
                        .drainTime(Duration.ofSeconds(5))
                        .stopTimeout(Duration.ofHours(24))
                        .transport(Transport.IO_URING)
                        .build());
    }

    @Test
    void whatIsLostIsGoneWithoutOnlyIfThatIsSaid() {
        assertThat(EmbeddedPlatform.config(settings()).recovery()).isEqualTo(Recovery.NONE);
        assertThat(EmbeddedPlatform.config(settings("--accept-empty-database")).recovery())
                .isEqualTo(new Recovery(true, false));
        assertThat(EmbeddedPlatform.config(settings("--accept-new-master-key")).recovery())
                .isEqualTo(new Recovery(false, true));
    }

    @Test
    void whatDeclarationsMayAskOfEnginesReachesThePlatform() {
        PlatformConfig config = EmbeddedPlatform.config(settings(
                "--models=/srv/a", "--models", "/srv/b", "--engine-flags=/etc/flags", "--vllm-env=0.11.0=/opt/vllm"));
        assertThat(config.engines())
                .isEqualTo(EngineConfig.defaults()
                        .withModels(List.of(Path.of("/srv/a"), Path.of("/srv/b")))
                        .withFlags(Path.of("/etc/flags"))
                        .withVllmEnvironments(Map.of("0.11.0", Path.of("/opt/vllm"))));
    }

    @Test
    void howEnginesAreRunReachesThePlatform() {
        PlatformConfig config =
                EmbeddedPlatform.config(settings("--engine-isolation=landlock", "--engine-start-timeout=10m"));
        assertThat(config.engines())
                .isEqualTo(EngineConfig.defaults()
                        .withIsolation(EngineIsolation.LANDLOCK)
                        .withStartTimeout(Duration.ofMinutes(10)));
    }

    @Test
    void whatOneNodeIsAmongOthersReachesThePlatform() {
        PlatformConfig config = EmbeddedPlatform.config(settings(
                "--store=postgresql://ik@db.example.com/inferencekey?sslmode=verify-full",
                "--store-wait=5s",
                "--master-key=/etc/inferencekey/master.key",
                "--node-name=a",
                "--role=gateway",
                "--node-lease=3s",
                "--when-cut-off=refuse",
                "--when-cut-off-for=30m",
                "--engines=off",
                "--advertise=127.0.0.1:9443",
                "--node-tls-cert=node.crt",
                "--node-tls-key=node.key",
                "--node-tls-ca=nodes.crt"));
        assertThat(config.store())
                .isEqualTo(new StoreConfig.Postgres(
                        PostgresAddress.parse("postgresql://ik@db.example.com/inferencekey?sslmode=verify-full"),
                        Duration.ofSeconds(5)));
        assertThat(config.masterKey()).isEqualTo(new MasterKeySource.File(Path.of("/etc/inferencekey/master.key")));
        assertThat(config.node())
                .isEqualTo(new NodeConfig(
                        "a",
                        NodeRole.GATEWAY,
                        Duration.ofSeconds(3),
                        WhenCutOff.REFUSE,
                        Duration.ofMinutes(30),
                        false,
                        "127.0.0.1:9443"));
        assertThat(config.gateway().edge().nodeListener())
                .isEqualTo(new NodeListener(
                        "127.0.0.1",
                        9443,
                        new TlsFiles(Path.of("node.crt"), Path.of("node.key")),
                        Path.of("nodes.crt")));
    }

    @Test
    void aNodeThatOthersKnowByANameListensOnAllAddresses() {
        PlatformConfig config = EmbeddedPlatform.config(settings(
                "--store=postgresql://ik@db.example.com/inferencekey",
                "--advertise=node-a.invalid:9443",
                "--node-tls-cert=node.crt",
                "--node-tls-key=node.key",
                "--node-tls-ca=nodes.crt"));
        assertThat(config.node().advertised()).isEqualTo("node-a.invalid:9443");
        assertThat(config.gateway().edge().nodeListener())
                .isNotNull()
                .satisfies(listener -> assertThat(listener.host()).isEqualTo("0.0.0.0"));
    }

    @Test
    void withoutADatabaseItStaysOneServerOnItsOwnFile() {
        PlatformConfig config = EmbeddedPlatform.config(settings());
        assertThat(config.store()).isEqualTo(new StoreConfig.SqliteFile());
        assertThat(config.masterKey()).isEqualTo(new MasterKeySource.DataFolderFile());
        assertThat(config.node())
                .isEqualTo(NodeConfig.defaults().withName(config.node().name()));
        assertThatThrownBy(() -> EmbeddedPlatform.config(settings("--role=manager")))
                .isInstanceOf(UsageException.class)
                .hasMessage("a node that is only a manager needs a store that others share: PostgreSQL");
        assertThatThrownBy(() -> EmbeddedPlatform.config(settings("--node-name=two words")))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--node-name: the node name must be");
    }

    @Test
    void optionsOfDifferentHeadingsMayBeMixed() {
        LaunchSettings settings = settings(
                "--trusted-proxy",
                "10.0.0.0/8",
                "--drain",
                "5s",
                "--access-log",
                "off",
                "--tls-cert",
                "a.crt",
                "--port",
                "0",
                "--trusted-proxy",
                "::1",
                "--max-wait",
                "1m",
                "--tls-key",
                "a.key",
                "--admin-port",
                "off");
        assertThat(settings.edge())
                .isEqualTo(new LaunchSettings.Edge(
                        new LaunchSettings.Tls(Path.of("a.crt"), Path.of("a.key")),
                        List.of("10.0.0.0/8", "::1"),
                        List.of(),
                        null,
                        null,
                        null));
        assertThat(settings.observability())
                .isEqualTo(new LaunchSettings.Observability("127.0.0.1", -1, "OFF", null, null));
        assertThat(settings.traffic().drain()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.traffic().maxWait()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void theDefaultsThatHelpNamesAreThePlatforms() {
        String help = new TestShell(home).run("server", "--help").out();
        String traffic = help.substring(help.indexOf("How requests are treated"), help.indexOf("Watching it"));
        Matcher options = Pattern.compile("(?s)(--[a-z-]+)=[A-Z]+\\s(?:(?!--[a-z-]+=).)*?\\(default:\\s+([^)\\s]+)\\)")
                .matcher(traffic);
        List<String> arguments = new ArrayList<>();
        while (options.find()) {
            arguments.add(options.group(1) + "=" + options.group(2));
        }
        assertThat(arguments).hasSize(15).contains("--max-body=32MiB", "--max-waiting=1000", "--total-timeout=0s");
        LaunchSettings settings = settings(arguments.toArray(String[]::new));
        assertThat(settings.traffic()).hasNoNullFieldsOrProperties();
        PlatformConfig config = EmbeddedPlatform.config(settings);
        assertThat(config.gateway()).isEqualTo(GatewayConfig.defaults());
        assertThat(config.whenJournalIsFull())
                .isEqualTo(PlatformConfig.defaults(home).whenJournalIsFull());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--vllm-env 0.11.0 | --vllm-env must be a version and a folder",
                "--vllm-env =/opt/vllm | --vllm-env must be a version and a folder",
                "--vllm-env 0.11.0= | --vllm-env must be a version and a folder",
                "--engine-isolation docker | --engine-isolation must be one of auto, user, namespace, landlock, none",
                "--engine-start-timeout 0s | --engine-start-timeout must be between 1s and 7d",
                "--drain soon | expected a duration such as",
                "--drain 30 | expected a duration such as",
                "--drain 25h | --drain must be between 0s and 24h",
                "--drain 999999d | --drain must be between 0s and 24h",
                "--stop-timeout 0s | --stop-timeout must be between 1s and 24h",
                "--keep-alive 0s | --keep-alive must be between 1s and 24h",
                "--total-timeout 25h | --total-timeout must be between 0s and 24h",
                "--total-timeout -1s | expected a duration such as",
                "--max-body 3MB | --max-body: expected a size such as 64KiB, 32MiB or 1GiB, not '3MB'",
                "--max-body 0 | --max-body must be between 1 and 1GiB",
                "--max-body 2GiB | --max-body must be between 1 and 1GiB",
                "--max-upload 999999g | --max-upload must be between 1 and 1024GiB",
                "--max-header 512 | --max-header must be between 1KiB and 1MiB",
                "--max-waiting -1 | --max-waiting must be between 0 and 1000000",
                "--max-waiting many | --max-waiting",
                "--when-journal-full panic | --when-journal-full must be one of serve-unmetered, refuse",
                "--role worker | --role must be one of all, gateway, manager",
                "--store-wait 2d | --store-wait must be between 0s and 24h",
                "--node-lease 0s | --node-lease must be between 1s and 5m",
                "--when-cut-off panic | --when-cut-off must be one of serve, refuse",
                "--engines maybe | --engines must be one of on, off",
                "--advertise node-a:9443 | --advertise, --node-tls-cert, --node-tls-key and --node-tls-ca go together",
                "--node-tls-ca nodes.crt | --advertise, --node-tls-cert, --node-tls-key and --node-tls-ca go together",
                "--advertise node-a --node-tls-cert c --node-tls-key k --node-tls-ca a | --advertise must be a host and a port",
                "--advertise node-a:0 --node-tls-cert c --node-tls-key k --node-tls-ca a | --advertise must be a host and a port",
                "--when-cut-off-for 8d | --when-cut-off-for must be between 0s and 7d",
                "--transport tcp | --transport must be one of auto, epoll, io_uring, nio",
            })
    void settingsThatMakeNoSenseAreRefusedBeforeAnythingStarts(String arguments, String why) {
        Result result = server(
                settings -> {
                    throw new AssertionError("no platform is due here");
                },
                arguments.split(" "));
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains(why).doesNotContain("Exception");
    }

    @Test
    void aStartedServerKeepsToWhatWasAskedFor() throws IOException {
        List<Integer> statuses = new ArrayList<>();
        server(
                settings -> {
                    try (RunningPlatform platform = new EmbeddedPlatform(notice -> {}).start(settings)) {
                        statuses.add(statusOfHeader(platform.url(), 100));
                        statuses.add(statusOfHeader(platform.url(), 2_000));
                    }
                    throw enough();
                },
                "--port=0",
                "--admin-port=off",
                "--access-log=off",
                "--max-header=1KiB",
                "--transport=nio");
        assertThat(statuses).containsExactly(401, 400);
        Path log = new TestShell(home).dataFolder().resolve("logs/server.log");
        assertThat(Files.readString(log)).contains("gateway listens").contains("nio");
    }

    private static int statusOfHeader(URI url, int length) {
        HttpRequest request = HttpRequest.newBuilder(url.resolve("/endpoint/a/b/v1/models"))
                .header("X-Long", "x".repeat(length))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString()).statusCode();
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
