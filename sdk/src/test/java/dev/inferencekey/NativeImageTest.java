package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * GraalVM's native image keeps what can be reached, and what this metadata says is looked up by name. Its form is that of version 1.2.0 of
 * the schema which GraalVM publishes for {@code reachability-metadata.json}.
 */
final class NativeImageTest {
    private static final String METADATA =
            "/META-INF/native-image/dev.inferencekey/inferencekey-sdk/reachability-metadata.json";
    private static final Set<String> FILE_KEYS = Set.of("comment", "reflection", "resources", "foreign");
    private static final Set<String> TYPE_KEYS = Set.of(
            "reason",
            "condition",
            "type",
            "methods",
            "fields",
            "allDeclaredMethods",
            "allDeclaredFields",
            "allDeclaredConstructors",
            "allPublicMethods",
            "allPublicFields",
            "allPublicConstructors",
            "unsafeAllocated",
            "serializable",
            "jniAccessible");

    /** The JDK that has everything of the JDK's that the SDK looks up. */
    private static final int COMPLETE_JDK = 22;

    private static final Pattern LOOKUP = Pattern.compile("(\\w+)\\.class\\.getMethod\\(\"(\\w+)\"\\)");

    private static JsonNode file;
    private static List<JsonNode> types;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = NativeImageTest.class.getResourceAsStream(METADATA)) {
            file = JsonMapper.builder().build().readTree(in.readAllBytes());
        }
        types = new ArrayList<>();
        file.get("reflection").forEach(types::add);
    }

    @Test
    void hasTheFormThatGraalVmReads() {
        assertThat(FILE_KEYS).containsAll(file.propertyNames());
        for (JsonNode type : types) {
            assertThat(TYPE_KEYS).containsAll(type.propertyNames());
            assertThat(type.get("condition").propertyNames()).containsExactly("typeReached");
            for (JsonNode method : type.path("methods")) {
                assertThat(method.propertyNames()).containsExactly("name", "parameterTypes");
            }
        }
    }

    @Test
    void namesWhatThereIs() throws ReflectiveOperationException {
        for (JsonNode type : types) {
            Class.forName(type.get("condition").get("typeReached").asString());
            Class<?> found = Class.forName(type.get("type").asString());
            for (JsonNode method : type.path("methods")) {
                if (Runtime.version().feature() >= COMPLETE_JDK) {
                    found.getMethod(method.get("name").asString());
                }
            }
        }
        assertThat(types).isNotEmpty();
    }

    @Test
    void namesEachMethodThatTheSdkLooksUp() throws IOException {
        List<String> lookedUp = new ArrayList<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(path -> path.toString().endsWith(".java")).toList()) {
                for (MatchResult lookup :
                        LOOKUP.matcher(Files.readString(source)).results().toList()) {
                    lookedUp.add(lookup.group(1) + "." + lookup.group(2));
                }
            }
        }
        List<String> named = new ArrayList<>();
        for (JsonNode type : types) {
            String name = type.get("type").asString();
            type.path("methods")
                    .forEach(method -> named.add(name.substring(name.lastIndexOf('.') + 1) + "."
                            + method.get("name").asString()));
        }
        assertThat(named).containsExactlyInAnyOrderElementsOf(lookedUp);
    }

    /** Only one class knows the JSON library, and what that fills are its records. */
    @Test
    void namesEachRecordThatJacksonFills() throws ClassNotFoundException {
        Class<?> json = Class.forName("dev.inferencekey.internal.Json");
        List<String> filled = Arrays.stream(json.getDeclaredClasses())
                .filter(Class::isRecord)
                .map(Class::getName)
                .toList();
        assertThat(types)
                .filteredOn(type -> type.path("allDeclaredConstructors").asBoolean(false)
                        && type.path("allDeclaredMethods").asBoolean(false)
                        && type.path("allDeclaredFields").asBoolean(false))
                .extracting(type -> type.get("type").asString())
                .containsExactlyInAnyOrderElementsOf(filled);
        assertThat(filled).isNotEmpty();
    }
}
