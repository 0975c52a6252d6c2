package dev.inferencekey.engine.options;

import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.CacheType;
import de.kherud.llama.args.GpuSplitMode;
import de.kherud.llama.args.NumaStrategy;
import de.kherud.llama.args.RopeScalingType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A flag of llama-server that goes to llama.cpp as it is: its spellings, the values that it takes, and the binding's
 * setter for it.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are copies and the setters have no state
public enum NativeFlag {
    /** Threads that compute tokens; llama.cpp's choice without it. */
    THREADS(integer(1, 1024, ModelParameters::setThreads), "-t", "--threads"),
    /** Threads that read prompts; as many as {@link #THREADS} without it. */
    THREADS_BATCH(integer(1, 1024, ModelParameters::setThreadsBatch), "-tb", "--threads-batch"),
    /** Tokens handed over at once at most. */
    BATCH_SIZE(integer(1, 1 << 20, ModelParameters::setBatchSize), "-b", "--batch-size"),
    /** Layers kept in the memory of a GPU. */
    GPU_LAYERS(integer(0, 1 << 20, ModelParameters::setGpuLayers), "-ngl", "--gpu-layers", "--n-gpu-layers"),
    /** How several GPUs share a model. */
    SPLIT_MODE(choice(GpuSplitMode.class, ModelParameters::setSplitMode), "-sm", "--split-mode"),
    /** Shares of the GPUs, such as {@code 3,1}. */
    TENSOR_SPLIT(text(ModelParameters::setTensorSplit), "-ts", "--tensor-split"),
    /** The GPU that does what is not split. */
    MAIN_GPU(integer(0, 1024, ModelParameters::setMainGpu), "-mg", "--main-gpu"),
    /** Flash attention: bare, or with the value {@code on}, {@code off} or {@code auto}. */
    FLASH_ATTENTION(
            new Kind(
                    "on, off or auto",
                    Set.of("on", "off", "auto")::contains,
                    (parameters, value) -> {
                        if (value.equals("on")) {
                            parameters.enableFlashAttn();
                        }
                    },
                    "on"),
            "-fa",
            "--flash-attn"),
    /** Keeps the model from being swapped out. */
    MLOCK(on(ModelParameters::enableMlock), "--mlock"),
    /** Reads the model into memory instead of mapping the file. */
    NO_MMAP(on(ModelParameters::disableMmap), "--no-mmap"),
    /** Placement on machines with several memory nodes. */
    NUMA(choice(NumaStrategy.class, ModelParameters::setNuma), "--numa"),
    /** Leaves the key-value cache in main memory. */
    NO_KV_OFFLOAD(on(ModelParameters::disableKvOffload), "-nkvo", "--no-kv-offload"),
    /** Number format of cached keys. */
    CACHE_TYPE_K(choice(CacheType.class, ModelParameters::setCacheTypeK), "-ctk", "--cache-type-k"),
    /** Number format of cached values. */
    CACHE_TYPE_V(choice(CacheType.class, ModelParameters::setCacheTypeV), "-ctv", "--cache-type-v"),
    /** Lets requests join a running batch; llama.cpp does so without being told. */
    CONT_BATCHING(on(ModelParameters::enableContBatching), "-cb", "--cont-batching"),
    /** Serves one batch after the other. */
    NO_CONT_BATCHING(on(ModelParameters::disableContBatching), "-nocb", "--no-cont-batching"),
    /** Skips the empty run at the start. */
    NO_WARMUP(on(ModelParameters::skipWarmup), "--no-warmup"),
    /** Looks for invalid numbers in the weights. */
    CHECK_TENSORS(on(ModelParameters::enableCheckTensors), "--check-tensors"),
    /** How rotary positions are stretched beyond the trained context. */
    ROPE_SCALING(
            new Kind(
                    "none, linear or yarn",
                    Set.of("none", "linear", "yarn")::contains,
                    (parameters, value) -> parameters.setRopeScaling(
                            value.equals("none")
                                    ? RopeScalingType.NONE
                                    : value.equals("yarn") ? RopeScalingType.YARN2 : RopeScalingType.LINEAR),
                    null),
            "--rope-scaling"),
    /** Factor of {@link #ROPE_SCALING}. */
    ROPE_SCALE(number(ModelParameters::setRopeScale), "--rope-scale"),
    /** Base frequency of rotary positions. */
    ROPE_FREQ_BASE(number(ModelParameters::setRopeFreqBase), "--rope-freq-base"),
    /** Frequency factor of rotary positions. */
    ROPE_FREQ_SCALE(number(ModelParameters::setRopeFreqScale), "--rope-freq-scale"),
    /** An adapter file laid over the model. */
    LORA(text(ModelParameters::addLoraAdapter), "--lora"),
    /** A known chat format instead of the model's own; any other name would end the process. */
    CHAT_TEMPLATE(
            new Kind(
                    "the name of a known chat format such as chatml, llama3, mistral-v7 or gemma",
                    Kind.CHAT_FORMATS::contains,
                    ModelParameters::setChatTemplate,
                    null),
            "--chat-template"),
    /** Seed of requests that bring none. */
    SEED(
            new Kind(
                    "a whole number from -1 to 4294967295",
                    value -> isInteger(value, -1, 0xFFFF_FFFFL),
                    (parameters, value) -> parameters.setSeed(Long.parseLong(value)),
                    null),
            "-s",
            "--seed"),
    /** Temperature of requests that bring none. */
    TEMP(number(ModelParameters::setTemp), "--temp"),
    /** Top-k of requests that bring none. */
    TOP_K(integer(0, 1 << 24, ModelParameters::setTopK), "--top-k"),
    /** Top-p of requests that bring none. */
    TOP_P(number(ModelParameters::setTopP), "--top-p"),
    /** Min-p of requests that bring none. */
    MIN_P(number(ModelParameters::setMinP), "--min-p"),
    /** Locally typical sampling of requests that bring none. */
    TYPICAL(number(ModelParameters::setTypical), "--typical"),
    /** Tokens that the repeat penalty looks back on; -1 is the whole context. */
    REPEAT_LAST_N(integer(-1, 1 << 24, ModelParameters::setRepeatLastN), "--repeat-last-n"),
    /** Penalty of repetition for requests that bring none. */
    REPEAT_PENALTY(number(ModelParameters::setRepeatPenalty), "--repeat-penalty"),
    /** Presence penalty of requests that bring none. */
    PRESENCE_PENALTY(number(ModelParameters::setPresencePenalty), "--presence-penalty"),
    /** Frequency penalty of requests that bring none. */
    FREQUENCY_PENALTY(number(ModelParameters::setFrequencyPenalty), "--frequency-penalty");

    private final Kind kind;
    private final List<String> names;

    NativeFlag(Kind kind, String... names) {
        this.kind = kind;
        this.names = List.of(names);
    }

    /** The spellings, short one first. */
    public List<String> names() {
        return names;
    }

    /** Sets this flag on {@code parameters}; {@code value} has passed the parser. */
    public void apply(ModelParameters parameters, String value) {
        kind.setter().accept(parameters, value);
    }

    Kind kind() {
        return kind;
    }

    private static Kind integer(int least, int most, BiConsumer<ModelParameters, Integer> setter) {
        return new Kind(
                "a whole number from " + least + " to " + most,
                value -> isInteger(value, least, most),
                (parameters, value) -> setter.accept(parameters, Integer.valueOf(value)),
                null);
    }

    private static Kind number(BiConsumer<ModelParameters, Float> setter) {
        return new Kind(
                "a number such as 0.8",
                NativeFlag::isNumber,
                (parameters, value) -> setter.accept(parameters, Float.valueOf(value)),
                null);
    }

    private static Kind text(BiConsumer<ModelParameters, String> setter) {
        return new Kind("some text", value -> !value.isBlank(), setter, null);
    }

    private static Kind on(Consumer<ModelParameters> setter) {
        return new Kind("no value", value -> false, (parameters, value) -> setter.accept(parameters), "");
    }

    private static <E extends Enum<E>> Kind choice(Class<E> type, BiConsumer<ModelParameters, E> setter) {
        Set<String> choices = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        return new Kind(
                "one of " + String.join(", ", choices.stream().sorted().toList()),
                choices::contains,
                (parameters, value) -> setter.accept(parameters, Enum.valueOf(type, value.toUpperCase(Locale.ROOT))),
                null);
    }

    private static boolean isInteger(String value, long least, long most) {
        try {
            long number = Long.parseLong(value);
            return number >= least && number <= most;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static boolean isNumber(String value) {
        try {
            return Float.isFinite(Float.parseFloat(value));
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
