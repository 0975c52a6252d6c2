package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.inferencekey.internal.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ObjectTest {
    enum Urgency {
        LOW,
        HIGH
    }

    record Ticket(String subject, Urgency urgency, List<String> tags) {}

    private static final TextParams PARAMS = TextParams.ofPrompt("It burns!");

    private final FakeServer server = new FakeServer();
    private final DataClient data = Clients.data(server).build();
    private final Endpoint bot = data.endpoint("bot");

    @AfterEach
    void stop() {
        data.close();
        server.close();
    }

    private void answer(String content, String finishReason) {
        server.nextJson(
                200,
                Json.text(Map.of(
                        "model",
                        "m",
                        "choices",
                        List.of(Map.of(
                                "finish_reason",
                                finishReason,
                                "message",
                                Map.of("role", "assistant", "content", content))),
                        "usage",
                        Map.of("prompt_tokens", 3, "completion_tokens", 7))));
    }

    private <T> T read(Class<T> record, String json) {
        answer(json.replace('\'', '"'), "stop");
        return bot.generateObject(record, PARAMS).value();
    }

    private ObjectMismatchException mismatch(Class<?> record, String json) {
        answer(json.replace('\'', '"'), "stop");
        return fails(record);
    }

    private ObjectMismatchException fails(Class<?> record) {
        return catchThrowableOfType(ObjectMismatchException.class, () -> bot.generateObject(record, PARAMS));
    }

    @Test
    void asksForTheRecordsSchemaAndReadsTheRecord() {
        answer("{\"subject\":\"Fire\",\"urgency\":\"HIGH\",\"tags\":[\"hot\"]}", "stop");

        ObjectResult<Ticket> result = bot.generateObject(Ticket.class, PARAMS);

        assertThat(result.value()).isEqualTo(new Ticket("Fire", Urgency.HIGH, List.of("hot")));
        assertThat(result.answer().usage()).isEqualTo(new Usage(3, 7, 10));
        assertThat(result).hasToString("ObjectResult[Ticket, model=m, usage=" + new Usage(3, 7, 10) + "]");
        assertThat(server.onlyRequest().body())
                .isEqualTo("{\"model\":\"bot\",\"messages\":[{\"role\":\"user\",\"content\":\"It burns!\"}],"
                        + "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"Ticket\",\"strict\":true,\"schema\":"
                        + JsonSchema.of(Ticket.class) + "}}}");
    }

    @Test
    void doesSoWithoutWaitingToo() {
        answer("{\"subject\":\"Fire\",\"urgency\":\"HIGH\",\"tags\":[]}", "stop");
        assertThat(bot.generateObjectAsync(Ticket.class, PARAMS)).succeedsWithin(Clients.LIMIT);
        answer("{}", "stop");
        assertThat(bot.generateObjectAsync(Ticket.class, PARAMS))
                .failsWithin(Clients.LIMIT)
                .withThrowableThat()
                .withCauseInstanceOf(ObjectMismatchException.class);
    }

    record Everything(
            boolean yes,
            byte b,
            short s,
            int i,
            long l,
            BigInteger big,
            float f,
            double d,
            BigDecimal exact,
            UUID id,
            URI link,
            Instant at,
            LocalDate day,
            LocalTime time,
            LocalDateTime local,
            Duration took,
            Set<Boolean> flags,
            Map<String, Integer> counts,
            Optional<String> note,
            Optional<String> noNote,
            @Nullable Integer maybe,
            List<@Nullable String> lines) {}

    @Test
    void readsTheUsualTypes() {
        Everything read = read(Everything.class, """
                {'yes':true,'b':1,'s':2,'i':3.0,'l':4e2,'big':123456789012345678901234567890,'f':0.5,'d':1e-7,'exact':1.10,
                'id':'00000000-0000-4000-8000-000000000001','link':'https://example.com/a','at':'2026-01-31T12:00:00+01:00',
                'day':'2026-01-31','time':'12:30:00Z','local':'2026-01-31T12:00:00Z','took':'PT90S','flags':[true,true],
                'counts':[{'key':'a','value':1},{'key':'b','value':2}],'note':'n','noNote':null,'lines':['x',null],'more':7}
                """);

        assertThat(read)
                .isEqualTo(new Everything(
                        true,
                        (byte) 1,
                        (short) 2,
                        3,
                        400,
                        new BigInteger("123456789012345678901234567890"),
                        0.5f,
                        1e-7,
                        new BigDecimal("1.10"),
                        UUID.fromString("00000000-0000-4000-8000-000000000001"),
                        URI.create("https://example.com/a"),
                        Instant.parse("2026-01-31T11:00:00Z"),
                        LocalDate.of(2026, 1, 31),
                        LocalTime.of(12, 30),
                        LocalDateTime.of(2026, 1, 31, 12, 0),
                        Duration.ofSeconds(90),
                        Set.of(true),
                        Map.of("a", 1, "b", 2),
                        Optional.of("n"),
                        Optional.empty(),
                        null,
                        java.util.Arrays.asList("x", null)));
    }

    record Node(String name, List<Node> children, @Nullable Node parent) {}

    sealed interface Part permits Words, Picture {}

    record Words(String text) implements Part {}

    record Picture(int width) implements Part {}

    record Page(List<Part> parts) {}

    record Counts(Map<String, Integer> counts) {}

    @Test
    void readsRecordsInRecordsAndVariants() {
        assertThat(read(Node.class, "{'name':'a','children':[{'name':'b','children':[]}],'parent':null}"))
                .isEqualTo(new Node("a", List.of(new Node("b", List.of(), null)), null));
        assertThat(read(Page.class, "{'parts':[{'type':'Picture','width':3},{'type':'Words','text':'x'}]}"))
                .isEqualTo(new Page(List.of(new Picture(3), new Words("x"))));
    }

    @Test
    void readsMapsThatAreObjectsAndFencedAnswers() {
        assertThat(read(Counts.class, "```json\n{'counts':{'a':1}}\n```")).isEqualTo(new Counts(Map.of("a", 1)));
        assertThat(read(Counts.class, "``` \n{'counts':[]}```")).isEqualTo(new Counts(Map.of()));
    }

    record Positive(int number) {
        Positive {
            if (number < 1) {
                throw new IllegalArgumentException("must be positive");
            }
        }
    }

    record Two(Positive first, Positive second) {}

    record Limits(
            int whole, double twice, Instant at, @Nullable Duration took) {}

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | a JSON object is due | ``",
                "{'subject':'x','tags':[]} | urgency is missing | urgency",
                "{'subject':'x','urgency':'low','tags':[]} | urgency must be one of LOW, HIGH | urgency",
                "{'subject':null,'urgency':'LOW','tags':[]} | subject must not be null | subject",
                "{'subject':7,'urgency':'LOW','tags':[]} | subject must be a text | subject",
                "{'subject':'x','urgency':'LOW','tags':['a',7]} | tags[1] must be a text | tags[1]",
                "{'subject':'x','urgency':'LOW','tags':{}} | tags must be a list | tags"
            })
    void namesThePlaceThatDoesNotFit(String json, String reason, String path) {
        ObjectMismatchException e = mismatch(Ticket.class, json);

        assertThat(e)
                .hasMessage("object mismatch [wrong_shape]: the answer can't be read into Ticket: " + reason)
                .extracting(
                        ObjectMismatchException::path, ObjectMismatchException::text, ObjectMismatchException::reason)
                .containsExactly(path, json.replace('\'', '"'), ObjectMismatchException.Reason.WRONG_SHAPE);
        assertThat(e.statusCode()).isEqualTo(200);
    }

    @Test
    void namesDeepPlacesToo() {
        assertThat(mismatch(Node.class, "{'name':'a','children':[{'name':'b','children':[{}]}]}"))
                .hasMessageEndingWith(": children[0].children[0].name is missing");
        assertThat(mismatch(Page.class, "{'parts':[{'type':'Nothing'}]}"))
                .hasMessageEndingWith(": parts[0].type must be one of Words, Picture");
        assertThat(mismatch(Page.class, "{'parts':[7]}")).hasMessageEndingWith(": parts[0] must be an object");
        assertThat(mismatch(Counts.class, "{'counts':[{'key':'a','value':1},{'key':'a','value':2}]}"))
                .hasMessageEndingWith(": counts[1] has a key that was there before");
        assertThat(mismatch(Counts.class, "{'counts':[{'value':1}]}"))
                .hasMessageEndingWith(": counts[0] must be an object with key and value");
        assertThat(mismatch(Two.class, "{'first':{'number':1},'second':{'number':0}}"))
                .hasMessageEndingWith(": second was refused by Positive: must be positive");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'whole':2147483648,'twice':1,'at':'2026-01-31T12:00:00Z'}",
                "{'whole':1.5,'twice':1,'at':'2026-01-31T12:00:00Z'}",
                "{'whole':1e999999999,'twice':1,'at':'2026-01-31T12:00:00Z'}",
                "{'whole':1,'twice':1e999,'at':'2026-01-31T12:00:00Z'}",
                "{'whole':1,'twice':'1','at':'2026-01-31T12:00:00Z'}",
                "{'whole':1,'twice':1,'at':'yesterday'}",
                "{'whole':1,'twice':1,'at':'2026-01-31T12:00:00Z','took':'long'}"
            })
    void refusesValuesThatTheTypeCannotHold(String json) {
        assertThat(mismatch(Limits.class, json).reason()).isEqualTo(ObjectMismatchException.Reason.WRONG_SHAPE);
    }

    @Test
    void saysThatAnAnswerIsNoJsonWithoutQuotingIt() {
        ObjectMismatchException e = mismatch(Ticket.class, "Sure! Here is your private ticket");

        assertThat(e.reason()).isEqualTo(ObjectMismatchException.Reason.NO_JSON);
        assertThat(e).hasMessageStartingWith("object mismatch [no_json]: there is no JSON in the answer: ");
        assertThat(e.getMessage()).doesNotContain("private");
        assertThat(e.text()).contains("private");
    }

    @Test
    void saysThatAnAnswerWasCutOff() {
        answer("{\"subject\":\"Fi", "length");

        ObjectMismatchException e = fails(Ticket.class);

        assertThat(e.reason()).isEqualTo(ObjectMismatchException.Reason.CUT_OFF);
        assertThat(e)
                .hasMessage("object mismatch [cut_off]: the answer was cut off after 7 tokens;"
                        + " allow more with maxTokens, or ask for less");
        assertThat(e.text()).isEqualTo("{\"subject\":\"Fi");
    }

    @Test
    void saysThatTheModelRefused() {
        server.nextJson(
                200,
                "{\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":null,\"refusal\":\"I can't\\nhelp\"}}]}");
        ObjectMismatchException e = fails(Ticket.class);
        assertThat(e.reason()).isEqualTo(ObjectMismatchException.Reason.REFUSED);
        assertThat(e).hasMessage("object mismatch [refused]: the model did not write a Ticket: I can't help");

        answer("", "content_filter");
        assertThat(fails(Ticket.class).reason()).isEqualTo(ObjectMismatchException.Reason.REFUSED);
    }

    @Test
    void takesNoSecondFormat() {
        TextParams params =
                PARAMS.toBuilder().responseFormat(ResponseFormat.jsonObject()).build();
        assertThat(catchThrowableOfType(ValidationException.class, () -> bot.generateObject(Ticket.class, params)))
                .hasMessageContaining("response_format can't be set here");
        assertThat(server.requests()).isEmpty();
    }
}
