package dev.inferencekey.server.runtime.simulator;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers {@code forecast} as custom backends do: goes on with the mean of a series. Thread-safe. */
final class ForecastAnswers {
    private static final int MAX_HORIZON = 10_000;
    private static final int MAX_SAMPLES = 1_000;
    private static final int MAX_NUMBERS = 1_000_000;
    private static final int MAX_LEVELS = 100;
    private static final double MAX_VALUE = 1e300;
    private static final List<String> REFUSED = List.of("past_covariates", "future_covariates");

    private final Envelope envelope;

    ForecastAnswers(Envelope envelope) {
        this.envelope = envelope;
    }

    void answer(Call call) throws IOException, InterruptedException {
        Fields request = Fields.ofJson(call.jsonBody());
        request.refuse(REFUSED);
        double[] target = numbers(request.get("target"), "target");
        int horizon = request.integer("horizon", 1, 1, MAX_HORIZON);
        int samples = request.integer("num_samples", 0, 0, MAX_SAMPLES);
        double mean = 0;
        double spread = 0;
        for (double value : target) {
            mean += value / target.length;
        }
        for (double value : target) {
            spread += Math.abs(value - mean) / target.length;
        }
        ObjectNode answer = Call.JSON.createObjectNode().put("id", request.text("id", envelope.nextId("forecast")));
        ObjectNode forecast = answer.put("model", envelope.model()).putObject("forecast");
        repeat(forecast.putArray("median"), horizon, mean);
        if (request.has("quantile_levels")) {
            ObjectNode quantiles = forecast.putObject("quantiles");
            JsonNode levels = request.get("quantile_levels");
            if (!levels.isArray() || levels.size() > MAX_LEVELS) {
                throw RequestRefusedException.invalid(
                        "quantile_levels", "quantile_levels must be a list of at most " + MAX_LEVELS + " numbers");
            }
            for (JsonNode level : levels) {
                double share = level.isNumber() ? level.doubleValue() : -1;
                if (!(share > 0 && share < 1)) {
                    throw RequestRefusedException.invalid(
                            "quantile_levels", "quantile_levels must be numbers between 0 and 1");
                }
                String name = BigDecimal.valueOf(share).stripTrailingZeros().toPlainString();
                repeat(quantiles.putArray(name), horizon, mean + (2 * share - 1) * spread);
            }
        }
        if (request.has("timestamps")) {
            putTimestamps(forecast, request.get("timestamps"), horizon);
        }
        if (request.flag("return_samples")) {
            if ((long) horizon * Math.max(1, samples) > MAX_NUMBERS) {
                throw RequestRefusedException.invalid("num_samples", "num_samples times horizon is too large");
            }
            putSamples(forecast, Math.max(1, samples), horizon, mean, spread);
        }
        call.generation().produceWhole();
        call.answer(200, answer);
    }

    private static double[] numbers(JsonNode list, String field) {
        if (!list.isArray() || list.isEmpty() || list.size() > MAX_NUMBERS) {
            throw RequestRefusedException.invalid(field, field + " must be a list of 1 to " + MAX_NUMBERS + " numbers");
        }
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            JsonNode value = list.get(i);
            if (!value.isNumber() || !(Math.abs(value.doubleValue()) < MAX_VALUE)) {
                throw RequestRefusedException.invalid(field, field + " must hold numbers only");
            }
            numbers[i] = value.doubleValue();
        }
        return numbers;
    }

    private static void repeat(ArrayNode list, int times, double value) {
        for (int i = 0; i < times; i++) {
            list.add(value);
        }
    }

    /** Goes on in the step of the last two times. */
    private static void putTimestamps(ObjectNode forecast, JsonNode timestamps, int horizon) {
        List<OffsetDateTime> known = new ArrayList<>();
        try {
            for (JsonNode time : timestamps) {
                String text = time.asString("");
                boolean zoned = text.matches(".*([zZ]|[+-]\\d\\d:\\d\\d)");
                String full = text.length() == 10 ? text + "T00:00:00" : text;
                known.add(OffsetDateTime.parse(zoned ? full : full + "Z"));
            }
            if (known.size() >= 2) {
                Duration step = Duration.between(known.get(known.size() - 2), known.getLast());
                ArrayNode next = forecast.putArray("timestamps");
                for (int i = 1; i <= horizon; i++) {
                    OffsetDateTime time = known.getLast().plus(step.multipliedBy(i));
                    next.add(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time));
                }
                return;
            }
        } catch (DateTimeException e) {
            // Said below, as for too few.
        }
        throw RequestRefusedException.invalid(
                "timestamps", "timestamps must be at least two times such as 2026-01-31T12:00:00Z");
    }

    private static void putSamples(ObjectNode forecast, int samples, int horizon, double mean, double spread) {
        SplittableRandom dice = new SplittableRandom(Double.hashCode(mean));
        ArrayNode all = forecast.putArray("samples");
        for (int i = 0; i < samples; i++) {
            ArrayNode sample = all.addArray();
            for (int step = 0; step < horizon; step++) {
                sample.add(mean + (2 * dice.nextDouble() - 1) * spread);
            }
        }
    }
}
