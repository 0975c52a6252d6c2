package dev.inferencekey.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.ClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What editors show of {@code inferencekey.*} is what the application reads. */
class ConfigurationMetadataTest {
    /** It has no value of its own in the record: the SDK knows it. */
    private static final String BASE_URL = "inferencekey.base-url";

    private static final Set<String> NOT_OURS = Set.of("management.health.inferencekey.enabled");
    private static final Map<String, Class<?>> BOXES = Map.of("boolean", Boolean.class);

    private static Map<String, JsonNode> documented;
    private static Map<String, RecordComponent> settings;

    @BeforeAll
    static void read() throws IOException {
        documented = new LinkedHashMap<>();
        try (InputStream in =
                InferenceKeyProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            JsonMapper.shared()
                    .readTree(in)
                    .get("properties")
                    .forEach(property -> documented.put(property.get("name").asString(), property));
        }
        settings = new LinkedHashMap<>();
        collect("inferencekey", InferenceKeyProperties.class);
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
    void listsEverySettingAndNoOther() {
        assertThat(documented.keySet())
                .containsAll(settings.keySet())
                .allSatisfy(name ->
                        assertThat(ConfigurationPropertyName.isValid(name)).isTrue())
                .allMatch(name -> settings.containsKey(name) || NOT_OURS.contains(name));
    }

    @Test
    void describesEachInSentences() {
        assertThat(documented.values())
                .extracting(property -> property.get("description").asString())
                .allMatch(text -> Character.isUpperCase(text.charAt(0)) && text.endsWith("."))
                .doesNotHaveDuplicates();
    }

    @Test
    void knowsTypesAndDefaults() {
        settings.forEach((name, component) -> {
            JsonNode property = Objects.requireNonNull(documented.get(name), name);
            Type type = BOXES.getOrDefault(component.getType().getName(), component.getType());
            assertThat(property.get("type").asString()).as(name).startsWith(((Class<?>) type).getName());
            DefaultValue value = parameterDefault(component);
            JsonNode shown = property.get("defaultValue");
            if (name.equals(BASE_URL)) {
                assertThat(shown.asString()).isEqualTo(ClientBuilder.DEFAULT_BASE_URL);
            } else if (value != null && value.value().length > 0) {
                assertThat(shown.asString()).as(name).isEqualTo(value.value()[0]);
            } else {
                assertThat(shown == null || shown.isEmpty()).as(name).isTrue();
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
}
