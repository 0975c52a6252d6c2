package dev.inferencekey.server.manager.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.ports.store.Page;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    @Test
    void quotesWhatWouldEndACell() {
        assertThat(line("a,b", "say \"hi\"", "one\r\ntwo", "plain", null, 5L, true, ""))
                .isEqualTo("\"a,b\",\"say \"\"hi\"\"\",\"one\r\ntwo\",plain,,5,true,\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"})
    void makesTextOfWhatASpreadsheetWouldRun(String formula) {
        assertThat(line(formula, formula)).isEqualTo("'" + formula + ",'" + formula + "\r\n");
    }

    @Test
    void makesQuotedTextOfAFormulaThatMustBeQuoted() {
        assertThat(line("=HYPERLINK(\"x\",1)", "\rx")).isEqualTo("\"'=HYPERLINK(\"\"x\"\",1)\",\"'\rx\"\r\n");
    }

    @Test
    void leavesNumbersAndWhatIsHarmlessAlone() {
        assertThat(line(-5, "a=b", "ik_live_a1b2c3d4…")).isEqualTo("-5,a=b,ik_live_a1b2c3d4…\r\n");
    }

    @Test
    void sendsPieceByPieceAndAsksForTheNextOnlyThen() throws Exception {
        List<String> asked = new ArrayList<>();
        Answer.Streamed answer = (Answer.Streamed) Csv.answer(
                "numbers.csv",
                List.of("number"),
                after -> {
                    asked.add(String.valueOf(after));
                    int number = after == null ? 1 : Integer.parseInt(after);
                    return new Page<>(List.of(number), number == 3 ? null : Integer.toString(number + 1));
                },
                number -> Csv.cells(number));
        assertThat(asked).containsExactly("null");

        List<String> sent = new ArrayList<>();
        answer.source().writeTo(bytes -> {
            sent.add(new String(bytes, StandardCharsets.UTF_8));
            assertThat(asked).hasSize(sent.size());
        });

        assertThat(sent).containsExactly("number\r\n1\r\n", "2\r\n", "3\r\n");
        assertThat(answer.headers())
                .containsEntry("Content-Type", "text/csv; charset=utf-8; header=present")
                .containsEntry("Content-Disposition", "attachment; filename=\"numbers.csv\"");
    }

    @Test
    void failsBeforeItAnswersIfThereIsNothingToSend() {
        assertThatThrownBy(() -> Csv.answer(
                        "numbers.csv",
                        List.of("number"),
                        after -> {
                            throw new IllegalStateException("away");
                        },
                        number -> Csv.cells(number)))
                .hasMessage("away");
    }

    private static String line(@Nullable Object... cells) {
        Csv csv = new Csv();
        csv.line(Csv.cells(cells));
        return new String(csv.take(), StandardCharsets.UTF_8);
    }
}
