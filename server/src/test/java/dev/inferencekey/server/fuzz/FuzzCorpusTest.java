package dev.inferencekey.server.fuzz;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.engine.EngineCommandFuzz;
import dev.inferencekey.server.gateway.AuthorizationFuzz;
import dev.inferencekey.server.gateway.ForwardedFuzz;
import dev.inferencekey.server.gateway.ModelRewriteFuzz;
import dev.inferencekey.server.gateway.MultipartFuzz;
import dev.inferencekey.server.gateway.RequestHeadFuzz;
import dev.inferencekey.server.gateway.RequestTargetFuzz;
import dev.inferencekey.server.gateway.ResponseHeadFuzz;
import dev.inferencekey.server.gateway.SseRelayFuzz;
import dev.inferencekey.server.gateway.UsageScanFuzz;
import dev.inferencekey.server.journal.UsageRecordFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The short form of fuzzing: each input that is kept, through its target. {@code build/fuzz} is the long one. */
final class FuzzCorpusTest {
    private static final Path KEPT = Path.of("src/test/fuzz");
    private static final Map<String, Consumer<byte[]>> TARGETS = Map.ofEntries(
            entry("Authorization", AuthorizationFuzz::fuzzerTestOneInput),
            entry("EngineCommand", EngineCommandFuzz::fuzzerTestOneInput),
            entry("Forwarded", ForwardedFuzz::fuzzerTestOneInput),
            entry("ModelRewrite", ModelRewriteFuzz::fuzzerTestOneInput),
            entry("Multipart", MultipartFuzz::fuzzerTestOneInput),
            entry("RequestHead", RequestHeadFuzz::fuzzerTestOneInput),
            entry("RequestTarget", RequestTargetFuzz::fuzzerTestOneInput),
            entry("ResponseHead", ResponseHeadFuzz::fuzzerTestOneInput),
            entry("SseRelay", SseRelayFuzz::fuzzerTestOneInput),
            entry("UsageRecord", UsageRecordFuzz::fuzzerTestOneInput),
            entry("UsageScan", UsageScanFuzz::fuzzerTestOneInput));

    static Set<String> targets() {
        return TARGETS.keySet();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void noKeptInputShowsAFault(String target) throws IOException {
        List<Path> inputs;
        try (Stream<Path> files = Files.walk(KEPT.resolve(target))) {
            inputs = files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("dictionary"))
                    .toList();
        }
        assertThat(inputs).isNotEmpty();
        Consumer<byte[]> run = Objects.requireNonNull(TARGETS.get(target));
        for (Path input : inputs) {
            byte[] data = Files.readAllBytes(input);
            try {
                run.accept(data);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("the input " + input + " shows a fault", e);
            }
        }
    }

    @Test
    void everyTargetHasAFolderAndEveryFolderATarget() throws IOException {
        try (Stream<Path> folders = Files.list(KEPT)) {
            assertThat(folders.filter(Files::isDirectory)
                            .map(folder -> folder.getFileName().toString())
                            .collect(Collectors.toSet()))
                    .isEqualTo(targets());
        }
    }
}
