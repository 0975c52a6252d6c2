package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.ApiClient.Reply;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class PaginationTest {
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; rel=\"next\"");

    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private final ApiClient operator = manager.asOperator();

    @AfterEach
    void stop() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokens", "keys", "workloads", "members", "audit"})
    void everyListThatGrowsComesInPiecesThatMakeTheWhole(String list) {
        for (int i = 0; i < 7; i++) {
            manager.token(acme);
            manager.key(acme);
            manager.workload(acme, "bot-" + i);
            operator.post(
                            "/api/projects/acme/members",
                            Map.of(
                                    "email",
                                    "p" + i + "@example.com",
                                    "role",
                                    "viewer",
                                    "initial_password",
                                    TestManager.PASSWORD))
                    .expect(201);
        }
        String path = "/api/projects/acme/" + list;
        List<Map<String, @Nullable Object>> whole =
                operator.get(path + "?limit=1000").expect(200).list();

        List<Map<String, @Nullable Object>> pieces = new ArrayList<>();
        String next = path + "?limit=3";
        while (next != null) {
            Reply piece = operator.get(next).expect(200);
            assertThat(piece.list()).hasSizeLessThanOrEqualTo(3);
            pieces.addAll(piece.list());
            next = next(piece);
        }

        assertThat(whole).hasSizeGreaterThanOrEqualTo(7);
        assertThat(pieces).isEqualTo(whole);
    }

    /** A sender that waits for acknowledgements makes nearly all of them wait for 40 ms; a busy machine does it to some. */
    @Test
    void aLongPieceComesWithoutAPause() {
        for (int i = 0; i < 60; i++) {
            manager.key(acme);
        }
        long paused = Integer.MAX_VALUE;
        for (int round = 0; round < 10 && paused > 5; round++) {
            paused = LongStream.range(0, 20)
                    .map(_ -> {
                        long begun = System.nanoTime();
                        operator.get("/api/projects/acme/keys?limit=60").expect(200);
                        return System.nanoTime() - begun;
                    })
                    .filter(nanos -> nanos > TimeUnit.MILLISECONDS.toNanos(35))
                    .count();
        }
        assertThat(paused).isLessThanOrEqualTo(5);
    }

    @Test
    void nothingIsSkippedOrRepeatedWhileRowsComeAndGo() {
        Random random = new Random(42);
        Set<String> staying = new HashSet<>();
        List<String> going = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String id = manager.workload(acme, "bot-" + i).id();
            if (i % 3 == 0) {
                going.add(id);
            } else {
                staying.add(id);
            }
        }
        List<String> seen = new ArrayList<>();
        String next = "/api/projects/acme/workloads?limit=4";
        int made = 0;
        while (next != null) {
            Reply piece = operator.get(next).expect(200);
            piece.list().forEach(workload -> seen.add(String.valueOf(workload.get("id"))));
            next = next(piece);
            if (!going.isEmpty()) {
                operator.delete("/api/workloads/" + going.remove(random.nextInt(going.size())))
                        .expect(204);
            }
            if (made < 10) {
                manager.workload(acme, "late-" + made++);
            }
        }

        assertThat(seen).doesNotHaveDuplicates().containsAll(staying);
    }

    @Test
    void theWayToTheNextPieceKeepsTheOtherParameters() {
        for (int i = 0; i < 5; i++) {
            manager.key(acme);
            manager.token(acme);
        }

        Reply first = operator.get("/api/audit?action=key.&limit=2").expect(200);
        String next = String.valueOf(next(first));

        assertThat(next).startsWith("/api/audit?").contains("action=key.").contains("limit=2");
        assertThat(operator.get(next).expect(200).list())
                .hasSize(2)
                .allSatisfy(event -> assertThat(event).containsEntry("action", "key.created"));
    }

    private static @Nullable String next(Reply reply) {
        return reply.header("Link")
                .map(link -> {
                    Matcher matcher = NEXT.matcher(link);
                    assertThat(matcher.matches()).as(link).isTrue();
                    return matcher.group(1);
                })
                .orElse(null);
    }
}
