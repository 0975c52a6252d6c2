package dev.inferencekey.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.command.FailureReport;
import dev.inferencekey.contract.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/reference/errors.md} promises: a row and an anchor for each code, with its status and its type on the data plane. */
class ErrorsPageTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (\\d{3}) \\| <a id=\"([a-z_]+)\"></a>`\\2` \\| `([a-z_]+)` \\| .+ \\| .+ \\|$");
    private static final Pattern OWN = Pattern.compile("(?m)^\\| <a id=\"([a-z_]+)\"></a>`\\1` \\| .+ \\| .+ \\|$");
    /** Where commands refuse something themselves, or a request's answer has no code. */
    private static final Pattern REFUSED =
            Pattern.compile("new (?:RefusedException|FailureReport)\\([^;\"]*\"([a-z_]*[a-z])\"");

    @Test
    void hasOneRowForEachCode() {
        Page page = Page.read(Page.ROOT.resolve("docs/reference/errors.md"));
        List<String> rows = ROW.matcher(String.join("\n", page.lines()))
                .results()
                .map(ErrorsPageTest::shown)
                .toList();
        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(List.of(ErrorCode.values()).stream()
                        .map(code -> code.status() + " " + code.wire() + " " + code.type())
                        .toList());
    }

    @Test
    void hasOneRowForEachCodeOfIk() throws IOException {
        Page page = Page.read(Page.ROOT.resolve("docs/reference/errors.md"));
        assertThat(OWN.matcher(String.join("\n", page.lines())).results().map(row -> row.group(1)))
                .containsExactlyInAnyOrderElementsOf(FailureReport.CODES_OF_IK);
        Set<String> written = new HashSet<>();
        try (Stream<Path> sources = Files.walk(Page.ROOT.resolve("cli/src/main/java"))) {
            for (Path source :
                    sources.filter(file -> file.toString().endsWith(".java")).toList()) {
                REFUSED.matcher(Files.readString(source)).results().forEach(code -> written.add(code.group(1)));
            }
        }
        assertThat(FailureReport.CODES_OF_IK).containsAll(written);
        assertThat(written).contains("start_failed", "unexpected_answer", "unreachable");
    }

    private static String shown(MatchResult row) {
        return row.group(1) + " " + row.group(2) + " " + row.group(3);
    }
}
