package dev.inferencekey.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.setting.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What the Helm chart knows of settings. {@code ./check chart} tries the chart itself on a real API server. */
class ChartSettingsTest {
    private static final Path CHART = Path.of("..", "deploy", "helm", "inferencekey");
    private static final List<String> FOR_ONE_START = List.of("accept-empty-database", "accept-new-master-key");
    /** What is each pod's own, and what only a Secret may hold. */
    private static final List<String> NOT_IN_VALUES =
            List.of("advertise", "node-name", "webhook", "webhook-secret-file");

    /** The settings that the chart itself makes. */
    private static List<String> made() throws IOException {
        String templates = Files.readString(CHART.resolve("templates/_helpers.tpl"));
        String start = "$own := dict \"role\"";
        String made = templates.substring(templates.indexOf(start) + "$own := dict ".length());
        List<String> names = new ArrayList<>();
        Matcher pairs = Pattern.compile("\\G\"([a-z-]+)\" (?:\"[^\"]*\"|[0-9]+|\\.[A-Za-z.]+) ?")
                .matcher(made);
        while (pairs.find()) {
            names.add(pairs.group(1));
        }
        Matcher later = Pattern.compile("set \\$own \"([a-z-]+)\"").matcher(templates);
        while (later.find()) {
            names.add(later.group(1));
        }
        return names;
    }

    private static List<String> names() {
        return ServerLine.table().all().stream().map(Setting::name).toList();
    }

    @Test
    void theChartMakesOnlyWhatIsASetting() throws IOException {
        assertThat(made())
                .contains("role", "admin-port", "store-file", "tls-key", "node-tls-ca")
                .isSubsetOf(names());
    }

    @Test
    void valuesMayHoldEverySettingThatTheChartDoesNotMake() throws IOException {
        JsonNode schema =
                JsonMapper.shared().readTree(CHART.resolve("values.schema.json").toFile());
        List<String> allowed = new ArrayList<>();
        schema.at("/definitions/settings/propertyNames/enum").forEach(name -> allowed.add(name.asString()));
        TreeSet<String> expected = new TreeSet<>(names());
        made().forEach(expected::remove);
        FOR_ONE_START.forEach(expected::remove);
        NOT_IN_VALUES.forEach(expected::remove);
        assertThat(allowed).containsExactlyElementsOf(expected);
    }

    @Test
    void itsAlertsAreThoseOfTheDocumentation() throws IOException {
        assertThat(CHART.resolve("alerts.yml").toRealPath())
                .isEqualTo(Path.of("..", "docs", "monitoring", "alerts.yml").toRealPath());
        assertThat(CHART.resolve("templates/prometheusrule.yaml")).content().contains("\"alerts.yml\"");
    }

    @Test
    void itsOwnValuesAreDeclaredInTheSchema() throws IOException {
        JsonNode values =
                YAMLMapper.shared().readTree(CHART.resolve("values.yaml").toFile());
        JsonNode schema =
                JsonMapper.shared().readTree(CHART.resolve("values.schema.json").toFile());
        assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
        assertDeclared(values, schema, "");
        values.path("config")
                .propertyNames()
                .forEach(name -> assertThat(names()).contains(name));
    }

    private static void assertDeclared(JsonNode values, JsonNode schema, String path) {
        JsonNode properties = schema.path("properties");
        if (properties.isMissingNode()) {
            return;
        }
        for (String name : values.propertyNames()) {
            assertThat(properties.has(name)).as(path + "/" + name).isTrue();
            if (values.path(name).isObject()) {
                assertDeclared(values.path(name), properties.path(name), path + "/" + name);
            }
        }
    }
}
