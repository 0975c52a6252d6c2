package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.contract.credential.SdkToken;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ConfigurationTest {
    private static final String OTHER_TOKEN = "ik_sdk_ffffffff_" + Clients.SECRET;
    private static final String OTHER_KEY = "ik_live_ffffffff_" + Clients.SECRET;

    private final FakeServer server = new FakeServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void takesEverythingFromTheEnvironment() {
        server.nextJson(200, "[]");
        Map<String, String> environment = Map.of(
                EnvironmentVariables.SDK_TOKEN,
                Clients.TOKEN,
                EnvironmentVariables.PROJECT,
                "acme",
                EnvironmentVariables.BASE_URL,
                server.url() + "/");

        try (ManagementClient client =
                ManagementClient.builder().environment(environment).build()) {
            client.list();
        }

        assertThat(server.onlyRequest().path()).isEqualTo("/api/projects/acme/workloads");
        assertThat(server.onlyRequest().header("Authorization")).hasValue("Bearer " + Clients.TOKEN);
    }

    @Test
    void prefersArgumentsOverTheEnvironment() {
        server.nextJson(200, Golden.text("data/chat.response.json"));
        Map<String, String> environment = Map.of(
                EnvironmentVariables.API_KEY, Clients.KEY,
                EnvironmentVariables.PROJECT, "acme",
                EnvironmentVariables.BASE_URL, "http://127.0.0.1:1");

        try (DataClient client = DataClient.builder()
                .environment(environment)
                .apiKey(OTHER_KEY)
                .project("other")
                .baseUrl(server.url())
                .build()) {
            client.endpoint("bot").generateText(TextParams.ofPrompt("Hi"));
        }

        assertThat(server.onlyRequest().path()).startsWith("/endpoint/other/bot/");
        assertThat(server.onlyRequest().header("Authorization")).hasValue("Bearer " + OTHER_KEY);
    }

    @Test
    void takesBlankForAbsentAndDropsWhiteSpace() {
        Map<String, String> environment = Map.of(
                EnvironmentVariables.SDK_TOKEN, " " + Clients.TOKEN + "\n",
                EnvironmentVariables.PROJECT, "acme ",
                EnvironmentVariables.BASE_URL, "  ");

        try (ManagementClient client = ManagementClient.builder()
                .environment(environment)
                .token(" ")
                .project("")
                .build()) {
            assertThat(client)
                    .hasToString(
                            "ManagementClient[https://api.inferencekey.com, project=acme, token=ik_sdk_a1b2c3d4…]");
        }
    }

    @Test
    void neverReadsTheOtherPlanesVariable() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> ManagementClient.builder()
                        .environment(Map.of(EnvironmentVariables.API_KEY, Clients.TOKEN))
                        .build())
                .withMessage("configuration error: No ik_sdk_ token. Pass a token or set INFERENCEKEY_SDK_TOKEN.");
        try (DataClient data = DataClient.builder()
                .environment(Map.of(EnvironmentVariables.SDK_TOKEN, Clients.KEY))
                .project("acme")
                .build()) {
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> data.endpoint("Support Bot"))
                    .withMessage("configuration error: No ik_live_ key for workload \"support-bot\"."
                            + " Pass an api key or set INFERENCEKEY_API_KEY.");
        }
    }

    @Test
    void refusesADataKeyOnTheManagementPlaneBeforeSending() {
        assertThatExceptionOfType(PermissionDeniedException.class)
                .isThrownBy(() -> Clients.management(server).token(Clients.KEY).build())
                .withMessage("permission denied [wrong_credential_type]: ik_live_a1b2c3d4… is a data key;"
                        + " the management plane requires an ik_sdk_ token")
                .satisfies(e -> {
                    assertThat(e.reason()).isEqualTo(PermissionDeniedException.Reason.WRONG_CREDENTIAL_TYPE);
                    assertThat(e.statusCode()).isZero();
                    assertThat(e.code()).hasValue("wrong_credential_type");
                    assertThat(e.requestId()).isEmpty();
                });
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void refusesATokenOnTheDataPlaneBeforeSending() {
        String message = "permission denied [wrong_credential_type]: ik_sdk_a1b2c3d4… is a management token;"
                + " the data plane requires an ik_live_ key";
        assertThatExceptionOfType(PermissionDeniedException.class)
                .isThrownBy(() -> Clients.data(server).apiKey(Clients.TOKEN).build())
                .withMessage(message);
        try (DataClient data = Clients.data(server).build()) {
            assertThatExceptionOfType(PermissionDeniedException.class)
                    .isThrownBy(() -> data.endpoint("bot", Clients.TOKEN))
                    .withMessage(message);
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void decidesByThePrefixAloneThatACredentialIsOfTheOtherPlane() {
        assertThatExceptionOfType(PermissionDeniedException.class)
                .isThrownBy(
                        () -> Clients.management(server).token("ik_live_half").build())
                .withMessageContaining("]: ik… is a data key;");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sk-123secret", "ik_sdk_", "ik_sdk_a1b2c3d4_0123secret", "ik_sdk_a1b2c3d4 secret"})
    void refusesMalformedCredentialsWithoutShowingThem(String token) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.management(server).token(token).build())
                .withMessageStartingWith("configuration error: ik… is not an ik_sdk_ token")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    @Test
    void takesATokenThatWasReadAlready() {
        SdkToken token = SdkToken.parse(OTHER_TOKEN).orElseThrow();

        try (ManagementClient client = Clients.management(server).token(token).build()) {
            assertThat(client.toString()).contains("ik_sdk_ffffffff…").doesNotContain(Clients.SECRET);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://example.com///, https://example.com",
        "https://example.com/prefix/, https://example.com/prefix",
        "HTTPS://example.com, HTTPS://example.com"
    })
    void dropsTrailingSlashesOfTheBaseUrl(String given, String used) {
        try (DataClient data = Clients.data(server).baseUrl(given).build()) {
            assertThat(data.endpoint("bot").openAiBaseUrl()).isEqualTo(used + "/endpoint/acme/bot/v1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "example.com",
                "ftp://example.com",
                "https://",
                "https:///path",
                "http://exa mple.com",
                "https://example.com?x=1",
                "https://example.com#top",
                "localhost:8080",
                "http://[::1"
            })
    void refusesABaseUrlThatIsNone(String url) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.data(server).baseUrl(url).build())
                .withMessageStartingWith("configuration error: the base URL must look like https://host")
                .withMessageContaining(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://user:hunter2@example.com", "https://user:hunter2@exa mple.com"})
    void refusesAPasswordInTheBaseUrlWithoutShowingIt(String url) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.data(server).baseUrl(url).build())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }

    @Test
    void warnsOnceOfPlainHttpToAnotherMachine() {
        try (CapturedLog log = new CapturedLog()) {
            try (DataClient data =
                    Clients.data(server).baseUrl("http://models.internal:8080").build()) {
                data.endpoint("one");
                data.endpoint("two");
            }
            assertThat(log.lines())
                    .containsExactly(
                            "WARNING credentials travel in clear: the base URL is plain http to another machine:"
                                    + " host=models.internal");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:1",
                "http://127.0.0.1:1",
                "http://127.9.9.9",
                "http://[::1]:1",
                "http://api.localhost",
                "https://example.com"
            })
    void doesNotWarnOfLoopbackOrHttps(String url) {
        try (CapturedLog log = new CapturedLog()) {
            Clients.data(server).baseUrl(url).build().close();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void needsAProject() {
        try (ManagementClient client = Clients.management(server).project(null).build();
                DataClient data = Clients.data(server).project(" ").build()) {
            String message = "configuration error: No project. Pass a project or set INFERENCEKEY_PROJECT.";
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(client::list)
                    .withMessage(message);
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> client.ensure(Clients.spec().build()))
                    .withMessage(message);
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> data.endpoint("bot"))
                    .withMessage(message);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "a/b", "a b", "a\\b"})
    void refusesAProjectThatWouldLeadElsewhere(String project) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.management(server).project(project).build())
                .withMessage("configuration error: the project must be its slug, such as acme");
    }

    @Test
    void refusesArgumentsInTheWrongOrder() {
        try (DataClient data = Clients.data(server).build()) {
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> data.endpoint(Clients.KEY, "support-bot"))
                    .withMessage("configuration error: a credential was given where a workload slug is due");
        }
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.data(server).project(Clients.KEY).build())
                .withMessage("configuration error: a credential was given where a project is due");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.data(server).baseUrl(Clients.KEY).build())
                .withMessage("configuration error: a credential was given where a base URL is due");
    }

    @Test
    void refusesTimesAndSizesThatMakeNoSense() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.data(server).timeout(Duration.ZERO))
                .withMessage("configuration error: timeout must be longer than zero");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.data(server).connectTimeout(Duration.ofSeconds(-1)));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.data(server).retryFor(Duration.ofSeconds(-1)));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.data(server).maxResponseBytes(0));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.data(server).streamIdleTimeout(Duration.ZERO));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> WaitOptions.defaults().withTimeout(Duration.ZERO));
        assertThatCode(() -> Clients.data(server).retryFor(Duration.ZERO)).doesNotThrowAnyException();
    }

    @Test
    void givesEachEndpointItsOwnKey() {
        server.always((request, answer) -> answer.json(200, Golden.text("data/chat.response.json")));
        try (DataClient data = Clients.data(server).build()) {
            data.endpoint("one").generateText(TextParams.ofPrompt("Hi"));
            data.endpoint("two", OTHER_KEY).generateText(TextParams.ofPrompt("Hi"));
            data.endpoint("three", " ").generateText(TextParams.ofPrompt("Hi"));
            data.endpoint(new EndpointRef("elsewhere", "four"), OTHER_KEY).generateText(TextParams.ofPrompt("Hi"));
        }

        assertThat(server.requests())
                .extracting(request ->
                        request.path() + " " + request.header("Authorization").orElse(""))
                .containsExactly(
                        "/endpoint/acme/one/v1/chat/completions Bearer " + Clients.KEY,
                        "/endpoint/acme/two/v1/chat/completions Bearer " + OTHER_KEY,
                        "/endpoint/acme/three/v1/chat/completions Bearer " + Clients.KEY,
                        "/endpoint/elsewhere/four/v1/chat/completions Bearer " + OTHER_KEY);
    }
}
