package dev.inferencekey.declaration;

import dev.inferencekey.ConfigurationException;
import dev.inferencekey.ValidationException;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.workload.Slug;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads declarations of workloads from YAML or JSON. Field names are those of the wire; several documents, or a list, declare
 * several workloads. Whatever is wrong is told with its line, and nothing is half read. Stateless and thread-safe.
 */
public final class WorkloadFile {
    private static final int LARGEST_MIB = 1;

    private static final Map<String, BiConsumer<WorkloadSpec.Builder, String>> TEXTS = Map.ofEntries(
            Map.entry("name", WorkloadSpec.Builder::name),
            Map.entry("slug", WorkloadSpec.Builder::slug),
            Map.entry("model", WorkloadSpec.Builder::model),
            Map.entry("model_name", WorkloadSpec.Builder::model),
            Map.entry("backend", WorkloadSpec.Builder::backend),
            Map.entry("project", WorkloadSpec.Builder::project),
            Map.entry("description", WorkloadSpec.Builder::description),
            Map.entry("command", WorkloadSpec.Builder::command),
            Map.entry("vllm_version", WorkloadSpec.Builder::vllmVersion),
            Map.entry("task_type", (spec, text) -> spec.taskType(text)),
            Map.entry("execution_policy", WorkloadSpec.Builder::executionPolicy),
            Map.entry("worker_id", WorkloadSpec.Builder::workerId),
            Map.entry("gpu_resource_id", WorkloadSpec.Builder::gpuResourceId));

    private static final Map<String, BiConsumer<WorkloadSpec.Builder, Map<String, @Nullable Object>>> OBJECTS = Map.of(
            "config", (spec, map) -> spec.config(map),
            "execution_policy_config", (spec, map) -> spec.executionPolicyConfig(map));

    private static final List<String> REQUIRED = List.of("name", "slug", "model", "backend");

    /** YAML's other spellings of null; its reader here knows those of JSON alone. */
    private static final Set<String> YAML_NULLS = Set.of("~", "Null", "NULL");

    private final String fileName;
    private final String text;
    private final @Nullable String defaultProject;
    /** The line of each declaration by project and slug. */
    private final Map<List<String>, Integer> declared = new HashMap<>();

    private WorkloadFile(String fileName, String text, @Nullable String defaultProject) {
        this.fileName = fileName;
        this.text = text;
        this.defaultProject = defaultProject;
    }

    /**
     * Reads all declarations.
     *
     * @param fileName what to call the text in messages
     * @param defaultProject the project of declarations that name none; null if there is none
     * @throws DeclarationException if anything is wrong with it, with the line
     */
    public static List<WorkloadSpec> parse(String fileName, String text, @Nullable String defaultProject) {
        return new WorkloadFile(fileName, text, defaultProject).read();
    }

    /**
     * Reads all declarations of a file.
     *
     * @param defaultProject the project of declarations that name none; null if there is none
     * @throws DeclarationException if the file can't be read, is larger than {@value #LARGEST_MIB} MiB or no UTF-8, or anything is wrong
     *     with it
     */
    public static List<WorkloadSpec> read(Path file, @Nullable String defaultProject) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(file.toString(), in, defaultProject);
        } catch (NoSuchFileException e) {
            throw new DeclarationException("There is no file " + file + ".", e);
        } catch (IOException e) {
            throw new DeclarationException("The file " + file + " can't be read.", e);
        }
    }

    /** The same from a stream, which stays open; {@code fileName} is what to call it in messages. */
    public static List<WorkloadSpec> read(String fileName, InputStream in, @Nullable String defaultProject)
            throws IOException {
        byte[] bytes = in.readNBytes((LARGEST_MIB << 20) + 1);
        if (bytes.length > LARGEST_MIB << 20) {
            throw new DeclarationException(fileName + " is larger than " + LARGEST_MIB + " MiB");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new DeclarationException(fileName + " is not UTF-8 text", e);
        }
        return parse(fileName, text, defaultProject);
    }

    /** One line without credentials and without what a terminal would obey. */
    private static String shown(String text) {
        return Redaction.scrub(text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]+", " "));
    }

    private List<WorkloadSpec> read() {
        String start = text.stripLeading();
        // JSON is YAML, but YAML's reader refuses tabs, which JSON files are full of.
        TokenStreamFactory format = start.startsWith("{") || start.startsWith("[")
                ? JsonFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build()
                : YAMLFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build();
        List<WorkloadSpec> specs = new ArrayList<>();
        try (JsonParser parser = format.createParser(ObjectReadContext.empty(), text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_ARRAY) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        specs.add(declaration(parser));
                    }
                } else if (token != JsonToken.VALUE_NULL) {
                    specs.add(declaration(parser));
                }
            }
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            // The first line says what is wrong; the others draw the place.
            String reason = String.valueOf(e.getOriginalMessage())
                    .lines()
                    .map(WorkloadFile::shown)
                    .filter(told -> !told.isBlank())
                    .findFirst()
                    .orElse("this cannot be read");
            throw wrong(Math.max(1, line), reason);
        }
        if (specs.isEmpty()) {
            throw wrong(1, "nothing is declared here");
        }
        return specs;
    }

    private WorkloadSpec declaration(JsonParser parser) {
        int start = line(parser);
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw wrong(start, "a declaration is a set of fields such as \"name: Support bot\"");
        }
        WorkloadSpec.Builder spec = WorkloadSpec.builder();
        Map<String, Integer> seen = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            int line = line(parser);
            parser.nextToken();
            if (seen.put(field.equals("model_name") ? "model" : field, line) != null) {
                throw wrong(line, "model and model_name are the same field; keep one");
            }
            read(parser, spec, field, line);
        }
        for (String field : REQUIRED) {
            if (!seen.containsKey(field)) {
                throw wrong(start, "field \"" + field + "\" is missing");
            }
        }
        WorkloadSpec built;
        try {
            built = spec.build();
        } catch (ValidationException | ConfigurationException e) {
            throw wrong(start, e.getMessage());
        }
        refuseRepeated(built, start);
        return built;
    }

    /** Two declarations of one workload would undo each other, on every run. */
    private void refuseRepeated(WorkloadSpec spec, int line) {
        String project = spec.project().orElse(defaultProject == null ? "" : defaultProject);
        String slug = Slug.canonical(spec.slug());
        Integer before = declared.put(List.of(project, slug), line);
        if (before != null) {
            throw wrong(
                    line,
                    "workload \"" + slug + "\" is declared twice, first in line " + before
                            + "; keep one of them, or give them different slugs");
        }
    }

    private void read(JsonParser parser, WorkloadSpec.Builder spec, String field, int line) {
        BiConsumer<WorkloadSpec.Builder, String> text = TEXTS.get(field);
        BiConsumer<WorkloadSpec.Builder, Map<String, @Nullable Object>> object = OBJECTS.get(field);
        if (text == null && object == null) {
            throw wrong(
                    line,
                    "unknown field \"" + shown(field) + "\"; known are " + String.join(", ", new TreeSet<>(known())));
        }
        refuseAlias(parser);
        if (isNull(parser)) {
            return;
        }
        try {
            if (text != null) {
                if (parser.currentToken() != JsonToken.VALUE_STRING) {
                    throw wrong(line, "field \"" + field + "\" must be text; put it in quotes");
                }
                text.accept(spec, parser.getString());
            } else if (object != null) {
                if (parser.currentToken() != JsonToken.START_OBJECT) {
                    throw wrong(line, "field \"" + field + "\" must hold fields of its own");
                }
                object.accept(spec, map(parser));
            }
        } catch (ValidationException | ConfigurationException e) {
            throw wrong(line, e.getMessage());
        }
    }

    static List<String> known() {
        List<String> known = new ArrayList<>(TEXTS.keySet());
        known.addAll(OBJECTS.keySet());
        return known;
    }

    private Map<String, @Nullable Object> map(JsonParser parser) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            map.put(name, value(parser));
        }
        return map;
    }

    private @Nullable Object value(JsonParser parser) {
        refuseAlias(parser);
        return switch (parser.currentToken()) {
            case START_OBJECT -> map(parser);
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_STRING -> isNull(parser) ? null : parser.getString();
            case VALUE_NUMBER_INT -> parser.getNumberValue();
            case VALUE_NUMBER_FLOAT -> {
                double number = parser.getDoubleValue();
                if (!Double.isFinite(number)) {
                    throw wrong(line(parser), "a number must be finite");
                }
                yield parser.getDecimalValue();
            }
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw wrong(line(parser), "this cannot be read");
        };
    }

    /** Whether the present value is null, however YAML spells it; in quotes, {@code "~"} is a text. */
    private boolean isNull(JsonParser parser) {
        if (parser.currentToken() != JsonToken.VALUE_STRING || !(parser instanceof YAMLParser)) {
            return parser.currentToken() == JsonToken.VALUE_NULL;
        }
        String value = parser.getString();
        if (!YAML_NULLS.contains(value)) {
            return false;
        }
        long start = parser.currentTokenLocation().getCharOffset();
        return start >= 0 && text.startsWith(value, text.offsetByCodePoints(0, (int) start));
    }

    /** An alias would be read as the name of its anchor: something else than what was meant. */
    private void refuseAlias(JsonParser parser) {
        if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
            throw wrong(line(parser), "aliases (*name) are not supported; write the value out");
        }
    }

    private static int line(JsonParser parser) {
        return Math.max(1, parser.currentTokenLocation().getLineNr());
    }

    private DeclarationException wrong(int line, @Nullable String what) {
        return new DeclarationException(fileName + ":" + line + ": " + what);
    }
}
