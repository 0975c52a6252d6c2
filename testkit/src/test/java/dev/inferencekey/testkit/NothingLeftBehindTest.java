package dev.inferencekey.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.inferencekey.TextParams;
import dev.inferencekey.TextStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** What a platform does to the process it is a guest in: nothing that lasts. */
@Tag("slow")
@Isolated
final class NothingLeftBehindTest {
    private static final TextParams HI = TextParams.ofPrompt("Hi");

    @Test
    void noThreadFileOrPortIsLeft() {
        // What libraries start once for the whole process is there after this.
        use(InferenceKeyPlatform.start());
        Set<String> threads = threads();
        Set<Path> files = temporaryFiles();

        InferenceKeyPlatform platform = InferenceKeyPlatform.start();
        // Closed while a stream is running.
        TextStream running = platform.script("slow")
                .always(ScriptedAnswer.stream("a", "b").paced(Duration.ofMinutes(1)))
                .endpoint()
                .generateTextStream(HI);
        assertThat(running.next().text()).isEqualTo("a");
        use(platform);

        assertThat(temporaryFiles()).isEqualTo(files);
        assertThat(isListening(platform)).isFalse();
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            Set<String> left = new HashSet<>(threads());
            left.removeAll(threads);
            assertThat(left).isEmpty();
        });
    }

    @Test
    void twoPlatformsLiveSideBySide() {
        try (InferenceKeyPlatform two = InferenceKeyPlatform.start()) {
            ScriptedWorkload ofTwo = two.script("bot").always("two");
            try (InferenceKeyPlatform one = InferenceKeyPlatform.start()) {
                ScriptedWorkload ofOne = one.script("bot").always("one");
                assertThat(one.baseUrl()).isNotEqualTo(two.baseUrl());
                assertThat(ofTwo.endpoint().generateText(HI).text()).isEqualTo("two");
                ofOne.assertCalled(0);
            }
            assertThat(ofTwo.endpoint().generateText(HI).text()).isEqualTo("two");
        }
    }

    @Test
    void theLoggingOfTheProcessIsLeftAlone() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        List<String> appenders = appenders(root);
        List<String> levels = levels(context);
        java.util.logging.Logger ofTheJdk = java.util.logging.Logger.getLogger("io.helidon");
        java.util.logging.Level levelOfTheJdk = ofTheJdk.getLevel();
        ListAppender<ILoggingEvent> heard = new ListAppender<>();
        heard.start();
        root.addAppender(heard);
        Level before = root.getLevel();
        root.setLevel(Level.TRACE);
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            use(InferenceKeyPlatform.start());
        } finally {
            System.setOut(out);
            LoggerFactory.getLogger("com.example.Application").info("the program's own");
            root.setLevel(before);
            root.detachAppender(heard);
        }

        assertThat(heard.list)
                .extracting(ILoggingEvent::getLoggerName)
                .doesNotContain("dev.inferencekey.server.app.Platform")
                .contains("com.example.Application");
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(appenders(root)).isEqualTo(appenders);
        assertThat(levels(context)).containsAll(levels);
        assertThat(levels(context))
                .filteredOn(level -> !levels.contains(level))
                .allMatch(level -> level.endsWith("null"));
        assertThat(ofTheJdk.getLevel()).isEqualTo(levelOfTheJdk);
    }

    private static void use(InferenceKeyPlatform platform) {
        platform.simulate("simulated").generateText(HI);
        platform.script("scripted").always("yes").endpoint().generateText(HI);
        platform.close();
        platform.close();
    }

    private static boolean isListening(InferenceKeyPlatform platform) {
        URI address = URI.create(platform.baseUrl());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(thread -> thread.getName().replaceAll("[0-9]+", "#"))
                // The JDK's pools and housekeeping, which grow and shrink as they like, and who asks.
                .filter(name -> !name.startsWith("ForkJoinPool")
                        && !name.startsWith("Common-Cleaner")
                        && !name.startsWith("awaitility"))
                .collect(Collectors.toSet());
    }

    private static Set<Path> temporaryFiles() {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            String ofThisProcess =
                    "inferencekey-test-" + ProcessHandle.current().pid() + "-";
            return files.filter(file -> file.getFileName().toString().startsWith(ofThisProcess))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> appenders(Logger logger) {
        List<String> names = new ArrayList<>();
        logger.iteratorForAppenders().forEachRemaining(appender -> names.add(String.valueOf(appender.getName())));
        return names;
    }

    private static List<String> levels(LoggerContext context) {
        return context.getLoggerList().stream()
                .map(logger -> logger.getName() + "=" + logger.getLevel())
                .toList();
    }
}
