package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.NanoUsd;
import dev.inferencekey.server.domain.usage.Percentiles;
import dev.inferencekey.server.domain.usage.UsageFigures;
import dev.inferencekey.server.domain.usage.UsageLine;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Csv;
import dev.inferencekey.server.ports.store.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Usage for spreadsheets. Stateless and thread-safe. */
final class UsageCsv {
    private static final List<String> FIGURES = List.of(
            "requests",
            "failed_requests",
            "input_tokens",
            "output_tokens",
            "cached_tokens",
            "duration_micros_p50",
            "duration_micros_p95",
            "duration_micros_p99",
            "first_byte_micros_p50",
            "first_byte_micros_p95",
            "first_byte_micros_p99",
            "cost_usd");

    private static final List<String> RECORD = List.of(
            "id",
            "request_id",
            "at",
            "workload_id",
            "workload_slug",
            "key_id",
            "public_id",
            "client_address",
            "route",
            "model",
            "status",
            "input_tokens",
            "output_tokens",
            "cached_tokens",
            "duration_micros",
            "first_byte_micros",
            "request_bytes",
            "response_bytes",
            "streamed",
            "cancelled",
            "estimated",
            "error",
            "cost_usd");

    private UsageCsv() {}

    static Answer records(Function<@Nullable String, Page<UsageRecord>> pieces) {
        return Csv.answer(
                "usage-records.csv",
                RECORD,
                pieces,
                usage -> new ArrayList<>(UsageJson.of(usage).values()));
    }

    /** One line for each line of the report. */
    static Answer breakdown(UsageReport report) {
        Csv csv = new Csv();
        csv.line(header("kind", "value"));
        for (UsageLine line : report.lines()) {
            csv.line(figures(Csv.cells(UsageJson.kind(line.group()), UsageJson.value(line.group())), line.total()));
        }
        return Answer.csv("usage-breakdown.csv", sink -> sink.send(csv.take()));
    }

    /** One line for each line of the report and bucket in which anything was used. */
    static Answer series(UsageReport report) {
        return Answer.csv("usage-series.csv", sink -> {
            Csv csv = new Csv();
            csv.line(header("start", "kind", "value"));
            for (UsageLine line : report.lines()) {
                for (int i = 0; i < line.buckets().size(); i++) {
                    UsageFigures figures = line.buckets().get(i);
                    if (figures.requests() > 0) {
                        csv.line(figures(
                                Csv.cells(
                                        report.starts().get(i).toString(),
                                        UsageJson.kind(line.group()),
                                        UsageJson.value(line.group())),
                                figures));
                    }
                }
                sink.send(csv.take());
            }
            sink.send(csv.take());
        });
    }

    private static List<String> header(String... first) {
        List<String> header = new ArrayList<>(List.of(first));
        header.addAll(FIGURES);
        return header;
    }

    private static List<@Nullable Object> figures(List<@Nullable Object> first, UsageFigures figures) {
        List<@Nullable Object> cells = new ArrayList<>(first);
        cells.add(figures.requests());
        cells.add(figures.failed());
        cells.add(figures.inputTokens());
        cells.add(figures.outputTokens());
        cells.add(figures.cachedTokens());
        add(cells, figures.duration());
        add(cells, figures.firstByte());
        cells.add(NanoUsd.dollars(figures.costNanoUsd()));
        return cells;
    }

    private static void add(List<@Nullable Object> cells, @Nullable Percentiles times) {
        cells.add(times == null ? null : times.p50());
        cells.add(times == null ? null : times.p95());
        cells.add(times == null ? null : times.p99());
    }
}
