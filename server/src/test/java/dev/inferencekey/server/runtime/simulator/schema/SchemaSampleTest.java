package dev.inferencekey.server.runtime.simulator.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever comes out fits, as a validator of others says; what can't be done is refused with the word in the way. */
@Timeout(30)
final class SchemaSampleTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final SchemaRegistry JUDGE = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "{}",
                "{\"type\":\"string\"}",
                "{\"type\":[\"null\",\"integer\"]}",
                "{\"enum\":[\"a\",2,null,{\"b\":[1.50]}]}",
                "{\"type\":\"integer\",\"enum\":[\"a\",2,2.5]}",
                "{\"const\":{\"a\":1}}",
                "{\"type\":\"string\",\"minLength\":30,\"maxLength\":33}",
                "{\"type\":\"string\",\"maxLength\":0}",
                "{\"type\":\"integer\",\"minimum\":18,\"maximum\":18}",
                "{\"type\":\"integer\",\"exclusiveMinimum\":-4,\"exclusiveMaximum\":-2}",
                "{\"type\":\"number\",\"exclusiveMinimum\":0.1,\"maximum\":0.2}",
                "{\"type\":\"number\",\"maximum\":-1000}",
                "{\"type\":\"integer\",\"minimum\":-20,\"multipleOf\":7}",
                "{\"multipleOf\":0.01}",
                "{\"allOf\":[{\"type\":\"number\"},{\"type\":\"integer\",\"minimum\":3}],\"maximum\":4}",
                "{\"type\":\"array\",\"items\":{\"enum\":[1,2,3]},\"uniqueItems\":true,\"minItems\":3}",
                "{\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"boolean\"}],\"items\":false}",
                "{\"type\":\"array\",\"maxItems\":0}",
                "{\"type\":\"object\",\"minProperties\":3}",
                "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"b\":{},\"c\":{}},\"maxProperties\":2}",
                "{\"properties\":{\"a\":false,\"b\":{\"type\":\"null\"}},\"required\":[\"b\"]}",
                "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"},\"required\":[\"n\"]}",
                "{\"oneOf\":[{\"type\":\"number\"},{\"type\":\"integer\"}]}",
                "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"},{\"type\":\"string\"}]}",
                "{\"type\":\"object\",\"properties\":{\"k\":{\"type\":\"string\"}},\"oneOf\":[{\"required\":[\"k\"]},{\"required\":[\"z\"]}]}",
                "{\"anyOf\":[{\"pattern\":\"^a\"},{\"type\":\"integer\"}]}",
                "{\"anyOf\":[{\"allOf\":[{\"type\":\"object\"},{\"type\":\"array\"}]},{\"type\":\"null\"}]}"
            })
    void makesAValueThatFits(String schema) {
        assertFits(schema);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "date",
                "date-time",
                "time",
                "duration",
                "email",
                "hostname",
                "ipv4",
                "ipv6",
                "uri",
                "uri-reference",
                "uuid",
                "json-pointer",
                "regex"
            })
    void knowsTheUsualFormats(String format) {
        assertFits("{\"type\":\"string\",\"format\":\"" + format + "\"}");
    }

    /** As pydantic writes it: definitions, an optional member as anyOf with null, an enum, a union by a discriminator. */
    @Test
    void makesAnObjectThatAProgramDescribed() {
        JsonNode value = assertFits("""
            {"$defs":{
               "Mood":{"enum":["calm","angry"],"title":"Mood","type":"string"},
               "Mail":{"properties":{"kind":{"const":"mail","type":"string"},"to":{"format":"email","type":"string"}},
                       "required":["kind","to"],"type":"object","additionalProperties":false},
               "Call":{"properties":{"kind":{"const":"call","type":"string"},"minutes":{"minimum":1,"type":"integer"}},
                       "required":["kind","minutes"],"type":"object","additionalProperties":false}},
             "type":"object","title":"Ticket","additionalProperties":false,
             "required":["mood","reply","tags","price"],
             "properties":{
               "mood":{"$ref":"#/$defs/Mood","description":"how they sound"},
               "reply":{"oneOf":[{"$ref":"#/$defs/Mail"},{"$ref":"#/$defs/Call"}]},
               "tags":{"items":{"type":"string","minLength":1},"minItems":1,"maxItems":3,"type":"array"},
               "price":{"anyOf":[{"type":"number"},{"type":"string","pattern":"^\\\\d+$"}]},
               "note":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null}}}""");

        assertThat(value.propertyNames()).containsExactly("mood", "reply", "tags", "price", "note");
        assertThat(value.path("reply").path("kind").asString()).isEqualTo("mail");
    }

    @Test
    void letsARecursiveValueEnd() {
        assertFits("""
            {"$ref":"#/$defs/node","$defs":{"node":{"type":"object","required":["value","next","children"],
             "properties":{"value":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]},
             "children":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}}""");
        assertFits("{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"$ref\":\"#\"}}}");
    }

    @Test
    void goesAsDeepAsItMustAndNoDeeper() {
        String schema = "{\"type\":\"integer\"}";
        for (int i = 0; i < 12; i++) {
            schema = "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":" + schema + "}}";
        }
        assertFits(schema);
    }

    @Test
    void theSameSeedMakesTheSameValueAndOthersMakeOthers() {
        JsonNode schema = JSON.readTree("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":{}}}");

        assertThat(SchemaSample.of(schema, 3)).isEqualTo(SchemaSample.of(schema, 3));
        assertThat(IntStream.range(0, 20)
                        .mapToObj(seed -> SchemaSample.of(schema, seed))
                        .distinct())
                .hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"string\",\"pattern\":\"^a+$\"} | pattern",
                "{\"type\":\"object\",\"required\":[\"when\"],\"properties\":{\"when\":{\"not\":{}}}} | when: \"not\"",
                "{\"if\":{},\"then\":{}} | if",
                "{\"$ref\":\"https://example.com/s.json\"} | $ref",
                "{\"$ref\":\"#/$defs/missing\"} | leads nowhere",
                "{\"$ref\":\"#\"} | leads back to itself",
                "{\"type\":\"text\"} | no type \"text\"",
                "{\"enum\":[]} | enum",
                "{\"type\":\"integer\",\"minimum\":1.2,\"maximum\":1.8} | no number",
                "{\"type\":\"integer\",\"minimum\":1e400} | too large",
                "{\"type\":\"array\",\"minItems\":1000000} | minItems",
                "{\"type\":\"array\",\"items\":{\"type\":\"null\"},\"minItems\":2,\"uniqueItems\":true} | uniqueItems",
                "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":false}} | a: the schema false",
                "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#\"}}} | nested too deeply",
                "7 | a schema must be"
            })
    void refusesWhatItCannotDoAndSaysWhatThatIs(String schema, String part) {
        assertThatThrownBy(() -> SchemaSample.of(JSON.readTree(schema), 1))
                .isInstanceOf(UnsupportedSchemaException.class)
                .hasMessageContaining(part);
    }

    /** Each of these takes a checker that does not count its steps longer than anybody waits. */
    @Test
    void doesNotWorkLongerThanAMomentOnASchemaThatDoubles() {
        StringBuilder definitions = new StringBuilder("\"d0\":{\"type\":\"integer\"}");
        for (int i = 1; i < 60; i++) {
            String before = "{\"$ref\":\"#/$defs/d" + (i - 1) + "\"}";
            definitions.append(",\"d%d\":{\"allOf\":[%s,%s]}".formatted(i, before, before));
        }
        String doubling = "{\"$defs\":{" + definitions + "},\"$ref\":\"#/$defs/d59\"}";
        String branching = doubling.replace("allOf", "anyOf").replace("\"integer\"", "\"integer\",\"pattern\":\"a\"");

        for (String schema : List.of(doubling, branching)) {
            assertThatThrownBy(() -> SchemaSample.of(JSON.readTree(schema), 1))
                    .isInstanceOf(UnsupportedSchemaException.class);
        }
    }

    /** Hundreds of schemas by chance: those that are not refused get a value that fits, and most are not. */
    @Test
    void whateverTheSchemaAValueThatComesOutFits() {
        int made = 0;
        for (int i = 0; i < 300; i++) {
            String schema = new SchemaDice(new Random(i)).document();
            try {
                assertFits(schema);
                made++;
            } catch (UnsupportedSchemaException e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (StackOverflowError e) {
                // The judge's: a reference that leads to itself without going deeper, which the standard leaves open.
            }
        }
        assertThat(made).isGreaterThan(200);
    }

    private static JsonNode assertFits(String schema) {
        JsonNode value = SchemaSample.of(JSON.readTree(schema), 7);
        List<Error> errors = JUDGE.getSchema(schema)
                .validate(
                        value.toString(),
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
        assertThat(errors).as("%s for %s", value, schema).isEmpty();
        return value;
    }
}
