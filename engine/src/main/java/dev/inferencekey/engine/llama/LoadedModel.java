package dev.inferencekey.engine.llama;

import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.PoolingType;
import dev.inferencekey.engine.gguf.GgufHeader;
import dev.inferencekey.engine.options.EngineOptions;
import dev.inferencekey.engine.options.Task;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A model inside llama.cpp, for any number of threads.
 *
 * <p>What would make llama.cpp abort the process is refused here first: no request may end the engine for the others.
 */
public final class LoadedModel {
    private static final int TOKENIZER_THREADS = 2;

    // Below what llama.cpp gives its least important message.
    private static final int QUIET = -1;
    private static final int LOUD = 0;

    // A pair goes in as: begin, query, end, separator, document, end; and the binding lets llama.cpp add its own tokens
    // to query and document besides.
    private static final int PAIR_TOKENS = 4;

    private static final String JSON_CHARACTERS = "{[\\\":0123456789abcdefghijklmnopqrstuvwxyz,.-+E_ZT]}";

    private final LlamaModel llama;
    private final EngineOptions options;
    private final NativeThreads slots;
    private final NativeThreads tokenizers = new NativeThreads("ik-tokenizer", TOKENIZER_THREADS);
    private final int addedTokens;
    private final int longestToken;
    private final int context;
    private final int newlineTokens;

    private LoadedModel(LlamaModel llama, EngineOptions options, GgufHeader header) {
        this.llama = llama;
        this.options = options;
        this.slots = new NativeThreads("ik-slot", options.slots());
        this.addedTokens = header.addedTokens();
        this.longestToken = header.longestToken();
        int perSlot = options.contextPerSlot(header.contextLength());
        this.context = options.task() == Task.GENERATE ? perSlot : Math.min(perSlot, options.microBatch());
        this.newlineTokens = llama.encode("\n").length;
    }

    /**
     * Loads the model that {@code options} names; called once in a process.
     *
     * @param header what the model's file says
     * @throws ModelLoadException if the model does not fit the options, or llama.cpp refuses it
     */
    public static LoadedModel load(EngineOptions options, GgufHeader header) {
        PoolingType pooling = PoolingChoice.of(options, header);
        NativeLibrary.load();
        try {
            LlamaModel llama = nativeLoad(options, pooling, options.verbose());
            return new LoadedModel(llama, options, header);
        } catch (RuntimeException e) {
            String reason = LoadReason.of(() -> nativeLoad(options, pooling, true))
                    .orElse("is it a language model, and is there memory enough for it and its context");
            throw new ModelLoadException(
                    "llama.cpp could not load " + options.model() + " with these flags: " + reason + ".");
        }
    }

    private static LlamaModel nativeLoad(EngineOptions options, PoolingType pooling, boolean verbose) {
        // Without context shift: an answer that is cut is reported as cut, instead of going on with half its prompt.
        ModelParameters parameters = new ModelParameters()
                .setModel(options.model().toString())
                .setCtxSize(options.contextSize())
                .setParallel(options.slots())
                .setUbatchSize(options.microBatch())
                .disableContextShift();
        if (options.jinja()) {
            parameters.enableJinja();
        }
        switch (options.task()) {
            case GENERATE -> {}
            case EMBED -> parameters.enableEmbedding();
            case RERANK -> parameters.enableReranking();
        }
        if (pooling != PoolingType.UNSPECIFIED) {
            parameters.setPoolingType(pooling);
        }
        options.nativeFlags().forEach((flag, value) -> flag.apply(parameters, value));
        // Not --log-disable: that lasts for the process, and LoadReason could not hear anything any more.
        parameters.setLogVerbosity(verbose ? LOUD : QUIET);
        LlamaModel llama = new LlamaModel(parameters);
        if (isEmpty(llama)) {
            throw new IllegalStateException("llama.cpp refused the flags");
        }
        return llama;
    }

    // When llama.cpp's own flag parser says no, the binding returns a model without a pointer, and the first call to it
    // would end the process. Nothing but this field tells.
    private static boolean isEmpty(LlamaModel llama) {
        try {
            Field pointer = LlamaModel.class.getDeclaredField("ctx");
            pointer.setAccessible(true);
            return pointer.getLong(llama) == 0;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The model's name in answers. */
    public String name() {
        return options.alias();
    }

    /** What the model is loaded for. */
    public Task task() {
        return options.task();
    }

    /**
     * Turns a conversation into the text that the model continues.
     *
     * @throws ConversationException if the messages come in an order that the chat template may refuse
     * @throws PromptTooLongException if no token would be left for the answer
     */
    public Prompt chat(List<ChatMessage> messages) throws InterruptedException {
        if (options.jinja()) {
            Conversation.check(messages);
        }
        checkLength(messages.stream()
                .mapToLong(message -> message.content().length())
                .sum());
        String request = PromptTemplate.request(messages);
        return prompt(tokenizers.call(() -> PromptTemplate.unescape(llama.applyTemplate(request))));
    }

    /**
     * Measures a text that the model shall continue as it is.
     *
     * @throws PromptTooLongException if no token would be left for the answer
     */
    public Prompt prompt(String text) throws InterruptedException {
        Prompt prompt = measured(text);
        if (prompt.tokens() >= context) {
            throw tooLong("has " + prompt.tokens() + " tokens, but");
        }
        return prompt;
    }

    /**
     * Measures a text that shall become a vector.
     *
     * @throws PromptTooLongException if it does not fit into one batch
     */
    public Prompt input(String text) throws InterruptedException {
        Prompt prompt = measured(text);
        if (prompt.tokens() > context) {
            throw tooLong("has " + prompt.tokens() + " tokens, but");
        }
        return prompt;
    }

    private Prompt measured(String text) throws InterruptedException {
        checkLength(text.length());
        return new Prompt(text, tokenizers.call(() -> llama.encode(text).length) + addedTokens);
    }

    // Before any tokenizing: megabytes of text that cannot fit cost nothing but this comparison.
    private void checkLength(long characters) {
        if (characters > (long) context * longestToken) {
            throw tooLong("is far too long:");
        }
    }

    private PromptTooLongException tooLong(String finding) {
        String remedy = options.task() == Task.GENERATE
                ? "the context of one slot holds " + context + "; shorten it, or raise --ctx-size or lower --parallel."
                : "one input may have " + context + "; shorten it, or raise --ubatch-size (and --ctx-size).";
        return new PromptTooLongException("The prompt " + finding + " " + remedy);
    }

    /**
     * Whether the vocabulary can spell JSON. Where it can't, a grammar leaves no token to choose from, over which llama.cpp ends the
     * process.
     */
    public boolean spellsJson() throws InterruptedException {
        return tokenizers.call(
                () -> llama.decode(llama.encode(JSON_CHARACTERS)).strip().equals(JSON_CHARACTERS));
    }

    /**
     * Starts to generate, as soon as a slot is free.
     *
     * @param maxTokens the most tokens to generate; without it as many as the command line and the context allow
     * @return the answer to read from; must be closed
     * @throws EngineBusyException if too many requests wait already
     */
    public Answer answer(Prompt prompt, Sampling sampling, OptionalInt maxTokens) {
        int limit = context - prompt.tokens();
        if (options.predictLimit() >= 0) {
            limit = Math.min(limit, Math.max(1, options.predictLimit()));
        }
        limit = Math.min(limit, maxTokens.orElse(limit));
        Answer answer = new Answer(limit, sampling.stops());
        var parameters = sampling.toParameters(prompt.text(), limit);
        slots.start(() -> answer.generate(llama, parameters, this::tokensIn));
        return answer;
    }

    // llama.cpp hands out text once a character is complete, without saying how many tokens spelled it.
    private int tokensIn(String text) {
        boolean plain = text.chars().allMatch(character -> character < 0x80 || character == 0xFFFD);
        return plain ? 1 : Math.max(1, llama.encode("\n" + text).length - newlineTokens);
    }

    /** The vector of a text that {@link #input} has measured. */
    public float[] embed(Prompt prompt) throws InterruptedException {
        return slots.call(() -> llama.embed(prompt.text()));
    }

    /**
     * The tokens that llama.cpp reads for a pair of texts.
     *
     * @throws PromptTooLongException if the pair does not fit into one batch
     */
    public int pairTokens(Prompt query, Prompt document) {
        int tokens = query.tokens() + document.tokens() + PAIR_TOKENS;
        if (tokens > context) {
            throw tooLong("has " + tokens + " tokens, but");
        }
        return tokens;
    }

    /** How well {@code document} answers {@code query}: a number without fixed range, the greater the better. */
    public float score(Prompt query, Prompt document) throws InterruptedException {
        String text = basic(document.text());
        Map<String, Float> scores = slots.call(() -> llama.rerank(query.text(), text).probabilities);
        return scores.values().iterator().next();
    }

    // The binding passes documents as JNI's "modified UTF-8", in which NUL and what lies beyond U+FFFF are no UTF-8;
    // llama.cpp ends the process over such bytes.
    private static String basic(String text) {
        return text.replaceAll("[\\x00\\x{D800}-\\x{DFFF}\\x{10000}-\\x{10FFFF}]", "\uFFFD");
    }
}
