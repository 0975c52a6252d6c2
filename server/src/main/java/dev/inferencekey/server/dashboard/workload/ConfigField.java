package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.server.domain.workload.Backend;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The members of {@code config} that a form has fields of their own for; the others are written as JSON. Immutable. */
public enum ConfigField {
    COMMAND(
            Kind.LINES,
            "Command",
            "Run without a shell. Models are named by their place in the platform's model folders, or as org/name. Leave out the"
                    + " address, API keys and the model's alias: the platform sets them.",
            EnumSet.of(Backend.LLAMACPP, Backend.VLLM, Backend.VLLM_OMNI, Backend.SGLANG, Backend.STABLEDIFFUSIONCPP)),
    VLLM_VERSION(
            Kind.LINE,
            "vLLM version (optional)",
            "One that is installed here; without it, the vllm on the PATH runs.",
            EnumSet.of(Backend.VLLM, Backend.VLLM_OMNI)),
    BASE_URL(
            Kind.LINE,
            "Base URL",
            "Of an OpenAI-compatible server, with its /v1 if it has one. No user name and no password.",
            EnumSet.of(Backend.EXTERNAL)),
    SECRET_REF(
            Kind.LINE,
            "Upstream secret (optional)",
            "The name of a secret of this project, which is sent as its API key. Never the secret itself.",
            EnumSet.of(Backend.EXTERNAL)),
    TTFT_MS(Kind.NUMBER, "Time to first token, ms", "20 if empty", EnumSet.of(Backend.SIMULATOR)),
    TOKENS_PER_SECOND(Kind.NUMBER, "Tokens per second", "200 if empty", EnumSet.of(Backend.SIMULATOR)),
    OUTPUT_TOKENS(Kind.NUMBER, "Tokens of an answer", "a few dozen if empty", EnumSet.of(Backend.SIMULATOR)),
    FAILURE_RATE(Kind.NUMBER, "Share that fails, 0 to 1", "0 if empty", EnumSet.of(Backend.SIMULATOR)),
    CRASH_RATE(Kind.NUMBER, "Share that crashes, 0 to 1", "0 if empty", EnumSet.of(Backend.SIMULATOR)),
    STARTUP_MS(Kind.NUMBER, "Time to start, ms", "0 if empty", EnumSet.of(Backend.SIMULATOR));

    /** How a form asks for it. */
    public enum Kind {
        LINES,
        LINE,
        NUMBER
    }

    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?");
    private static final int SAFE_INT_DIGITS = 9;

    private final String key = name().toLowerCase(java.util.Locale.ROOT);
    private final Kind kind;
    private final String label;
    private final String hint;
    private final Set<Backend> backends;

    ConfigField(Kind kind, String label, String hint, EnumSet<Backend> backends) {
        this.kind = kind;
        this.label = label;
        this.hint = hint;
        this.backends = Set.copyOf(backends);
    }

    /** The member's name inside {@code config}. */
    public String key() {
        return key;
    }

    /** The field's name in the form, which is its path in a declaration. */
    public String field() {
        return "config." + key;
    }

    public Kind kind() {
        return kind;
    }

    public String label() {
        return label;
    }

    public String hint() {
        return hint;
    }

    /** The wire names of the backends that take it, apart by blanks. */
    public String backends() {
        return Arrays.stream(Backend.values())
                .filter(backends::contains)
                .map(Backend::wire)
                .collect(Collectors.joining(" "));
    }

    /** The fields of this kind, in order. */
    public static List<ConfigField> of(Kind kind) {
        return Arrays.stream(values()).filter(field -> field.kind == kind).toList();
    }

    /** The fields that a form shows for a backend; none for one that does not exist. */
    static List<ConfigField> of(String backend) {
        return Backend.fromWire(backend)
                .map(known -> Arrays.stream(values())
                        .filter(field -> field.backends.contains(known))
                        .toList())
                .orElse(List.of());
    }

    /** What the field shows for this value; null if only JSON can show it without a loss. */
    @Nullable
    String show(@Nullable Object value) {
        if (kind == Kind.NUMBER) {
            return value instanceof Number number
                            && NUMBER.matcher(number.toString()).matches()
                    ? number.toString()
                    : null;
        }
        boolean lossless = value instanceof String text
                && !text.isEmpty()
                && text.equals(text.strip())
                && text.indexOf('\r') < 0
                && (kind == Kind.LINES || text.indexOf('\n') < 0);
        return lossless ? (String) value : null;
    }

    /** The value that was typed: what is no number stays a text, for the declaration's own rules to refuse. */
    Object read(String typed) {
        if (kind != Kind.NUMBER || !NUMBER.matcher(typed).matches()) {
            return typed;
        }
        if (typed.indexOf('.') >= 0 || typed.indexOf('e') >= 0 || typed.indexOf('E') >= 0) {
            return new BigDecimal(typed);
        }
        BigInteger whole = new BigInteger(typed);
        return typed.length() <= SAFE_INT_DIGITS ? (Object) whole.intValueExact() : whole;
    }
}
