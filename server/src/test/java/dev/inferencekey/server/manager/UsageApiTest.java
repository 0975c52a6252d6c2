package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.manager.http.Csv;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.usage.LastDay;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class UsageApiTest {
    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private final ApiClient viewer = manager.asMember(acme, Role.VIEWER);
    private final Instant now = manager.time.instant();

    @AfterEach
    void stop() {
        manager.close();
    }

    private void used(String id, String workload, Instant at, int status) {
        manager.store.write(s -> {
            s.usage().append(List.of(usage(id, workload, at, status)));
            return true;
        });
    }

    private static UsageRecord usage(String id, String workload, Instant at, int status) {
        Long tokens = status == 200 ? 10L : null;
        return new UsageRecord(
                id,
                "req_" + id,
                at,
                "acme",
                "wl_1",
                workload,
                "key_1",
                "a1b2c3d4",
                "192.0.2.7",
                "v1/chat/completions",
                status == 404 ? null : "tiny",
                status,
                tokens,
                tokens,
                null,
                15,
                status == 200 ? 7L : null,
                1,
                1,
                false,
                false,
                false,
                null,
                null,
                null);
    }

    @Test
    void showsUsageOverTimeByWorkload() {
        used("use_1", "bot", now.minusSeconds(60), 200);
        used("use_2", "bot", now.minusSeconds(61), 503);
        used("use_3", "cat", now.minusSeconds(60), 200);

        Map<String, @Nullable Object> series = viewer.get(
                        "/api/projects/acme/usage/series?group_by=workload&top=1&from=" + now.minusSeconds(600))
                .expect(200)
                .json();

        assertThat(series).containsEntry("bucket_seconds", 60);
        List<Map<String, @Nullable Object>> lines = ApiClient.asObjects(series.get("lines"));
        assertThat(lines).extracting(line -> line.get("kind")).containsExactly("value", "other");
        assertThat(lines.getFirst()).containsEntry("value", "bot");
        assertThat(ApiClient.asObject(lines.getFirst().get("total")))
                .containsEntry("requests", 2)
                .containsEntry("failed_requests", 1)
                .containsEntry("output_tokens", 10)
                .containsEntry("duration_micros", Map.of("p50", 15, "p95", 15, "p99", 15))
                .containsEntry("first_byte_micros", Map.of("p50", 7, "p95", 7, "p99", 7));
        assertThat(ApiClient.asObjects(lines.getFirst().get("buckets"))).hasSize(11);
    }

    @Test
    void aProjectUnderTheSlugOfADeletedOneReadsNothingThatThatOneLeft() {
        used("use_1", "bot", now.minusSeconds(60), 200);
        manager.asOperator().delete("/api/projects/acme").expect(204);
        manager.time.advance(Duration.ofMinutes(1));
        ApiClient successor = manager.asMember(manager.project("acme"), Role.OWNER);

        assertThat(successor.get("/api/projects/acme/usage/records").expect(200).list())
                .isEmpty();
        assertThat(ApiClient.asObjects(successor
                        .get("/api/projects/acme/usage")
                        .expect(200)
                        .json()
                        .get("totals")))
                .isEmpty();
        assertThat(successor.get("/api/projects/acme/audit").expect(200).list())
                .extracting(event -> event.get("action"))
                .containsOnly("project.created", "user.created", "member.added");
        assertThat(manager.asOperator()
                        .get("/api/audit?action=project.deleted")
                        .expect(200)
                        .list())
                .singleElement()
                .satisfies(event -> assertThat(event).containsEntry("project_slug", "acme"));
    }

    @Test
    void breaksUsageDownAndFiltersIt() {
        used("use_1", "bot", now.minusSeconds(60), 200);
        used("use_2", "bot", now.minusSeconds(61), 404);
        used("use_3", "cat", now.minusSeconds(60), 200);

        assertThat(lines("?group_by=model")).containsExactly("value tiny 2", "none null 1");
        assertThat(lines("?workload=bot&status=failed")).containsExactly("value bot 1");
        assertThat(lines("?group_by=status&status=2xx")).containsExactly("value 200 2");
        assertThat(lines("?key=key_2")).isEmpty();
        assertThat(viewer.get("/api/projects/acme/usage/values").expect(200).json())
                .containsEntry("workloads", List.of("bot", "cat"))
                .containsEntry("keys", List.of("key_1"))
                .containsEntry("models", List.of("tiny"))
                .containsEntry("statuses", List.of(200, 404));
    }

    private List<String> lines(String query) {
        List<String> lines = new ArrayList<>();
        Reply reply = viewer.get("/api/projects/acme/usage/breakdown" + query).expect(200);
        for (Map<String, @Nullable Object> line :
                ApiClient.asObjects(reply.json().get("lines"))) {
            lines.add(line.get("kind") + " " + line.get("value") + " "
                    + ApiClient.asObject(line.get("total")).get("requests"));
        }
        return lines;
    }

    @Test
    void listsRecordsThatFitTheFilterInPieces() {
        for (int i = 10; i < 20; i++) {
            used("use_" + i, i % 2 == 0 ? "bot" : "cat", now.minusSeconds(i), i == 16 ? 503 : 200);
        }

        Reply first = viewer.get("/api/projects/acme/usage/records?workload=bot&limit=3")
                .expect(200);
        assertThat(first.list()).extracting(usage -> usage.get("id")).containsExactly("use_10", "use_12", "use_14");
        String next = first.header("Link").orElseThrow().replaceAll("[<>]|;.*", "");
        assertThat(viewer.get(next).expect(200).list())
                .extracting(usage -> usage.get("id"))
                .containsExactly("use_16", "use_18");
        assertThat(viewer.get("/api/projects/acme/usage/records?status=failed")
                        .expect(200)
                        .list())
                .extracting(usage -> usage.get("id"))
                .containsExactly("use_16");
    }

    @Test
    void writesSpreadsheets() {
        used("use_1", "bot", now.minusSeconds(60), 200);
        used("=use_2", "cat", now.minusSeconds(61), 503);

        Reply records = viewer.get("/api/projects/acme/usage/records.csv").expect(200);
        assertThat(records.header("Content-Type").orElseThrow()).startsWith("text/csv");
        assertThat(records.header("Content-Disposition")).contains("attachment; filename=\"usage-records.csv\"");
        assertThat(records.body().lines().toList())
                .containsExactly(
                        "id,request_id,at,workload_id,workload_slug,key_id,public_id,client_address,route,model,status,"
                                + "input_tokens,output_tokens,cached_tokens,duration_micros,first_byte_micros,"
                                + "request_bytes,response_bytes,streamed,cancelled,estimated,error,cost_usd",
                        "use_1,req_use_1,2026-06-15T09:11:44Z,wl_1,bot,key_1,a1b2c3d4,192.0.2.7,v1/chat/completions,"
                                + "tiny,200,10,10,,15,7,1,1,false,false,false,,",
                        "'=use_2,req_=use_2,2026-06-15T09:11:43Z,wl_1,cat,key_1,a1b2c3d4,192.0.2.7,"
                                + "v1/chat/completions,tiny,503,,,,15,,1,1,false,false,false,,");
        assertThat(viewer.get("/api/projects/acme/usage/breakdown.csv")
                        .expect(200)
                        .body()
                        .lines()
                        .toList())
                .hasSize(3)
                .contains("value,bot,1,0,10,10,0,15,15,15,7,7,7,0", "value,cat,1,1,0,0,0,15,15,15,,,,0");
        assertThat(viewer.get("/api/projects/acme/usage/series.csv?from=" + now.minusSeconds(600))
                        .expect(200)
                        .body()
                        .lines()
                        .toList())
                .hasSize(2)
                .endsWith("2026-06-15T09:11:00Z,all,,2,1,10,10,0,15,15,15,7,7,7,0");
    }

    @Test
    void writesMoreThanOnePieceToASpreadsheet() {
        List<UsageRecord> many = new ArrayList<>();
        for (int i = 10_000; i < 12_500; i++) {
            many.add(usage("use_" + i, "bot", now.minusSeconds(i), 200));
        }
        manager.store.write(s -> {
            s.usage().append(many);
            return true;
        });

        List<String> ids = viewer.get("/api/projects/acme/usage/records.csv")
                .expect(200)
                .body()
                .lines()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(',')))
                .toList();

        assertThat(ids)
                .containsExactlyElementsOf(many.stream().map(UsageRecord::id).toList());
    }

    @Test
    void aSpreadsheetThatCanNotBeCompletedDoesNotLookComplete() {
        Route broken = Route.platform(
                "GET",
                "/broken.csv",
                Action.PUBLIC,
                exchange -> Csv.answer(
                        "broken.csv",
                        List.of("number"),
                        after -> {
                            if (after != null) {
                                throw new StoreUnavailableException("away", new IOException("away"));
                            }
                            return new Page<>(List.of(1), "2");
                        },
                        number -> Csv.cells(number)));
        try (TestManager other = new TestManager(Duration.ofSeconds(15), List.of(broken))) {
            assertThatThrownBy(() -> other.api.unchecked().get("/broken.csv")).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void showsTheLastDayOfEachWorkloadHourByHour() {
        used("use_1", "bot", now, 200);
        used("use_2", "bot", now.minus(Duration.ofHours(23)), 503);
        used("use_3", "bot", now.minus(Duration.ofHours(25)), 200);
        used("use_4", "cat", now.minus(Duration.ofHours(1)), 200);

        List<Long> hourly = new ArrayList<>(Collections.nCopies(24, 0L));
        hourly.set(23, 1L);
        hourly.set(0, 1L);
        List<Long> failed = new ArrayList<>(Collections.nCopies(24, 0L));
        failed.set(0, 1L);
        LastDay day = manager.plane.usage().lastDay("acme");

        assertThat(day.from()).isEqualTo(Instant.parse("2026-06-14T10:00:00Z"));
        assertThat(day.workloads()).hasSize(2);
        assertThat(day.workloads().getFirst())
                .isEqualTo(new LastDay.OfWorkload("bot", 2, 1, 10, 10, 0, hourly, failed));
        Map<String, @Nullable Object> json =
                viewer.get("/api/projects/acme/usage/last-day").expect(200).json();
        assertThat(ApiClient.asObjects(json.get("workloads")))
                .extracting(workload -> workload.get("requests"))
                .containsExactly(2, 1);
    }

    @Test
    void ownersOfTheInstallationSayHowLongUsageIsKeptAndThatIsNoted() {
        ApiClient owner = manager.asOwner();
        Map<String, Object> wanted = Map.of("record_days", 7, "sum_days", 30);
        assertThat(owner.get("/api/settings/usage-retention").expect(200).json())
                .isEqualTo(Map.of("record_days", 90, "sum_days", 400));

        owner.put("/api/settings/usage-retention", wanted).expect(200);
        owner.put("/api/settings/usage-retention", wanted).expect(200);

        assertThat(manager.plane.usageRetention().get()).isEqualTo(new UsageRetention(7, 30));
        assertThat(manager.asOperator()
                        .get("/api/audit?action=usage.")
                        .expect(200)
                        .list())
                .singleElement()
                .satisfies(event -> assertThat(event)
                        .containsEntry("action", "usage.retention_changed")
                        .containsEntry("actor", manager.owner.email())
                        .containsEntry(
                                "details",
                                Map.of(
                                        "old_record_days", "90",
                                        "old_sum_days", "400",
                                        "record_days", "7",
                                        "sum_days", "30")));
        viewer.get("/api/settings/usage-retention").expect(403, "scope_insufficient");
    }

    @Test
    void refusesToKeepUsageForATimeThatIsNone() {
        ApiClient owner = manager.asOwner().unchecked();
        for (Map<String, Object> wrong : List.<Map<String, Object>>of(
                Map.of("record_days", 0, "sum_days", 30),
                Map.of("record_days", 31, "sum_days", 30),
                Map.of("record_days", 30, "sum_days", 3_651),
                Map.of("record_days", 30),
                Map.of("record_days", 30, "sum_days", "400"),
                Map.of("record_days", 30, "sum_days", 400, "days", 1))) {
            owner.put("/api/settings/usage-retention", wrong).expect(400, "invalid_request");
        }
        assertThat(manager.plane.usageRetention().get()).isEqualTo(UsageRetention.DEFAULT);
    }

    @Test
    void theTrailCanBeSearchedAndExported() {
        manager.key(acme);
        manager.time.advance(Duration.ofMinutes(1));
        manager.token(acme);
        ApiClient owner = manager.asOwner();

        assertThat(owner.get("/api/projects/acme/audit?actor=operator&from=" + now.plusSeconds(1))
                        .expect(200)
                        .list())
                .extracting(event -> event.get("action"))
                .containsExactly("token.created");
        assertThat(owner.get("/api/audit?actor=oper*&address=127.0.0.1&action=key.")
                        .expect(200)
                        .list())
                .hasSize(1);
        assertThat(owner.get("/api/projects/acme/audit?target=nothing")
                        .expect(200)
                        .list())
                .isEmpty();
        List<String> csv = owner.get("/api/projects/acme/audit.csv?action=key.")
                .expect(200)
                .body()
                .lines()
                .toList();
        assertThat(csv).hasSize(2).startsWith("id,at,actor,action,project_slug,target,from,details");
        assertThat(csv.get(1)).contains(",operator,key.created,acme,key_");
        assertThat(owner.get("/api/audit.csv").expect(200).body().lines().count())
                .isGreaterThan(3);
    }
}
