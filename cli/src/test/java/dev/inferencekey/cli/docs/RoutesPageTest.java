package dev.inferencekey.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What {@code docs/reference/inference-routes.md} promises: each route once, with the task types that serve it. */
class RoutesPageTest {
    private static final Pattern ROW = Pattern.compile("^\\| (`(?:GET|POST) .*?) \\| (.*?) \\| .* \\|$");
    private static final Pattern NAME = Pattern.compile("`([^`]+)`");

    @Test
    void hasEachRouteWithItsTaskTypes() {
        Set<String> rows = new TreeSet<>();
        for (String line : Page.read(Page.ROOT.resolve("docs/reference/inference-routes.md"))
                .lines()) {
            for (MatchResult row : ROW.matcher(line).results().toList()) {
                String method = "";
                for (String route : names(row.group(1))) {
                    String[] words = route.split(" ");
                    method = words.length == 2 ? words[0] : method;
                    rows.add(method + " " + words[words.length - 1] + " " + types(row.group(2)));
                }
            }
        }
        Set<String> right = Arrays.stream(InferenceRoute.values())
                .map(route -> route.method() + " " + route.path() + " "
                        + Arrays.stream(TaskType.values())
                                .filter(route::servedBy)
                                .map(TaskType::wire)
                                .collect(Collectors.toCollection(TreeSet::new)))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(rows).isEqualTo(right);
    }

    private static Set<String> types(String cell) {
        return cell.equals("all")
                ? Arrays.stream(TaskType.values()).map(TaskType::wire).collect(Collectors.toCollection(TreeSet::new))
                : new TreeSet<>(names(cell));
    }

    private static List<String> names(String cell) {
        return NAME.matcher(cell).results().map(name -> name.group(1)).toList();
    }
}
