package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.limit.SharedLimit;
import dev.inferencekey.server.domain.limit.SharedQuantity;
import dev.inferencekey.server.domain.limit.Shortage;
import dev.inferencekey.server.domain.limit.Slice;
import dev.inferencekey.server.ports.store.LimitSliceStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/**
 * The divided limits. A row holds all slices of one limit, a line each: kind ({@code R}equests, {@code T}okens, {@code C}oncurrent
 * requests), node, turn, held, needed, used, frees at, until; see {@link Slice}.
 */
final class SqlLimitSlices implements LimitSliceStore {
    private static final Map<Shortage.Kind, String> LETTERS =
            Map.of(Shortage.Kind.REQUESTS, "R", Shortage.Kind.TOKENS, "T", Shortage.Kind.CONCURRENT_REQUESTS, "C");

    private final SqlSession session;

    SqlLimitSlices(SqlSession session) {
        this.session = session;
    }

    /** In the order of their subjects, so that no two transactions wait for each other. A row that is there for its lock alone is empty. */
    @Override
    public Map<String, SharedLimit> lock(Collection<String> subjects) {
        Map<String, SharedLimit> locked = new HashMap<>();
        if (subjects.isEmpty()) {
            return locked;
        }
        List<String> sorted = subjects.stream().distinct().sorted().toList();
        Query query = session.writing()
                .createQuery("insert into limit_slices (subject, slices, short) values "
                        + String.join(", ", Collections.nCopies(sorted.size(), "(?, '', 0)"))
                        + " on conflict (subject) do update set short = limit_slices.short returning subject, slices");
        for (int i = 0; i < sorted.size(); i++) {
            query.bind(i, sorted.get(i));
        }
        query.map((row, context) -> Map.entry(row.getString("subject"), limit(row.getString("slices"))))
                .list()
                .forEach(row -> locked.put(row.getKey(), row.getValue()));
        return locked;
    }

    @Override
    public void put(Map<String, SharedLimit> limits) {
        List<String> empty = new ArrayList<>();
        PreparedBatch changes = session.writing()
                .prepareBatch("update limit_slices set slices = :slices, short = :short where subject = :subject");
        limits.forEach((subject, limit) -> {
            if (limit.isEmpty()) {
                empty.add(subject);
            } else {
                changes.bind("slices", text(limit))
                        .bind("short", limit.wanting() ? 1 : 0)
                        .bind("subject", subject)
                        .add();
            }
        });
        if (changes.size() > 0) {
            changes.execute();
        }
        if (!empty.isEmpty()) {
            session.writing()
                    .createUpdate("delete from limit_slices where subject in (<subjects>)")
                    .bindList("subjects", empty)
                    .execute();
        }
    }

    @Override
    public Map<String, SharedLimit> wanting(int most) {
        Map<String, SharedLimit> wanting = new LinkedHashMap<>();
        session.query("select subject, slices from limit_slices where short = 1 order by subject limit :most")
                .bind("most", most)
                .map((row, context) -> Map.entry(row.getString("subject"), limit(row.getString("slices"))))
                .list()
                .forEach(row -> wanting.put(row.getKey(), row.getValue()));
        return wanting;
    }

    @Override
    public List<String> after(String subject, int most) {
        return session.query("select subject from limit_slices where subject > :subject order by subject limit :most")
                .bind("subject", subject)
                .bind("most", most)
                .mapTo(String.class)
                .list();
    }

    private static String text(SharedLimit limit) {
        StringBuilder text = new StringBuilder();
        for (Shortage.Kind kind : Shortage.Kind.values()) {
            for (Slice slice : limit.of(kind).slices()) {
                text.append(Objects.requireNonNull(LETTERS.get(kind)))
                        .append(' ')
                        .append(slice.node())
                        .append(' ')
                        .append(slice.turn())
                        .append(' ')
                        .append(slice.held())
                        .append(' ')
                        .append(slice.needed())
                        .append(' ')
                        .append(slice.used())
                        .append(' ')
                        .append(slice.freesAtMicros())
                        .append(' ')
                        .append(slice.untilMicros())
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static SharedLimit limit(String text) {
        Map<Shortage.Kind, List<Slice>> slices = new EnumMap<>(Shortage.Kind.class);
        text.lines().forEach(line -> {
            String[] part = line.split(" ", -1);
            for (Map.Entry<Shortage.Kind, String> letter : LETTERS.entrySet()) {
                if (letter.getValue().equals(part[0])) {
                    slices.computeIfAbsent(letter.getKey(), _ -> new ArrayList<>())
                            .add(new Slice(
                                    part[1],
                                    Long.parseLong(part[2]),
                                    Long.parseLong(part[3]),
                                    Long.parseLong(part[4]),
                                    Long.parseLong(part[5]),
                                    Long.parseLong(part[6]),
                                    Long.parseLong(part[7])));
                }
            }
        });
        Map<Shortage.Kind, SharedQuantity> quantities = new EnumMap<>(Shortage.Kind.class);
        slices.forEach((kind, all) -> quantities.put(kind, new SharedQuantity(all)));
        return new SharedLimit(quantities);
    }
}
