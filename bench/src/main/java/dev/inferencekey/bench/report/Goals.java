package dev.inferencekey.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What we want to reach, and how a scoreboard stands to it. What was not measured has no row. */
public record Goals(Scoreboard board) {
    private static final String US = "us";
    private static final String US_IOURING = "us-iouring";
    private static final String NGINX = "nginx";
    private static final String NGINX_LUA = "nginx-lua";
    private static final String PORTKEY = "portkey";
    private static final String DIRECT = "direct";
    private static final String TIMES = "×";

    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        ratio("CPU per request, beside nginx", Figure.CPU_PER_REQUEST, US, NGINX, 1.25, 1.0)
                .ifPresent(rows::add);
        ratio("the same with io_uring", Figure.CPU_PER_REQUEST, US_IOURING, NGINX, 1.1, 0.85)
                .ifPresent(rows::add);
        ratio("the same, beside nginx + Lua doing our work", Figure.CPU_PER_REQUEST, US, NGINX_LUA, 0.5, 0.4)
                .ifPresent(rows::add);
        ratio("the same, beside Portkey's gateway", Figure.CPU_PER_REQUEST, US, PORTKEY, 1 / 20.0, 1 / 40.0)
                .ifPresent(rows::add);
        ratio("CPU per SSE chunk, beside nginx", Figure.CPU_PER_CHUNK, US, NGINX, 1.5, 1.1)
                .ifPresent(rows::add);
        addedLatency().ifPresent(rows::add);
        addedToFirstChunk().ifPresent(rows::add);
        absolute("memory per open idle stream", Figure.IDLE_STREAM, 24, 12).ifPresent(rows::add);
        absolute("memory with all idle streams open", Figure.IDLE_TOTAL, 640, 400)
                .ifPresent(rows::add);
        manyKeys().ifPresent(rows::add);
        absolute("start to first served request", Figure.START, 2.0, 1.0).ifPresent(rows::add);
        return rows;
    }

    private Optional<Row> ratio(
            String title, Figure figure, String contender, String base, double atLeast, double aim) {
        return board.ratio(figure, contender, base)
                .map(ratio -> new Row(title, ratio, atLeast, aim, TIMES, median(figure, base)));
    }

    private Optional<Row> absolute(String title, Figure figure, double atLeast, double aim) {
        return board.statistics(figure, US)
                .map(value -> new Row(title, value, atLeast, aim, figure.unit(), median(figure, NGINX)));
    }

    private Optional<Row> addedLatency() {
        Map<Integer, Double> ours = board.added(Figure.LATENCY_P50, US, DIRECT);
        Map<Integer, Double> theirs = board.added(Figure.LATENCY_P50, NGINX, DIRECT);
        return Scoreboard.ratio(ours, theirs)
                .map(ratio -> new Row(
                        "latency added, p50 at 2,000/s, beside nginx",
                        ratio,
                        1.3,
                        1.0,
                        TIMES,
                        "+"
                                + Numbers.plain(Statistics.of(List.copyOf(theirs.values()))
                                        .median()) + " µs"));
    }

    private Optional<Row> addedToFirstChunk() {
        Map<Integer, Double> without = board.of(Figure.FIRST_CHUNK, DIRECT);
        return percent(board.added(Figure.FIRST_CHUNK, US, DIRECT), without)
                .map(ours -> new Row(
                        "time to first byte added, 256 streams, of direct",
                        ours,
                        3,
                        1,
                        "%",
                        percent(board.added(Figure.FIRST_CHUNK, NGINX, DIRECT), without)
                                .map(theirs -> Numbers.plain(theirs.median()) + " %")
                                .orElse("-")));
    }

    private static Optional<Statistics> percent(Map<Integer, Double> part, Map<Integer, Double> whole) {
        return Scoreboard.ratio(part, whole)
                .map(ratio -> new Statistics(ratio.median() * 100, ratio.lowest() * 100, ratio.highest() * 100));
    }

    private Optional<Row> manyKeys() {
        return Scoreboard.ratio(board.of(Figure.CPU_MANY_KEYS, US), board.of(Figure.CPU_FEW_KEYS, US))
                .map(ratio -> new Row("a request with 1,000,000 keys, beside 10", ratio, 1.1, 1.0, TIMES, "-"));
    }

    private String median(Figure figure, String contender) {
        return board.statistics(figure, contender)
                .map(value -> (Numbers.plain(value.median()) + " " + figure.unit()).strip())
                .orElse("-");
    }
}
