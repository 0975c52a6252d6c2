package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaTest {
    enum Urgency {
        LOW,
        HIGH
    }

    @Description("A complaint")
    record Ticket(@Description("at most ten words") String subject, Urgency urgency, List<String> tags) {}

    record Money(BigDecimal amount, String currency) {}

    record Order(
            Money total,
            @Description("zero for none") Money discount,
            Map<String, Integer> counts,
            Optional<String> note,
            @Nullable Urgency urgency,
            List<@Nullable String> lines) {}

    record Node(String name, List<Node> children, @Nullable Node parent) {}

    sealed interface Shape permits Circle, Square {}

    record Circle(double radius) implements Shape {}

    record Square(double side) implements Shape {}

    record Drawing(@Description("any") Shape shape) {}

    record Everything(
            boolean yes,
            byte b,
            short s,
            int i,
            long l,
            float f,
            double d,
            UUID id,
            URI link,
            Instant at,
            LocalDate day,
            LocalTime time,
            LocalDateTime local,
            Duration took,
            Set<Boolean> flags) {}

    private static void assertSchema(Class<?> record, String expected) {
        assertThat(JsonSchema.of(record))
                .hasToString(expected.replace("'", "\"").replaceAll("\\n *", ""));
    }

    @Test
    void tellsEveryMemberOfARecordAndAllowsNoOther() {
        assertSchema(Ticket.class, """
                {'type':'object','properties':{
                'subject':{'type':'string','description':'at most ten words'},
                'urgency':{'type':'string','enum':['LOW','HIGH']},
                'tags':{'type':'array','items':{'type':'string'}}},
                'required':['subject','urgency','tags'],'additionalProperties':false,
                'description':'A complaint'}""");
    }

    @Test
    void writesOnceWhatOccursTwice() {
        assertSchema(Order.class, """
                {'type':'object','properties':{
                'total':{'$ref':'#/$defs/Money'},
                'discount':{'anyOf':[{'$ref':'#/$defs/Money'}],'description':'zero for none'},
                'counts':{'type':'array','items':{'type':'object','properties':{
                'key':{'type':'string'},'value':{'type':'integer'}},
                'required':['key','value'],'additionalProperties':false}},
                'note':{'anyOf':[{'type':'string'},{'type':'null'}]},
                'urgency':{'anyOf':[{'type':'string','enum':['LOW','HIGH']},{'type':'null'}]},
                'lines':{'type':'array','items':{'anyOf':[{'type':'string'},{'type':'null'}]}}},
                'required':['total','discount','counts','note','urgency','lines'],'additionalProperties':false,
                '$defs':{'Money':{'type':'object','properties':{
                'amount':{'type':'number'},'currency':{'type':'string'}},
                'required':['amount','currency'],'additionalProperties':false}}}""");
    }

    @Test
    void letsARecordContainItself() {
        String node = """
                'type':'object','properties':{
                'name':{'type':'string'},
                'children':{'type':'array','items':{'$ref':'#/$defs/Node'}},
                'parent':{'anyOf':[{'$ref':'#/$defs/Node'},{'type':'null'}]}},
                'required':['name','children','parent'],'additionalProperties':false""";
        assertSchema(Node.class, "{" + node + ",'$defs':{'Node':{" + node + "}}}");
    }

    @Test
    void tellsVariantsApartByName() {
        assertSchema(Drawing.class, """
                {'type':'object','properties':{'shape':{'anyOf':[
                {'type':'object','properties':{
                'type':{'type':'string','enum':['Circle']},'radius':{'type':'number'}},
                'required':['type','radius'],'additionalProperties':false},
                {'type':'object','properties':{
                'type':{'type':'string','enum':['Square']},'side':{'type':'number'}},
                'required':['type','side'],'additionalProperties':false}],
                'description':'any'}},
                'required':['shape'],'additionalProperties':false}""");
    }

    @Test
    void knowsTheUsualTypes() {
        Map<?, ?> properties =
                (Map<?, ?>) JsonSchema.of(Everything.class).toMap().get("properties");

        assertThat(properties)
                .hasToString("{yes={type=boolean}, b={type=integer}, s={type=integer}, i={type=integer},"
                        + " l={type=integer}, f={type=number}, d={type=number}, id={type=string, format=uuid}, link={type=string},"
                        + " at={type=string, format=date-time}, day={type=string, format=date}, time={type=string, format=time},"
                        + " local={type=string, format=date-time}, took={type=string, format=duration},"
                        + " flags={type=array, items={type=boolean}}}");
    }

    record HasObject(List<Object> anything) {}

    @SuppressWarnings("ArrayRecordComponent") // That is the point.
    record HasArray(String[] texts) {}

    record HasNumberKeys(Map<Integer, String> map) {}

    record Generic<T>(T value) {}

    record HasGeneric(Generic<String> generic) {}

    record HasBothNulls(Optional<@Nullable String> twice) {}

    record Endless(String name, Endless again) {}

    enum Nothing {}

    record HasNothing(Nothing nothing) {}

    sealed interface Odd permits OddClass {}

    static final class OddClass implements Odd {}

    record HasOdd(Odd odd) {}

    sealed interface Named permits NamedType {}

    record NamedType(String type) implements Named {}

    record HasNamed(Named named) {}

    static Stream<Arguments> unfit() {
        return Stream.of(
                Arguments.of(HasObject.class, "HasObject.anything[]: the type Object is not supported"),
                Arguments.of(HasArray.class, "HasArray.texts: the type String[] is not supported"),
                Arguments.of(HasNumberKeys.class, "HasNumberKeys.map: a map must have keys of type String"),
                Arguments.of(HasGeneric.class, "HasGeneric.generic: Generic has type parameters"),
                Arguments.of(HasBothNulls.class, "HasBothNulls.twice can be missing in two ways"),
                Arguments.of(Endless.class, "Endless always contains itself"),
                Arguments.of(HasNothing.class, "HasNothing.nothing: the enum Nothing has no constants"),
                Arguments.of(HasOdd.class, "HasOdd.odd: all that Odd permits must be records, but OddClass is none"),
                Arguments.of(HasNamed.class, "HasNamed.named(NamedType).type must have another name"),
                Arguments.of(Shape.class, "Shape must be a record; make it a component of one"),
                Arguments.of(String.class, "String must be a record"));
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void saysWhatItCannotDescribeAndWhere(Class<?> type, String why) {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> JsonSchema.of(type))
                .withMessageStartingWith("validation error: " + why);
    }

    @Test
    void takesSchemasThatExist() {
        JsonSchema parsed = JsonSchema.parse("{\"type\":\"object\"}");

        assertThat(parsed)
                .isEqualTo(JsonSchema.of(Map.of("type", "object")))
                .hasSameHashCodeAs(JsonSchema.of(Map.of("type", "object")));
        assertThatExceptionOfType(ValidationException.class).isThrownBy(() -> JsonSchema.parse("[]"));
        assertThatExceptionOfType(ValidationException.class).isThrownBy(() -> JsonSchema.parse("{"));
    }

    private static final Set<String> STRICT_WORDS = Set.of(
            "type",
            "properties",
            "required",
            "additionalProperties",
            "description",
            "items",
            "enum",
            "anyOf",
            "format",
            "$defs");

    private static final Set<String> STRICT_FORMATS = Set.of("date-time", "time", "date", "duration", "uuid");

    /** The rules that OpenAI documents for strict schemas; a server that knows strictness refuses all others. */
    @ParameterizedTest
    @ValueSource(classes = {Ticket.class, Order.class, Node.class, Drawing.class, Everything.class})
    void keepsToTheRulesOfStrictSchemas(Class<?> record) {
        Map<String, ?> schema = JsonSchema.of(record).toMap();

        assertThat(schema.get("type")).isEqualTo("object");
        assertThat(schema.containsKey("anyOf")).isFalse();
        assertStrict(schema, schema.get("$defs") instanceof Map<?, ?> definitions ? definitions : Map.of());
    }

    private static void assertStrict(Object node, Map<?, ?> definitions) {
        Map<?, ?> schema = (Map<?, ?>) node;
        if (schema.get("$ref") instanceof String reference) {
            assertThat(schema).hasSize(1);
            assertThat(definitions.containsKey(reference.substring("#/$defs/".length())))
                    .isTrue();
            return;
        }
        assertThat(STRICT_WORDS.containsAll(schema.keySet()))
                .as("%s", schema.keySet())
                .isTrue();
        if ("object".equals(schema.get("type"))) {
            Map<?, ?> properties = (Map<?, ?>) Objects.requireNonNull(schema.get("properties"));
            assertThat(schema.get("additionalProperties")).isEqualTo(false);
            assertThat(schema.get("required")).isEqualTo(List.copyOf(properties.keySet()));
            properties.values().forEach(property -> assertStrict(property, definitions));
        }
        if (schema.get("format") != null) {
            assertThat(STRICT_FORMATS).contains(schema.get("format").toString());
        }
        if ("array".equals(schema.get("type"))) {
            assertStrict(Objects.requireNonNull(schema.get("items")), definitions);
        }
        if (schema.get("anyOf") instanceof List<?> branches) {
            branches.forEach(branch -> assertStrict(branch, definitions));
        } else {
            assertThat(schema.get("type")).isNotNull();
        }
        if (schema.get("$defs") instanceof Map<?, ?> own) {
            own.values().forEach(definition -> assertStrict(definition, definitions));
        }
    }
}
