package dev.inferencekey.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.error.ErrorCode;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/reference/errors.md} promises: a row for each code, with its status and its type on the data plane. */
class ErrorsPageTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (\\d{3}) \\| `([a-z_]+)` \\| `([a-z_]+)` \\| .+ \\| .+ \\|$");

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

    private static String shown(MatchResult row) {
        return row.group(1) + " " + row.group(2) + " " + row.group(3);
    }
}
