package dev.inferencekey.server.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.ColonPrefixSqlParser;
import org.jdbi.v3.core.statement.DefinedAttributeTemplateEngine;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.UnableToCreateStatementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTextTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/inferencekey/server/store");
    private static final Pattern TEXT_BLOCK = Pattern.compile("\"\"\"\\R(.*?)\"\"\"", Pattern.DOTALL);
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
    private static final Pattern SQL =
            Pattern.compile("\\b(select|insert|update|delete|from|where|and|or|set|order)\\b");
    private static final Pattern ATTRIBUTE = Pattern.compile("<(\\w+)>");

    private Handle handle;

    @BeforeEach
    void open() throws SQLException {
        handle =
                Jdbi.create(DriverManager.getConnection("jdbc:sqlite::memory:")).open();
    }

    @AfterEach
    void close() throws SQLException {
        handle.getConnection().close();
    }

    @Test
    void everyStatementOfTheStoreIsReadAsJdbiReadsIt() throws IOException {
        Set<String> statements = statementsOfTheStore();
        assertThat(statements).hasSizeGreaterThan(300).anyMatch(statement -> statement.contains("<ids>"));
        for (String statement : statements) {
            StatementContext context = context(statement);
            String rendered = new DefinedAttributeTemplateEngine().render(statement, context);

            assertThat(rendered(statement, context)).isEqualTo(rendered);
            assertThat(StatementText.READER.parse(rendered, context))
                    .isEqualTo(new ColonPrefixSqlParser().parse(rendered, context));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1",
                "select :a, :b1, :_c from t where x = :a",
                "select a::text, :b::bigint, cast(:c as text)",
                "select ':a', ':b '' :c', \":d\", :e",
                "select :a -- :b 'open\n, :c",
                "select /* :a ' */ :b",
                "select :a--:b",
                "select a <> :a and b < :b and c >= :c and d <= :d",
                "insert into t values (?, '?', \"?\", ?::text) -- ?",
                ":a",
            })
    void whatIsQuotedOrCastIsNoParameter(String sql) {
        StatementContext context = context(sql);

        assertThat(StatementText.READER.parse(sql, context)).isEqualTo(new ColonPrefixSqlParser().parse(sql, context));
    }

    @Test
    void attributesStandOutsideQuotesAndAreNotReadAgain() {
        String template = "select '<a>', \"<a>\", <a>, x <a and b> y -- <a>\n/* <a> */ from <b>";
        Query query = handle.createQuery(template).define("a", "<b>").define("b", "t");

        assertThat(rendered(template, query.getContext()))
                .isEqualTo("select '<a>', \"<a>\", <b>, x <a and b> y -- <a>\n/* <a> */ from t");
    }

    @Test
    void anAttributeThatNobodyDefinedIsNamed() {
        StatementContext context = handle.createQuery("select <ids>").getContext();

        assertThatThrownBy(() -> rendered("select <ids>", context))
                .isInstanceOf(UnableToCreateStatementException.class)
                .hasMessageContaining("<ids>");
    }

    private StatementContext context(String template) {
        Query query = handle.createQuery(template);
        ATTRIBUTE.matcher(template).results().forEach(found -> query.define(found.group(1), ":defined"));
        return query.getContext();
    }

    private static String rendered(String template, StatementContext context) {
        return StatementText.READER
                .parse(template, context.getConfig())
                .orElseThrow()
                .apply(context);
    }

    /** Statements, pieces of statements, and other texts that look like them, which do no harm. */
    private static Set<String> statementsOfTheStore() throws IOException {
        Set<String> statements = new LinkedHashSet<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                statements.addAll(texts(TEXT_BLOCK, source));
                statements.addAll(texts(LITERAL, TEXT_BLOCK.matcher(source).replaceAll("")));
            }
        }
        return statements;
    }

    private static List<String> texts(Pattern pattern, String source) {
        return pattern.matcher(source)
                .results()
                .map((MatchResult found) -> found.group(1))
                .filter(text -> SQL.matcher(text).find() && !text.contains("\\u"))
                .map(String::translateEscapes)
                .toList();
    }
}
