package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The alerts and the dashboard that operators load, against what a running platform shows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MonitoringTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Path ALERTS = DOCS.resolve("monitoring/alerts.yml");
    private static final Path DASHBOARD = DOCS.resolve("monitoring/grafana.json");
    private static final Pattern METRIC = Pattern.compile("\\b(?:inferencekey|process|jvm)_[a-z_]+\\b");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)(?:=~?|!=)\"");
    private static final String CHAT = "{\"model\":\"bot\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private List<String> samples = List.of();

    @BeforeAll
    void callOnce(@TempDir Path data) throws IOException {
        try (RunningPlatform platform = RunningPlatform.start(data)) {
            platform.createProject("acme");
            platform.createSimulated("acme", "bot", "text2text", Map.of());
            String key = platform.mintKey("acme", "acme/*").credential();
            platform.http
                    .post("/endpoint/acme/bot/v1/chat/completions", key, CHAT)
                    .expect(200);
            samples = new Http(platform.adminUrl())
                    .get("/metrics", null)
                    .expect(200)
                    .body()
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @AfterAll
    void looksAtARunningPlatform() {
        assertThat(samples).hasSizeGreaterThan(50);
    }

    private static List<JsonNode> alerts() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        new YAMLMapper()
                .readTree(Files.readString(ALERTS))
                .get("groups")
                .forEach(group -> group.get("rules").forEach(rules::add));
        assertThat(rules).hasSizeGreaterThan(10);
        return rules;
    }

    private static List<String> panels() throws IOException {
        List<String> queries = new ArrayList<>();
        Http.JSON
                .readTree(Files.readString(DASHBOARD))
                .get("panels")
                .forEach(panel -> panel.path("targets")
                        .forEach(target -> queries.add(target.get("expr").asString())));
        assertThat(queries).hasSizeGreaterThan(10);
        return queries;
    }

    private Set<String> exposed() {
        return samples.stream().map(line -> line.split("[{ ]", 2)[0]).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> named(List<String> queries) {
        return queries.stream()
                .flatMap(query -> METRIC.matcher(query).results())
                .map(match -> match.group())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void eachMetricOfAnAlertExists() throws IOException {
        List<String> queries =
                alerts().stream().map(alert -> alert.get("expr").asString()).toList();
        assertThat(exposed()).containsAll(named(queries));
    }

    @Test
    void eachMetricOfTheDashboardExists() throws IOException {
        assertThat(exposed()).containsAll(named(panels()));
    }

    @Test
    void eachCheckThatAnAlertAsksForExists() throws IOException {
        for (JsonNode alert : alerts()) {
            Matcher check = Pattern.compile("check=\"([a-z_]+)\"")
                    .matcher(alert.get("expr").asString());
            if (check.find()) {
                assertThat(samples)
                        .anyMatch(line -> line.startsWith("inferencekey_health_check_ok")
                                && line.contains("check=\"" + check.group(1) + "\""));
            }
        }
    }

    @Test
    void eachLabelThatAQueryAsksForExists() throws IOException {
        Set<String> ofPrometheus = Set.of("job", "instance");
        List<String> queries = new ArrayList<>(
                alerts().stream().map(alert -> alert.get("expr").asString()).toList());
        queries.addAll(panels());
        for (String query : queries) {
            LABEL.matcher(query)
                    .results()
                    .map(match -> match.group(1))
                    .filter(label -> !ofPrometheus.contains(label))
                    .forEach(label -> assertThat(samples).as(query).anyMatch(line -> line.contains(label + "=\"")));
        }
    }

    @Test
    void whatEachAlertMeansIsToldInOperations() throws IOException {
        String page = Files.readString(DOCS.resolve("operations/monitoring.md"));
        assertThat(alerts()).extracting(alert -> alert.get("alert").asString()).doesNotHaveDuplicates();
        for (JsonNode alert : alerts()) {
            String name = alert.get("alert").asString();
            assertThat(page.split(Pattern.quote("| `" + name + "` |"), -1))
                    .as(name)
                    .hasSize(2);
            assertThat(alert.at("/labels/severity").asString()).isIn("critical", "warning");
            assertThat(alert.at("/annotations/summary").asString()).isNotBlank();
        }
    }
}
