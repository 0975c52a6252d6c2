package dev.inferencekey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.inferencekey.DataClient;
import dev.inferencekey.Endpoint;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.TextParams;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs test classes as their users' builds run them. */
@Tag("slow")
final class InferenceKeyExtensionTest {
    private static final TextParams HI = TextParams.ofPrompt("Hi");

    /** Where the inner classes ran: the address and the project of each. */
    private static final List<String> SEEN = Collections.synchronizedList(new ArrayList<>());

    private static EngineExecutionResults run(Class<?>... classes) {
        SEEN.clear();
        EngineTestKit.Builder run = EngineTestKit.engine("junit-jupiter")
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.mode.classes.default", "concurrent");
        for (Class<?> one : classes) {
            run.selectors(selectClass(one));
        }
        return run.execute();
    }

    @Test
    void classesShareAPlatformThatEndsWithThemAndHaveProjectsOfTheirOwn() {
        EngineExecutionResults results = run(Annotated.class, Registered.class);

        assertThat(results.allEvents().failed().list()).isEmpty();
        results.testEvents().assertStatistics(statistics -> statistics.succeeded(6));
        List<URI> addresses = SEEN.stream()
                .map(seen -> URI.create(seen.split(" ")[0]))
                .distinct()
                .toList();
        assertThat(addresses).hasSize(1);
        assertThat(SEEN.stream().distinct()).hasSize(2);
        assertThat(isListening(addresses.getFirst())).isFalse();
    }

    @Test
    void aParameterThatCannotBeMeantIsExplained() {
        EngineExecutionResults results = run(Mistaken.class);

        assertThat(results.testEvents().failed().list().toString())
                .contains("Say which workload the Endpoint is: @Workload(\"support-bot\") Endpoint")
                .contains("@Workload goes with an Endpoint (simulated) or a ScriptedWorkload, not with a String");
    }

    private static boolean isListening(URI address) {
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static void see(InferenceKeyPlatform platform) {
        SEEN.add(platform.baseUrl() + " " + platform.project());
    }

    @InferenceKeyTest
    static class Annotated {
        private final InferenceKeyPlatform ofConstructor;

        Annotated(InferenceKeyPlatform platform) {
            this.ofConstructor = platform;
        }

        @BeforeAll
        static void provision(ManagementClient management) {
            assertThat(management.list()).isEmpty();
        }

        @Test
        void takesClientsAndWorkloads(
                InferenceKeyPlatform platform,
                ManagementClient management,
                DataClient data,
                @Workload("simulated") Endpoint simulated,
                @Workload("scripted") ScriptedWorkload scripted) {
            see(platform);
            assertThat(ofConstructor).isSameAs(platform);
            scripted.answer("scripted answer");
            assertThat(data.endpoint("scripted").generateText(HI).text()).isEqualTo("scripted answer");
            assertThat(simulated.generateText(HI).text()).isNotBlank();
            assertThat(management.get("scripted").slug()).isEqualTo("scripted");
        }

        @Test
        void findsNothingOfTheTestBefore(@Workload("again") ScriptedWorkload scripted) {
            assertThatNothingIsLeftIn(scripted);
        }

        @Test
        void findsNothingOfTheTestBeforeEither(@Workload("again") ScriptedWorkload scripted) {
            assertThatNothingIsLeftIn(scripted);
        }

        private static void assertThatNothingIsLeftIn(ScriptedWorkload scripted) {
            assertThat(scripted.calls()).isEmpty();
            scripted.answer("one").answer("left over");
            scripted.endpoint().generateText(HI);
        }

        @Nested
        class Inner {
            @Test
            void hasTheProjectOfItsOuterClass(InferenceKeyPlatform platform) {
                see(platform);
            }
        }
    }

    static class Registered {
        @RegisterExtension
        static final InferenceKeyExtension INFERENCE_KEY = new InferenceKeyExtension();

        @Test
        void handsOutThePlatform(InferenceKeyPlatform platform) {
            see(platform);
            assertThat(INFERENCE_KEY.platform()).isSameAs(platform);
            assertThat(INFERENCE_KEY.properties())
                    .containsEntry("inferencekey.base-url", platform.baseUrl())
                    .containsEntry("inferencekey.project", platform.project());
        }

        @Test
        void configuresAClientByItsEnvironment(InferenceKeyPlatform platform) {
            try (ManagementClient management = ManagementClient.builder()
                    .environment(platform.environment())
                    .build()) {
                assertThat(management.list()).isEmpty();
            }
        }
    }

    @InferenceKeyTest
    static class Mistaken {
        @Test
        void namesNoWorkload(Endpoint endpoint) {
            assertThat(endpoint).isNotNull();
        }

        @Test
        void asksForAText(@Workload("bot") String text) {
            assertThat(text).isNotNull();
        }
    }
}
