package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Whatever the gateway lets through, each JSON reader behind it finds the same model, stream and token limits in it, and the ones that the
 * gateway acted on. A reader may also refuse a body, as a strict one does. The programs of the other languages stand in {@code
 * src/test/readers}.
 */
@Tag("slow")
final class SameReadingTest {
    private static final Path PROGRAMS = Path.of("src/test/readers").toAbsolutePath();
    private static final String MODEL = "granted";
    private static final String REFUSED = "refused";

    /** What must agree, as the programs print it. */
    private record Reading(
            String model, boolean stream, boolean usage, String tokens, String completion, String output, String n) {
        @Override
        public String toString() {
            return String.join(
                    "|", model, Boolean.toString(stream), Boolean.toString(usage), tokens, completion, output, n);
        }
    }

    /** What a caller sent, what was passed on, and what the gateway made of it. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Passed(String sent, byte[] body, boolean streamsWithUsage, long askedOutput, long choices) {}

    /** Bodies that somebody could send to have the gateway and a model server read different things. */
    private static final List<String> NASTY = List.of(
            "{}",
            "{\"model\":\"x\"}",
            "{\"model\":\"x\",\"Model\":\"big\"}",
            "{\"MODEL\":\"big\"}",
            "{\"MODEL\":\"big\",\"model\":\"x\"}",
            "{\"model\":\"x\",\"model\":\"big\"}",
            "{\"model\":\"x\",\"mod\\u0065l\":\"big\"}",
            "{\"mod\\u0045l\":\"big\"}",
            "{\"model\\u0000\":\"big\"}",
            "{\"model\":\"x\",\"\\u006Dodel\\u0000z\":\"big\"}",
            "{\"mo\\u0064\\u0065\\u006c\":null}",
            "{\"model\":{\"model\":\"big\"}}",
            "{\"model\":[\"big\"],\"x\":{\"model\":\"big\"}}",
            "\uFEFF{\"model\":\"x\"}",
            " \n\t{ \"model\" : \"x\" } \r\n",
            "{\"STREAM\":true}",
            "{\"stream\":true}",
            "{\"\u017ftream\":true}",
            "{\"\\u017ftream\":true}",
            "{\"\u017ftream\":true,\"stream\":false}",
            "{\"stream\":false,\"stream\":true}",
            "{\"stream\":true,\"Stream\":false}",
            "{\"stream\":\"true\"}",
            "{\"stream\":1}",
            "{\"stream\":null}",
            "{\"stream\":true,\"stream_options\":null}",
            "{\"stream_options\":null,\"stream\":true}",
            "{\"a\":1,\"stream_options\":null}",
            "{\"stream_options\":null}",
            "{\"stream\":true,\"stream_options\":{}}",
            "{\"stream\":true,\"stream_options\":{\"include_usage\":false}}",
            "{\"stream\":true,\"stream_options\":{\"include_usage\":\"no\"}}",
            "{\"stream\":true,\"stream_options\":{\"Include_Usage\":false}}",
            "{\"stream\":true,\"stream_options\":{\"include_usage\":true,\"include_usage\":false}}",
            "{\"stream\":true,\"stream_options\":{\"include_u\u017fage\":false}}",
            "{\"stream\":true,\"Stream_Options\":{\"include_usage\":false}}",
            "{\"stream\":true,\"stream_options\":[]}",
            "{\"stream\":true,\"stream_options\":{\"x\":{\"include_usage\":false}}}",
            "{\"max_tokens\":5}",
            "{\"MAX_TOKENS\":100000}",
            "{\"max_to\u212aens\":100000}",
            "{\"max_to\\u212Aens\":100000,\"max_tokens\":5}",
            "{\"max_tokens\":5,\"max_tokens\":100000}",
            "{\"max_completion_tokens\":7,\"max_tokens\":5}",
            "{\"max_output_tokens\":9}",
            "{\"max_tokens\":5.0}",
            "{\"max_tokens\":5.5}",
            "{\"max_tokens\":5e3}",
            "{\"max_tokens\":\"5\"}",
            "{\"max_tokens\":-1}",
            "{\"max_tokens\":null}",
            "{\"max_tokens\":999999999999999999}",
            "{\"max_tokens\":9999999999999999999}",
            "{\"n\":3}",
            "{\"N\":3}",
            "{\"n\":3,\"n\":30}",
            "{\"n\":null}");

    private static @Nullable Passed pass(String sent, Random random) {
        JsonBodyRewriter rewriter = new JsonBodyRewriter(true, null);
        RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
        ByteBuf whole = Unpooled.buffer();
        try {
            for (ByteBuf piece : new RandomJson(random).cut(sent.getBytes(UTF_8))) {
                if (!rewriter.feed(piece, out)) {
                    return null;
                }
            }
            if (!rewriter.complete()) {
                return null;
            }
            out.appendTo(whole, ('"' + MODEL + '"').getBytes(UTF_8));
            byte[] body = new byte[whole.readableBytes()];
            whole.readBytes(body);
            return new Passed(sent, body, rewriter.usageForced(), rewriter.askedOutput(), rewriter.choices());
        } finally {
            out.release();
        }
    }

    /** The nasty ones that pass, and generated ones. */
    private static List<Passed> corpus() {
        List<String> sent = new ArrayList<>(NASTY);
        String[] keys = {
            "model", "mod\\u0065l", "stream", "stream_options", "include_usage", "max_tokens", "max_completion_tokens",
            "max_output_tokens", "n", "Model", "\\u017ftream", "messages", "model\\u0000", "modell"
        };
        for (int seed = 0; seed < 6_000; seed++) {
            RandomJson json = new RandomJson(new Random(seed));
            sent.add(json.space() + json.object(3, keys) + json.space());
        }
        List<Passed> passed = new ArrayList<>();
        for (String body : sent) {
            Passed one = pass(body, new Random(body.hashCode()));
            if (one != null) {
                passed.add(one);
            }
        }
        return passed;
    }

    private static void requireSameReading(Function<List<byte[]>, List<String>> reader, boolean mayRefuse) {
        List<Passed> corpus = corpus();
        assertThat(corpus).hasSizeGreaterThan(2_000);
        List<String> read = reader.apply(corpus.stream().map(Passed::body).toList());
        assertThat(read).hasSameSizeAs(corpus);
        int refused = 0;
        for (int i = 0; i < corpus.size(); i++) {
            Passed passed = corpus.get(i);
            if (read.get(i).equals(REFUSED) && mayRefuse) {
                refused++;
                continue;
            }
            String[] parts = read.get(i).split("\\|", -1);
            assertThat(parts).as("%s: %s", passed.sent, read.get(i)).hasSize(7);
            assertThat(parts[0]).as(passed.sent).isEqualTo(MODEL);
            boolean stream = parts[1].equals("true");
            assertThat(!stream || parts[2].equals("true"))
                    .as("%s: usage is told", passed.sent)
                    .isTrue();
            assertThat(!passed.streamsWithUsage || stream).as(passed.sent).isTrue();
            assertThat(Math.max(count(parts[3]), Math.max(count(parts[4]), count(parts[5]))))
                    .as(passed.sent)
                    .isEqualTo(passed.askedOutput);
            assertThat(Math.max(1, count(parts[6]))).as(passed.sent).isEqualTo(passed.choices);
        }
        assertThat(refused).isLessThan(corpus.size() / 5);
    }

    /** As the gateway counts: what is not there and what is negative means that there is no bound. */
    private static long count(String number) {
        return number.equals("-") || number.startsWith("-") ? -1 : Long.parseLong(number);
    }

    @Test
    @Tag("go")
    void goReadsWhatTheGatewayRead(@TempDir Path temp) {
        requireSameReading(
                bodies -> run(
                        temp, bodies, "go", "run", PROGRAMS.resolve("reader.go").toString()),
                true);
    }

    @Test
    @Tag("go")
    void goReadsSomethingElseInWhatTheGatewayRefuses(@TempDir Path temp) {
        List<byte[]> refused = NASTY.stream()
                .filter(body -> pass(body, new Random(1)) == null)
                .map(body -> body.getBytes(UTF_8))
                .toList();
        List<String> go =
                run(temp, refused, "go", "run", PROGRAMS.resolve("reader.go").toString());
        List<String> tree = refused.stream().map(SameReadingTest::tree).toList();
        int different = 0;
        for (int i = 0; i < refused.size(); i++) {
            different += go.get(i).equals(tree.get(i)) ? 0 : 1;
        }
        assertThat(different).isGreaterThan(15);
    }

    @Test
    @Tag("python")
    void pythonReadsWhatTheGatewayRead(@TempDir Path temp) {
        requireSameReading(
                bodies -> run(
                        temp, bodies, "python3", PROGRAMS.resolve("reader.py").toString()),
                false);
    }

    @Test
    @Tag("node")
    void nodeReadsWhatTheGatewayRead(@TempDir Path temp) {
        // Numbers are floating there, so what is as large as no limit comes out rounded; see the list above.
        requireSameReading(
                bodies -> run(
                                temp,
                                bodies,
                                "node",
                                PROGRAMS.resolve("reader.mjs").toString())
                        .stream()
                        .map(line -> line.replace("1000000000000000000", "999999999999999999"))
                        .toList(),
                false);
    }

    @Test
    void jacksonReadsWhatTheGatewayRead() {
        requireSameReading(bodies -> bodies.stream().map(SameReadingTest::tree).toList(), false);
    }

    @Test
    void jacksonReadsWhatTheGatewayReadAlsoIfItIgnoresCaseAndTakesNoDuplicates() {
        JsonMapper lenient = JsonMapper.builder()
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        requireSameReading(
                bodies -> bodies.stream().map(body -> bound(lenient, body)).toList(), true);
    }

    /** What a server binds a body to. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Bound(
            @Nullable String model,
            @Nullable Boolean stream,
            @Nullable Options stream_options,
            @Nullable Long max_tokens,
            @Nullable Long max_completion_tokens,
            @Nullable Long max_output_tokens,
            @Nullable Long n) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Options(@Nullable Boolean include_usage) {}

    private static String bound(JsonMapper mapper, byte[] body) {
        try {
            Bound read = mapper.readValue(body, Bound.class);
            return new Reading(
                            String.valueOf(read.model),
                            Boolean.TRUE.equals(read.stream),
                            read.stream_options != null && Boolean.TRUE.equals(read.stream_options.include_usage),
                            text(read.max_tokens),
                            text(read.max_completion_tokens),
                            text(read.max_output_tokens),
                            text(read.n))
                    .toString();
        } catch (JacksonException e) {
            return REFUSED;
        }
    }

    private static String text(@Nullable Long number) {
        return number == null ? "-" : number.toString();
    }

    private static String tree(byte[] body) {
        try {
            JsonNode read = JsonMapper.shared().readTree(body);
            return new Reading(
                            read.path("model").asString("-"),
                            read.path("stream").asBoolean(false),
                            read.path("stream_options").path("include_usage").asBoolean(false),
                            number(read, "max_tokens"),
                            number(read, "max_completion_tokens"),
                            number(read, "max_output_tokens"),
                            number(read, "n"))
                    .toString();
        } catch (JacksonException e) {
            return REFUSED;
        }
    }

    private static String number(JsonNode read, String name) {
        JsonNode value = read.path(name);
        return value.isNumber() ? value.decimalValue().toBigInteger().toString() : "-";
    }

    /** One process for all of them: what it prints for each. */
    private static List<String> run(Path temp, List<byte[]> bodies, String... command) {
        try {
            Path lines = temp.resolve("bodies");
            Path output = temp.resolve("output");
            Files.write(
                    lines,
                    bodies.stream()
                            .map(body -> Base64.getEncoder().encodeToString(body))
                            .toList());
            Process process = new ProcessBuilder(command)
                    .redirectInput(lines.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).isZero();
            return Files.readAllLines(output);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
