package dev.inferencekey.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.ClientBuilder;
import dev.inferencekey.spring.InferenceKeyProperties;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What editors and the guide show of {@code inferencekey.*} is what the application reads: of the starter and of this module, whose metadata are
 * files of the same name.
 */
class PropertiesTest {
    /** It has no value of its own in the record: the SDK knows it. */
    private static final String BASE_URL = "inferencekey.base-url";

    private static final Set<String> NOT_OURS = Set.of("management.health.inferencekey.enabled");
    private static final Map<String, String> BOXES = Map.of("boolean", "java.lang.Boolean");
    private static final Path GUIDE = Path.of("..", "..", "docs", "guides", "spring.md");
    private static final String MARK = "<!-- What follows is written by PropertiesTest from the code. -->\n";

    private static Map<String, JsonNode> documented;
    private static Map<String, RecordComponent> settings;

    @BeforeAll
    static void read() throws IOException {
        documented = new LinkedHashMap<>();
        List<URL> files = Collections.list(
                PropertiesTest.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"));
        for (URL file : files) {
            try (InputStream in = file.openStream()) {
                for (JsonNode property : JsonMapper.shared().readTree(in).path("properties")) {
                    String name = property.path("name").asString();
                    if (name.startsWith("inferencekey.") || NOT_OURS.contains(name)) {
                        assertThat(documented.put(name, property)).as(name).isNull();
                    }
                }
            }
        }
        settings = new LinkedHashMap<>();
        collect(InferenceKeyProperties.class);
        collect(InferenceKeyAiProperties.class);
    }

    private static void collect(Class<?> properties) {
        collect(properties.getAnnotation(ConfigurationProperties.class).value(), properties);
    }

    private static void collect(String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "." + dashed(component.getName());
            if (component.getType().isRecord()) {
                collect(name, component.getType());
            } else {
                settings.put(name, component);
            }
        }
    }

    private static String dashed(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    @Test
    void metadataListEverySettingAndNoOther() {
        assertThat(settings).containsKeys("inferencekey.data.timeout", "inferencekey.ai.chat.endpoint");
        assertThat(documented.keySet())
                .containsAll(settings.keySet())
                .allSatisfy(name ->
                        assertThat(ConfigurationPropertyName.isValid(name)).isTrue())
                .allMatch(name -> settings.containsKey(name) || NOT_OURS.contains(name));
    }

    @Test
    void metadataDescribeEachInSentences() {
        assertThat(documented.values())
                .extracting(property -> property.path("description").asString())
                .allMatch(text -> text.endsWith(".") && Character.isUpperCase(text.charAt(0)))
                .doesNotHaveDuplicates();
    }

    @Test
    void metadataKnowTypesAndDefaults() {
        settings.forEach((name, component) -> {
            JsonNode property = Objects.requireNonNull(documented.get(name), name);
            String type = component.getType().getName();
            assertThat(property.path("type").asString()).as(name).startsWith(BOXES.getOrDefault(type, type));
            DefaultValue value = parameterDefault(component);
            JsonNode shown = property.path("defaultValue");
            if (name.equals(BASE_URL)) {
                assertThat(shown.asString()).isEqualTo(ClientBuilder.DEFAULT_BASE_URL);
            } else if (value != null && value.value().length > 0) {
                assertThat(shown.asString()).as(name).isEqualTo(value.value()[0]);
            } else {
                assertThat(shown.isMissingNode() || shown.isEmpty()).as(name).isTrue();
            }
        });
    }

    private static @Nullable DefaultValue parameterDefault(RecordComponent component) {
        RecordComponent[] components = component.getDeclaringRecord().getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            if (components[i].getName().equals(component.getName())) {
                return component
                        .getDeclaringRecord()
                        .getDeclaredConstructors()[0]
                        .getParameters()[i]
                        .getAnnotation(DefaultValue.class);
            }
        }
        return null;
    }

    /** Written instead of compared where {@code INFERENCEKEY_WRITE_DOCS} is set. */
    @Test
    void theGuideListsThem() throws IOException {
        StringBuilder table = new StringBuilder("\n| property | default | what it is |\n| --- | --- | --- |\n");
        Set<String> names = new LinkedHashSet<>(settings.keySet());
        names.addAll(NOT_OURS);
        names.forEach(name -> {
            JsonNode property = Objects.requireNonNull(documented.get(name), name);
            JsonNode value = property.path("defaultValue");
            table.append("| `").append(name).append("` | ");
            if (value.isValueNode()) {
                table.append('`').append(value.asString()).append("` ");
            }
            table.append("| ")
                    .append(property.path("description").asString().replace("|", "\\|"))
                    .append(" |\n");
        });
        String present = Files.readString(GUIDE);
        assertThat(present).contains(MARK);
        String right = present.substring(0, present.indexOf(MARK) + MARK.length()) + table;
        if (System.getenv("INFERENCEKEY_WRITE_DOCS") != null) {
            Files.writeString(GUIDE, right);
            return;
        }
        assertThat(present)
                .as("docs/guides/spring.md lags behind; run this test once with INFERENCEKEY_WRITE_DOCS=1")
                .isEqualTo(right);
    }
}
