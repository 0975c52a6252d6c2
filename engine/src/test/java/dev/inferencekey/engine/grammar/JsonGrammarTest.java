package dev.inferencekey.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** What no grammar can hold a model to is refused by name. That models write what grammars say is tested with a model. */
final class JsonGrammarTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"string\",\"pattern\":\"a\"} | pattern",
                "{\"type\":\"array\",\"uniqueItems\":true} | uniqueItems",
                "{\"type\":\"integer\",\"minimum\":-5} | bounds of numbers",
                "{\"type\":\"integer\",\"minimum\":0,\"maximum\":100000} | bounds of numbers",
                "{\"type\":\"number\",\"exclusiveMinimum\":0} | exclusiveMinimum",
                "{\"type\":\"integer\",\"minimum\":0.5} | minimum",
                "{\"type\":\"integer\",\"minimum\":1e300} | minimum",
                "{\"type\":\"string\",\"minLength\":100000} | minLength",
                "{\"type\":\"array\",\"minItems\":3,\"maxItems\":2} | minItems",
                "{\"type\":\"thing\"} | no type",
                "{\"enum\":[]} | enum",
                "{\"allOf\":[{},{}]} | allOf",
                "{\"anyOf\":[{\"type\":\"null\"}],\"properties\":{}} | beside",
                "{\"$ref\":\"#/$defs/a\"} | leads nowhere",
                "{\"$ref\":\"other.json\"} | leads nowhere",
                "{\"$ref\":\"#\"} | back to itself",
                "{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"null\"}]} | back to itself",
                "{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"anyOf\":[{\"$ref\":\"#/$defs/a\"}]}},\"$ref\":\"#/$defs/a\"} | back to itself",
                "false | a schema must be",
                "[] | a schema must be"
            })
    void refusesWhatNoGrammarHolds(String schema, String part) {
        assertThatThrownBy(() -> new JsonGrammar().schema(JsonMapper.shared().readTree(schema)))
                .isInstanceOf(UnsupportedSchemaException.class)
                .hasMessageContaining(part);
    }

    @Test
    void refusesASchemaThatIsTooLarge() {
        StringBuilder members = new StringBuilder();
        for (int i = 0; i < 5_000; i++) {
            members.append(i == 0 ? "" : ",").append("\"m").append(i).append("\":{\"enum\":[1]}");
        }

        assertThatThrownBy(() -> new JsonGrammar()
                        .schema(JsonMapper.shared().readTree("{\"type\":\"object\",\"properties\":{" + members + "}}")))
                .isInstanceOf(UnsupportedSchemaException.class);
    }

    @Test
    void writesTextsSoThatNothingInThemIsPartOfTheGrammar() {
        assertThat(JsonGrammar.literal("a\"b\\c")).isEqualTo("\"a\\\"b\\\\c\"");
    }
}
