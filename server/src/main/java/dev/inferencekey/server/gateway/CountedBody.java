package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.ports.access.EndpointSpending;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Counts what the input of a JSON body can come to at most, for a call under a budget, while a {@link JsonBodyRewriter} reads it. What can't be
 * counted is refused: see {@link #problem}.
 *
 * <p>Notes. No token of text is less than one byte, and what stands around the text in a body, the names and the punctuation of JSON, is at least as
 * long as what templates put around it for the model. So a byte is a token, but for these, which are found where engines look for them and nowhere else:
 * <ul>
 *   <li>A picture is {@value #PER_PICTURE} tokens, be it sent or named by its URL. The bytes of one that is sent are not text.
 *   <li>Where texts are compared in pairs, the side that stands alone is read with each of the other side, and each pair with
 *       {@value #PER_PAIR} tokens of template.
 *   <li>Input that is not in the body, and whose length nothing in it tells, is the model's whole context; if that is not known, or more than one
 *       text may be meant, the body is refused. So are tools that the model server itself uses: each use is another call of the model.
 * </ul>
 * Names count as the most careless reader takes them ({@link JsonKey#looksLike}), and each of several members of the same name counts.
 *
 * <p>Not thread-safe: one for one body.
 */
final class CountedBody {
    static final int PER_PICTURE = 16_384;
    static final int PER_PAIR = 128;

    /** A picture may be in an answer of a tool in a part of a message. */
    static final int WATCHED_DEPTH = 8;

    private static final int NO_STRING = -1;
    private static final String IN_ITEMS = "the input has an item that ";

    /** What a container is. */
    private enum Place {
        ROOT,
        PROMPT,
        PROMPT_OBJECT,
        LONE_SIDE,
        OTHER_SIDE,
        DOCUMENT,
        CONTENT,
        ITEMS,
        ITEM,
        PICTURE,
        PICTURES,
        TOOLS,
        TOOL,
        TEMPLATE_ARGUMENTS,
        OTHER
    }

    /** What a member is. */
    private enum Field {
        PROMPT,
        LONE_SIDE,
        OTHER_SIDE,
        CONTENT,
        ITEMS,
        PICTURE,
        URL,
        TOOLS,
        TEMPLATE_ARGUMENTS,
        TYPE,
        ID,
        ROLE,
        ENCRYPTED,
        REFERENCE,
        /** Not of the input, whatever is in it. */
        DATA,
        OTHER
    }

    private static final class Name {
        private final byte[] text;
        private final Field field;

        Name(String text, Field field) {
            this.text = text.getBytes(US_ASCII);
            this.field = field;
        }

        static Name[] of(Field field, String... names) {
            Name[] all = new Name[names.length];
            for (int i = 0; i < names.length; i++) {
                all[i] = new Name(names[i], field);
            }
            return all;
        }
    }

    private static final Name[] ROOT = join(
            Name.of(Field.CONTENT, "messages"),
            Name.of(Field.TOOLS, "tools"),
            Name.of(Field.TEMPLATE_ARGUMENTS, "chat_template_kwargs"),
            Name.of(
                    Field.REFERENCE,
                    // OpenAI
                    "previous_response_id",
                    "conversation",
                    "web_search_options",
                    // vLLM
                    "chat_template",
                    "mm_processor_kwargs",
                    "media_io_kwargs",
                    "prompt_embeds",
                    // SGLang
                    "session_params",
                    // xAI, DashScope, OpenRouter
                    "search_parameters",
                    "enable_search",
                    "plugins"));
    private static final Name[] OF_COMPLETIONS = Name.of(Field.PROMPT, "prompt");
    private static final Name[] OF_RESPONSES = join(Name.of(Field.ITEMS, "input"), Name.of(Field.REFERENCE, "prompt"));
    private static final Name[] OF_PAIRS = join(
            Name.of(Field.LONE_SIDE, "query", "queries", "text_1", "data_1"),
            Name.of(Field.OTHER_SIDE, "documents", "text_2", "data_2"));
    private static final Name[] OF_OTHERS = Name.of(Field.CONTENT, "input");
    private static final Name[] IN_PROMPT = Name.of(Field.REFERENCE, "multimodal_data");
    private static final Name[] IN_DOCUMENT =
            join(Name.of(Field.CONTENT, "content"), Name.of(Field.PICTURE, "image", "image_url"));
    private static final Name[] IN_CONTENT = join(
            Name.of(Field.PICTURE, "image_url", "image", "images"),
            Name.of(Field.DATA, "tool_calls", "function_call", "arguments", "annotations", "logprobs"),
            Name.of(
                    Field.REFERENCE,
                    "file",
                    "file_id",
                    "file_url",
                    "file_data",
                    "audio",
                    "audio_url",
                    "audio_embeds",
                    "video",
                    "video_url",
                    "image_embeds",
                    "uuid"));
    private static final Name[] IN_ITEM = join(
            Name.of(Field.TYPE, "type"),
            Name.of(Field.ID, "id"),
            Name.of(Field.ROLE, "role"),
            Name.of(Field.ENCRYPTED, "encrypted_content"),
            IN_CONTENT);
    private static final Name[] IN_PICTURE = Name.of(Field.URL, "url");
    private static final Name[] IN_TOOL = Name.of(Field.TYPE, "type");
    private static final Name[] IN_TEMPLATE_ARGUMENTS = Name.of(Field.REFERENCE, "chat_template");
    private static final Name[] NONE = {};

    /** Tools that the caller uses. */
    private static final byte[][] OWN_TOOLS = ascii("function", "custom");

    /** Items that are in the body as a whole. */
    private static final byte[][] WHOLE_ITEMS =
            ascii("message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output");

    private static final byte[][] REASONING = ascii("reasoning");

    private final @Nullable OutputBound bound;
    private final Name[] ofRoute;
    private final boolean oneToAll;
    private final Place[] inside = new Place[WATCHED_DEPTH + 2];
    private Field field = Field.OTHER;
    private byte[] fieldName = {};
    private @Nullable String problem;

    private final DataUrl dataUrl = new DataUrl();
    private final Word word = new Word();
    /** Of the string that one of them reads. */
    private int readDepth = NO_STRING;

    private boolean readsType;

    private long prompts;
    private long pictures;
    private long pictureBytes;
    private boolean referenced;

    private Field side = Field.OTHER;
    private long sideFrom;
    private long sideElements;
    private long loneBytes;
    private long otherBytes;
    /** Of each side, the fewest in a member of it: several members of a side are not told apart. */
    private long fewestLone = Long.MAX_VALUE;

    private long fewestOther = Long.MAX_VALUE;
    private long lone;
    private long other;

    private boolean typed;
    private boolean reasoning;
    private boolean identified;
    private boolean hasRole;
    private boolean encrypted;

    CountedBody(InferenceRoute route, EndpointSpending spending) {
        bound = OutputBound.of(route, spending);
        ofRoute = switch (route) {
            case COMPLETIONS -> OF_COMPLETIONS;
            case RESPONSES -> OF_RESPONSES;
            case RERANK, RERANK_V2, RERANK_UNVERSIONED, SCORE -> OF_PAIRS;
            default -> OF_OTHERS;
        };
        oneToAll = route != InferenceRoute.SCORE;
    }

    private static Name[] join(Name[]... some) {
        return Arrays.stream(some).flatMap(Arrays::stream).toArray(Name[]::new);
    }

    private static byte[][] ascii(String... texts) {
        return Arrays.stream(texts).map(text -> text.getBytes(US_ASCII)).toArray(byte[][]::new);
    }

    /** How long the answer may be; null if the route's answers are not text that a model writes. */
    @Nullable
    OutputBound bound() {
        return bound;
    }

    /** Why the body can't be counted; null as long as it can. */
    @Nullable
    String problem() {
        return problem;
    }

    /**
     * What the call can come to. The body must be whole.
     *
     * @param bytes of the body
     * @param outputOfEach tokens of each answer at most
     * @param choices how many answers each prompt gets, 1 or more
     */
    WorstCase worstCase(long bytes, long outputOfEach, long choices) {
        long input = bytes - pictureBytes + WorstCase.times(PER_PICTURE, pictures) + repeated();
        long texts = Math.max(1, prompts);
        if (referenced && bound != null && bound.contextTokens() != null) {
            input = Math.max(input, WorstCase.times(bound.contextTokens(), texts));
        }
        return new WorstCase(input, WorstCase.times(outputOfEach, WorstCase.times(choices, texts)));
    }

    /** What is read again where texts are compared in pairs. */
    private long repeated() {
        long pairs = Math.max(lone, other);
        long again = Math.max(0, pairs - 1);
        // Only for scores can both sides be lists, of which each text is read once.
        long ofLone = oneToAll || fewestLone <= 1 ? WorstCase.times(loneBytes, again) : 0;
        long ofOther = fewestOther <= 1 ? WorstCase.times(otherBytes, again) : 0;
        return ofLone + ofOther + WorstCase.times(PER_PAIR, pairs);
    }

    void keyEnded(int depth, JsonKey key) {
        field = Field.OTHER;
        find(names(depth), key);
        if (inside[depth] == Place.ROOT) {
            find(ofRoute, key);
        }
    }

    private void find(Name[] names, JsonKey key) {
        for (Name name : names) {
            if (key.looksLike(name.text)) {
                field = name.field;
                fieldName = name.text;
            }
        }
    }

    private Name[] names(int depth) {
        return switch (inside[depth]) {
            case ROOT -> ROOT;
            case PROMPT_OBJECT -> IN_PROMPT;
            case DOCUMENT -> IN_DOCUMENT;
            case CONTENT -> IN_CONTENT;
            case ITEM -> IN_ITEM;
            case PICTURE -> IN_PICTURE;
            case TOOL -> IN_TOOL;
            case TEMPLATE_ARGUMENTS -> IN_TEMPLATE_ARGUMENTS;
            case PROMPT, LONE_SIDE, OTHER_SIDE, ITEMS, PICTURES, TOOLS, OTHER -> NONE;
        };
    }

    /**
     * A value begins.
     *
     * @param at how many bytes of the body come before it
     * @return who reads it, if it is a string of interest
     */
    JsonScan.@Nullable StringReader valueStarted(int depth, byte first, long at) {
        Field started = field;
        field = Field.OTHER;
        Place around = depth == 0 ? Place.OTHER : inside[depth];
        boolean object = first == '{';
        if (object || first == '[') {
            inside[depth + 1] = opened(depth, around, started, object);
        }
        switch (around) {
            case PROMPT -> prompts += object || first == '[' || first == '"' ? 1 : 0; // Numbers are the tokens of one.
            case LONE_SIDE, OTHER_SIDE -> sideElements++;
            case PICTURES -> pictures++;
            default -> {
                // Of interest by its name.
            }
        }
        boolean there = first != 'n' && first != 'f';
        switch (started) {
            case PROMPT -> prompts += first == '[' ? 0 : 1;
            case LONE_SIDE, OTHER_SIDE -> {
                side = started;
                sideFrom = at;
                sideElements = first == '[' ? 0 : 1;
            }
            case PICTURE -> pictures += first == '[' ? 0 : 1;
            case REFERENCE -> {
                if (there) {
                    reference('"' + new String(fieldName, US_ASCII) + "\" brings in ");
                }
            }
            case ID -> identified |= there;
            case ROLE -> hasRole |= there;
            case ENCRYPTED -> encrypted |= there;
            case CONTENT, ITEMS, URL, TOOLS, TEMPLATE_ARGUMENTS, TYPE, DATA, OTHER -> {
                // What is in it is of interest, or nothing.
            }
        }
        if (first != '"') {
            return null;
        }
        boolean picture = started == Field.PICTURE || started == Field.URL || around == Place.PICTURES;
        if (!picture && started != Field.TYPE) {
            return null;
        }
        readDepth = depth;
        readsType = !picture;
        return picture ? dataUrl.begin() : word.begin();
    }

    private Place opened(int depth, Place around, Field started, boolean object) {
        if (depth == 0) {
            return object ? Place.ROOT : Place.OTHER;
        }
        return switch (around) {
            case ROOT, CONTENT, ITEM, DOCUMENT -> ofMember(around, started, object);
            case PROMPT -> object ? Place.PROMPT_OBJECT : Place.OTHER;
            case LONE_SIDE, OTHER_SIDE -> object ? Place.DOCUMENT : Place.CONTENT;
            case ITEMS -> object ? item() : Place.CONTENT;
            case TOOLS -> object ? Place.TOOL : Place.OTHER;
            case PICTURES -> object ? Place.PICTURE : Place.OTHER;
            case PROMPT_OBJECT, PICTURE, TOOL, TEMPLATE_ARGUMENTS, OTHER -> Place.OTHER;
        };
    }

    private static Place ofMember(Place around, Field started, boolean object) {
        return switch (started) {
            case PROMPT -> object ? Place.PROMPT_OBJECT : Place.PROMPT;
            case LONE_SIDE -> object ? Place.DOCUMENT : Place.LONE_SIDE;
            case OTHER_SIDE -> object ? Place.DOCUMENT : Place.OTHER_SIDE;
            case CONTENT -> Place.CONTENT;
            case ITEMS -> object ? Place.CONTENT : Place.ITEMS;
            case PICTURE -> object ? Place.PICTURE : Place.PICTURES;
            case TOOLS -> object ? Place.TOOL : Place.TOOLS;
            case TEMPLATE_ARGUMENTS -> Place.TEMPLATE_ARGUMENTS;
            case OTHER, TYPE, ID, ROLE, ENCRYPTED, URL ->
                around == Place.CONTENT || around == Place.ITEM ? Place.CONTENT : Place.OTHER;
            case REFERENCE, DATA -> Place.OTHER;
        };
    }

    private Place item() {
        typed = false;
        reasoning = false;
        identified = false;
        hasRole = false;
        encrypted = false;
        return Place.ITEM;
    }

    /** A value has ended; {@code at} bytes of the body have come with it. */
    void valueEnded(int depth, long at) {
        if (depth == readDepth) {
            readDepth = NO_STRING;
            if (readsType) {
                typeEnded(inside[depth]);
            } else {
                pictureBytes += dataUrl.pictureBytes();
            }
        }
        if (depth == 1 && side != Field.OTHER) {
            sideEnded(at - sideFrom);
        }
    }

    private void typeEnded(Place place) {
        if (place == Place.TOOL) {
            if (!word.isOneOf(OWN_TOOLS)) {
                refuse(
                        "\"tools\" has one that is neither of the type function nor custom: how often the model server calls the model for it"
                                + " can't be known before, and under a budget it must be; leave it out");
            }
        } else {
            typed = true;
            reasoning |= word.isOneOf(REASONING);
            if (!word.isOneOf(WHOLE_ITEMS) && !word.isOneOf(REASONING)) {
                reference(IN_ITEMS + "may bring in ");
            }
        }
    }

    private void sideEnded(long bytes) {
        if (side == Field.LONE_SIDE) {
            loneBytes += bytes;
            lone += sideElements;
            fewestLone = Math.min(fewestLone, sideElements);
        } else {
            otherBytes += bytes;
            other += sideElements;
            fewestOther = Math.min(fewestOther, sideElements);
        }
        side = Field.OTHER;
    }

    /** The container whose members have this depth is about to be closed. */
    void closing(int memberDepth) {
        if (inside[memberDepth] == Place.ITEM && identified) {
            if (reasoning && !encrypted) {
                reference(IN_ITEMS + "names reasoning by its \"id\", without \"encrypted_content\", which brings in ");
            } else if (!typed && !hasRole) {
                reference(IN_ITEMS + "is only an \"id\", which brings in ");
            }
        }
    }

    /** Input that is not in the body, or may be longer than what of it is. */
    private void reference(String what) {
        referenced = true;
        if (bound == null || bound.contextTokens() == null) {
            refuse(what
                    + "input whose length the request does not tell, and under a budget it must be known before; leave that out, and"
                    + " send what the model is to read as text"
                    + (bound == null ? "" : ", or have the context of the model declared in its workload's command"));
        }
    }

    private void refuse(String why) {
        problem = problem == null ? why : problem;
    }

    /** A short string. */
    private static final class Word implements JsonScan.StringReader {
        private static final byte[] EMPTY = {};

        private final JsonKey text = new JsonKey();

        Word begin() {
            text.begin(true);
            return this;
        }

        @Override
        public void run(byte[] in, int from, int to) {
            text.bytes(in, from, to - from);
        }

        @Override
        public void character(int c) {
            text.character(c);
        }

        boolean isOneOf(byte[][] words) {
            text.end(EMPTY, 0, 0);
            for (byte[] each : words) {
                if (text.is(each)) {
                    return true;
                }
            }
            return false;
        }
    }
}
