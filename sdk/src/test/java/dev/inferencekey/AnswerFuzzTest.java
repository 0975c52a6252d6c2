package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.internal.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a server answers, the caller gets a result that can be printed, or a documented exception. */
@Tag("slow")
class AnswerFuzzTest {
    private static final int ROUNDS = 400;

    record Inner(int n, @Nullable Inner more) {}

    record Asked(String text, List<Inner> inner, Map<String, Double> map) {}

    enum Route {
        TEXT(
                bot -> bot.generateText(TextParams.ofPrompt("Hi")),
                "{'model':'m','choices':[{'finish_reason':'stop','message':{'content':'x','reasoning':'r','tool_calls':["
                        + "{'id':'a','index':0,'function':{'name':'f','arguments':'{}'}}]}}],'usage':{'prompt_tokens':1}}"),
        ARGUMENTS(
                bot -> bot.generateText(TextParams.ofPrompt("Hi")).toolCalls().stream()
                        .map(call -> call.arguments(Asked.class))
                        .toList(),
                "{'choices':[{'message':{'tool_calls':[{'id':'a','function':{'name':'f','arguments':"
                        + "{'text':'t','inner':[{'n':1,'more':null}],'map':{'k':1.5}}}}]}}]}"),
        OBJECT(
                bot -> bot.generateObject(Asked.class, TextParams.ofPrompt("Hi")),
                "{'choices':[{'finish_reason':'stop','message':{'content':"
                        + "'{\\'text\\':\\'t\\',\\'inner\\':[{\\'n\\':1}],\\'map\\':[{\\'key\\':\\'k\\',\\'value\\':1}]}'}}]}"),
        EMBED(
                bot -> bot.embed("a", "b"),
                "{'data':[{'index':0,'embedding':[1,2.5]},{'index':1,'embedding':[1]}],'usage':{}}"),
        RERANK(
                bot -> bot.rerank("q", List.of("a", "b")),
                "{'results':[{'index':1,'relevance_score':0.5},{'index':0,'score':0.1}],'model':'m'}"),
        IMAGE(
                bot -> bot.generateImage(ImageParams.ofPrompt("fox")),
                "{'output_format':'png','data':[{'b64_json':'iVBORw0KGgo='},{'url':'data:image/png;base64,AQI='},"
                        + "{'url':'https://x/y','revised_prompt':'z'}],'usage':{'input_tokens':1}}"),
        TRANSCRIPT(
                bot -> bot.transcribe(
                        TranscriptionParams.builder(new byte[1], "a").build()),
                "{'text':'x','language':'en','duration':1.5,'segments':[{'start':0,'end':1,'text':'x'}],'usage':{'total_tokens':3}}"),
        SPEECH(bot -> bot.generateSpeech(SpeechParams.of("Hi", "alba")), "{'x':1}"),
        JOB(
                bot -> bot.job("j"),
                "{'job_id':'j','status':'ok','payload':{'a':1},'binary_b64':'AQI=','usage':{'input_tokens':1},'error':null}");

        private final Function<Endpoint, Object> call;
        private final String answer;

        Route(Function<Endpoint, Object> call, String answer) {
            this.call = call;
            this.answer = answer.replace("\\'", "\\\"").replace('\'', '"');
        }
    }

    private final FakeServer server = new FakeServer();
    private final DataClient data = Clients.data(server).build();
    private final Endpoint bot = data.endpoint("bot");

    @AfterEach
    void stop() {
        data.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void anyAnswerIsAResultOrADocumentedException(Route route) {
        Random random = new Random(14);
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            String body = i == 0 ? route.answer : broken(route.answer, random);
            server.nextJson(200, body);
            read += outcome(() -> route.call.apply(bot), body) ? 1 : 0;
        }
        // What is not broken must be read, or nothing is shown.
        assertThat(read).isBetween(route == Route.SPEECH ? 0 : 1, ROUNDS - 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"TEXT"})
    void anyStreamIsReadToItsEndOrEndsInADocumentedException(Route route) {
        Random random = new Random(15);
        String piece = route.answer.replace("\"message\"", "\"delta\"");
        for (int i = 0; i < ROUNDS; i++) {
            List<String> events = new ArrayList<>();
            for (int j = random.nextInt(5); j >= 0; j--) {
                events.add(broken(piece, random).replaceAll("[\r\n]", " "));
            }
            server.next((request, answer) -> {
                answer.events();
                for (String event : events) {
                    answer.event(event);
                }
                answer.event("[DONE]").end();
            });
            outcome(
                    () -> {
                        List<String> shown = new ArrayList<>();
                        try (TextStream stream = bot.generateTextStream(TextParams.ofPrompt("Hi"))) {
                            stream.forEach(chunk -> shown.add(chunk.toString()));
                        }
                        return shown;
                    },
                    String.join("\n", events));
        }
    }

    /** Whether there was a result. */
    private static boolean outcome(Supplier<Object> call, String body) {
        try {
            assertThat(call.get().toString()).hasSizeLessThan(2_000);
            return true;
        } catch (InferenceKeyException e) {
            assertThat(e).as(body).hasMessageMatching("(?s)(api error|object mismatch) \\[.*");
            return false;
        } catch (RuntimeException e) {
            throw new AssertionError("on " + body, e);
        }
    }

    /** The text with something in it replaced, left out, or cut off. */
    private static String broken(String json, Random random) {
        Object value = Json.read(json);
        for (int i = random.nextInt(3); i >= 0; i--) {
            value = mutated(value, random);
        }
        String text = Json.text(value);
        return switch (random.nextInt(12)) {
            case 0 -> text.substring(0, random.nextInt(text.length()));
            case 1 -> text + text;
            case 2 -> text.replace("\"a\"", "\"\\ud800\"");
            default -> text;
        };
    }

    private static @Nullable Object mutated(@Nullable Object value, Random random) {
        if (random.nextInt(4) == 0) {
            return anything(random, 0);
        }
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            Map<Object, @Nullable Object> copy = new LinkedHashMap<>(map);
            Object name = List.copyOf(map.keySet()).get(random.nextInt(map.size()));
            if (random.nextInt(6) == 0) {
                copy.remove(name);
            } else {
                copy.put(name, mutated(map.get(name), random));
            }
            return copy;
        }
        if (value instanceof List<?> list && !list.isEmpty()) {
            List<@Nullable Object> copy = new ArrayList<>(list);
            int at = random.nextInt(list.size());
            if (random.nextInt(6) == 0) {
                copy.add(copy.get(at));
            } else {
                copy.set(at, mutated(list.get(at), random));
            }
            return copy;
        }
        return anything(random, 0);
    }

    private static @Nullable Object anything(Random random, int depth) {
        return switch (random.nextInt(depth > 3 ? 9 : 12)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextInt();
            case 3 -> new BigDecimal("1e" + (random.nextInt(2_000_000_000) - 1_000_000_000));
            case 4 -> -random.nextDouble();
            case 5 -> "x".repeat(random.nextInt(3_000));
            case 6 -> "data:" + random.nextInt();
            case 7 -> "\u0000\u2028ik_live_" + "ab".repeat(40);
            case 8 -> new BigInteger("9".repeat(1 + random.nextInt(900)));
            case 9 -> List.of();
            case 10 -> Arrays.asList(anything(random, depth + 1), anything(random, depth + 1));
            default -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                map.put("text", anything(random, depth + 1));
                map.put("", anything(random, depth + 1));
                yield map;
            }
        };
    }
}
