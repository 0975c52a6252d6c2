package dev.inferencekey.server.store.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.TemplateEngine;
import org.jdbi.v3.core.statement.UnableToCreateStatementException;

/**
 * How the store's statements are read: {@code <name>} stands for an attribute, {@code :name} and {@code ?} for values, {@code ::} is
 * a cast of PostgreSQL; what is in quotes or in a comment stands for itself. Stateless.
 *
 * <p>Notes. The same as Jdbi's own two readers say of every statement here ({@code StatementTextTest}). Those are made by a parser
 * generator, and warm up its automata with each new statement: that was a twentieth of what a start without an archive of classes costs.
 */
final class StatementText implements TemplateEngine.Parsing, SqlParser {
    static final StatementText READER = new StatementText();

    /** Part of a template: text, or the name of an attribute. */
    private record Part(String text, boolean attribute) {}

    private StatementText() {}

    @Override
    public Optional<Function<StatementContext, String>> parse(String template, ConfigRegistry config) {
        List<Part> parts = new ArrayList<>();
        int from = 0;
        int at = 0;
        while (at < template.length()) {
            int end = template.charAt(at) == '<' ? endOfName(template, at + 1) : at;
            if (end > at + 1 && end < template.length() && template.charAt(end) == '>') {
                parts.add(new Part(template.substring(from, at), false));
                parts.add(new Part(template.substring(at + 1, end), true));
                at = end + 1;
                from = at;
            } else {
                at = next(template, at);
            }
        }
        if (parts.isEmpty()) {
            return Optional.of(_ -> template);
        }
        parts.add(new Part(template.substring(from), false));
        return Optional.of(context -> filled(parts, context));
    }

    private static String filled(List<Part> parts, StatementContext context) {
        StringBuilder sql = new StringBuilder();
        for (Part part : parts) {
            if (part.attribute()) {
                Object value = context.getAttribute(part.text());
                if (value == null) {
                    throw new UnableToCreateStatementException("nothing is defined for <" + part.text() + ">", context);
                }
                sql.append(value);
            } else {
                sql.append(part.text());
            }
        }
        return sql.toString();
    }

    @Override
    public ParsedSql parse(String sql, StatementContext context) {
        ParsedSql.Builder parsed = ParsedSql.builder();
        int from = 0;
        int at = 0;
        while (at < sql.length()) {
            if (sql.startsWith("::", at)) {
                at += 2;
                continue;
            }
            int end = sql.charAt(at) == ':' ? endOfName(sql, at + 1) : at;
            if (end > at + 1) {
                parsed.append(sql.substring(from, at)).appendNamedParameter(sql.substring(at + 1, end));
                at = end;
                from = at;
            } else if (sql.charAt(at) == '?') {
                parsed.append(sql.substring(from, at)).appendPositionalParameter();
                at++;
                from = at;
            } else {
                at = next(sql, at);
            }
        }
        return parsed.append(sql.substring(from)).build();
    }

    @Override
    public String nameParameter(String name, StatementContext context) {
        return ":" + name;
    }

    /** Behind the quoted text or the comment that begins here, else behind this one character. */
    private static int next(String sql, int at) {
        char first = sql.charAt(at);
        if (first == '\'' || first == '"') {
            // A doubled quote inside is the end of one quoted text and the beginning of the next.
            return behind(sql, String.valueOf(first), at + 1);
        }
        if (sql.startsWith("--", at)) {
            return behind(sql, "\n", at + 2);
        }
        if (sql.startsWith("/*", at)) {
            return behind(sql, "*/", at + 2);
        }
        return at + 1;
    }

    private static int behind(String sql, String end, int from) {
        int found = sql.indexOf(end, from);
        return found < 0 ? sql.length() : found + end.length();
    }

    private static int endOfName(String sql, int from) {
        int end = from;
        while (end < sql.length() && (Character.isLetterOrDigit(sql.charAt(end)) || sql.charAt(end) == '_')) {
            end++;
        }
        return end;
    }
}
