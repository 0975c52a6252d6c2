package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    private static final String MARK = "<!-- What follows is written by MonitoringTest from the code. -->\n";

    private List<String> exposition = List.of();
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
            exposition = new Http(platform.adminUrl())
                    .get("/metrics", null)
                    .expect(200)
                    .body()
                    .lines()
                    .toList();
            samples = exposition.stream().filter(line -> !line.startsWith("#")).toList();
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

    /** Labels that have no value yet stand on the page from when they had one. */
    @Test
    void thePageOfMetricsNamesEachOfThem() throws IOException {
        Path file = DOCS.resolve("reference/metrics.md");
        String page = Files.readString(file);
        StringBuilder table = new StringBuilder("\n| metric | kind | labels | what |\n| --- | --- | --- | --- |\n");
        Map<String, String> kinds = described("# TYPE ");
        described("# HELP ").forEach((name, help) -> {
            Set<String> labels = labelsOf(name);
            Matcher before = Pattern.compile("(?m)^\\| `" + name + "` \\| [a-z]+ \\| (.*?) \\|")
                    .matcher(page);
            if (before.find()) {
                Pattern.compile("[a-z_]+")
                        .matcher(before.group(1))
                        .results()
                        .forEach(label -> labels.add(label.group()));
            }
            table.append("| `%s` | %s | %s | %s |\n"
                    .formatted(
                            name,
                            kinds.get(name),
                            labels.stream().map(label -> "`" + label + "`").collect(Collectors.joining(", ")),
                            help.replace("|", "\\|")));
        });
        String right = page.substring(0, page.indexOf(MARK) + MARK.length()) + table;
        if (System.getenv("INFERENCEKEY_WRITE_DOCS") != null) {
            Files.writeString(file, right);
            return;
        }
        assertThat(page)
                .as("docs/reference/metrics.md lags behind; run this test once with INFERENCEKEY_WRITE_DOCS=1")
                .isEqualTo(right);
    }

    /** The metrics of our own with what the exposition says of them in such lines. */
    private Map<String, String> described(String prefix) {
        Map<String, String> found = new TreeMap<>();
        for (String line : exposition) {
            if (line.startsWith(prefix + "inferencekey_")) {
                String[] parts = line.substring(prefix.length()).split(" ", 2);
                found.put(parts[0], parts[1]);
            }
        }
        return found;
    }

    private Set<String> labelsOf(String metric) {
        Set<String> labels = new TreeSet<>();
        for (String sample : samples) {
            Matcher named = Pattern.compile("^" + metric + "(?:_bucket|_sum|_count)?\\{(.*)}.*")
                    .matcher(sample);
            if (named.matches()) {
                Pattern.compile("([a-z_]+)=\"")
                        .matcher(named.group(1))
                        .results()
                        .forEach(label -> labels.add(label.group(1)));
            }
        }
        labels.removeAll(Set.of("le", "quantile"));
        return labels;
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
