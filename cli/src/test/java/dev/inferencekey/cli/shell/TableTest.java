package dev.inferencekey.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void alignsColumnsAndMarksWhatIsAbsent() {
        Table table = new Table()
                .whole("ID")
                .text("NAME")
                .number("COUNT")
                .row("a", null, "7")
                .row("bbb", "x", "1234");
        assertThat(print(table, Terminal.NONE)).isEqualTo("ID   NAME  COUNT\na    -         7\nbbb  x      1234\n");
    }

    @Test
    void isNoWiderThanTheTerminal() {
        Table table = new Table()
                .whole("ID")
                .text("FIRST")
                .spare("SPARE")
                .text("SECOND")
                .row("id-that-is-never-cut", "f".repeat(60), "spare-value", "s".repeat(30));
        String printed = print(table, new Terminal(true, false, 60));
        assertThat(printed.lines())
                .allSatisfy(line -> assertThat(PlainText.width(line)).isLessThanOrEqualTo(60));
        assertThat(printed).contains("id-that-is-never-cut", "…");
    }

    @Test
    void leavesOutWhatItHasNoRoomFor() {
        Table table =
                new Table().whole("ID").spare("SPARE").whole("OTHER").row("i".repeat(25), "spare", "o".repeat(20));
        assertThat(print(table, new Terminal(true, false, 50))).doesNotContain("SPARE", "spare");
        assertThat(print(table, new Terminal(true, false, 60))).contains("SPARE", "spare");
    }

    @Test
    void cutsNothingInAPipe() {
        Table table = new Table().text("NAME").row("n".repeat(500));
        assertThat(print(table, Terminal.NONE)).contains("n".repeat(500));
    }

    @Test
    void countsColumnsAndNotCharacters() {
        Table table = new Table().text("NAME").whole("X").row("日本", "1").row("ab", "2");
        assertThat(print(table, Terminal.NONE).lines().skip(1)).containsExactly("日本  1", "ab    2");
    }

    @Test
    void coloursOnlyWhereTheyAreWanted() {
        Table table = new Table().text("NAME").row("x");
        assertThat(print(table, new Terminal(true, true, 80))).contains("\u001b[");
        assertThat(print(table, new Terminal(true, false, 80))).doesNotContain("\u001b");
    }

    @Test
    void stopsWhenNobodyReadsAnyMore() {
        Table table = new Table().text("NAME");
        for (int i = 0; i < 10_000; i++) {
            table.row("row " + i);
        }
        int[] written = {0};
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                written[0]++;
                throw new IOException("broken pipe");
            }
        };
        table.print(new PrintStream(broken, true, StandardCharsets.UTF_8), Terminal.NONE);
        assertThat(written[0]).isLessThan(1_000);
    }

    @Test
    void aRowOfAnotherLengthIsAMistake() {
        assertThatThrownBy(() -> new Table().text("A").row("a", "b")).isInstanceOf(IllegalArgumentException.class);
    }

    private static String print(Table table, Terminal terminal) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(new PrintStream(out, true, StandardCharsets.UTF_8), terminal);
        return out.toString(StandardCharsets.UTF_8);
    }
}
