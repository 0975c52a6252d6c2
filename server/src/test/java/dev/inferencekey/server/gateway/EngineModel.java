package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.gateway.JsonTree.Arr;
import dev.inferencekey.server.gateway.JsonTree.Leaf;
import dev.inferencekey.server.gateway.JsonTree.Member;
import dev.inferencekey.server.gateway.JsonTree.Obj;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * What engines make of a body at most: which members llama.cpp (today and before), vLLM (today and before), SGLang and Ollama read as how long
 * and how many the answers may be, and a tokenizer that makes a token of each byte of text.
 */
enum EngineModel {
    LLAMA_CPP {
        @Override
        long length(InferenceRoute route, Obj body) {
            Long most = first(body, "n_predict", "max_completion_tokens", "max_tokens");
            if (route == InferenceRoute.RESPONSES && body.last("max_output_tokens") != null) {
                most = first(body, "n_predict", "max_completion_tokens", "max_output_tokens");
            }
            return most == null || most < 0 ? UNBOUNDED : most;
        }

        @Override
        long answers(Obj body) {
            Long n = first(body, "n_cmpl", "n");
            return n == null ? 1 : n;
        }
    },
    OLD_LLAMA_CPP {
        @Override
        long length(InferenceRoute route, Obj body) {
            Long most =
                    first(body, "n_predict", route == InferenceRoute.RESPONSES ? "max_output_tokens" : "max_tokens");
            return most == null || most < 0 ? UNBOUNDED : most;
        }

        @Override
        long answers(Obj body) {
            return 1;
        }
    },
    VLLM {
        @Override
        long length(InferenceRoute route, Obj body) {
            Long most = switch (route) {
                case CHAT_COMPLETIONS -> first(body, "max_completion_tokens", "max_tokens");
                case RESPONSES -> first(body, "max_output_tokens");
                default -> first(body, "max_tokens");
            };
            return most == null ? route == InferenceRoute.COMPLETIONS ? 16 : UNBOUNDED : most;
        }

        @Override
        long answers(Obj body) {
            Long n = first(body, "n");
            return n == null ? 1 : n;
        }
    },
    /** To which 0 was none, and which made the best of several. */
    OLD_VLLM {
        @Override
        long length(InferenceRoute route, Obj body) {
            Long most = switch (route) {
                case CHAT_COMPLETIONS -> firstBut0(body, "max_completion_tokens", "max_tokens");
                case RESPONSES -> firstBut0(body, "max_output_tokens");
                default -> firstBut0(body, "max_tokens");
            };
            return most == null ? UNBOUNDED : most;
        }

        @Override
        long answers(Obj body) {
            Long n = first(body, "n");
            Long bestOf = first(body, "best_of");
            return Math.max(n == null ? 1 : n, bestOf == null ? 1 : bestOf);
        }
    },
    SGLANG {
        @Override
        long length(InferenceRoute route, Obj body) {
            Long most = route == InferenceRoute.RESPONSES
                    ? firstBut0(body, "max_output_tokens")
                    : firstBut0(body, "max_tokens", "max_completion_tokens");
            return most == null ? UNBOUNDED : most;
        }

        @Override
        long answers(Obj body) {
            return OLD_VLLM.answers(body);
        }
    },
    /** Reads names without regard to case, and takes none of OpenAI's newer name. */
    OLLAMA {
        @Override
        long length(InferenceRoute route, Obj body) {
            Long most = first(lowerCase(body), route == InferenceRoute.RESPONSES ? "max_output_tokens" : "max_tokens");
            return most == null || most <= 0 ? UNBOUNDED : most;
        }

        @Override
        long answers(Obj body) {
            return 1;
        }
    };

    static final long UNBOUNDED = Long.MAX_VALUE;
    static final long PICTURE = 16_384;

    private static final Set<String> REFERENCES =
            Set.of("previous_response_id", "conversation", "chat_template", "session_params", "web_search_options");
    private static final Set<String> REFERENCES_IN_PARTS =
            Set.of("file_id", "file_url", "file_data", "file", "video_url", "audio_url");

    abstract long length(InferenceRoute route, Obj body);

    abstract long answers(Obj body);

    /** What an engine may use at most; {@link #UNBOUNDED} where nothing in the body says. */
    WorstUse use(InferenceRoute route, Obj body) {
        boolean generates = TokenEstimate.generates(route);
        long answers = generates ? Math.max(1, answers(body)) * prompts(route, body) : 0;
        long length = generates ? length(route, body) : 0;
        long output = length == UNBOUNDED ? UNBOUNDED : Math.min(WorstCase.MOST, length * answers);
        return new WorstUse(referenced(route, body) ? UNBOUNDED : input(route, body), output);
    }

    record WorstUse(long input, long output) {}

    private static long prompts(InferenceRoute route, Obj body) {
        if (route != InferenceRoute.COMPLETIONS || !(body.last("prompt") instanceof Arr prompts)) {
            return 1;
        }
        long texts = prompts.elements().stream()
                .filter(each -> !(each instanceof Leaf leaf && leaf.kind().isNumeric()))
                .filter(each -> !(each instanceof Leaf leaf) || leaf.kind() == JsonToken.VALUE_STRING)
                .count();
        return Math.max(1, texts);
    }

    private static boolean referenced(InferenceRoute route, Obj body) {
        boolean byRoot = body.members().stream()
                .anyMatch(each -> (REFERENCES.contains(each.name())
                                || (route == InferenceRoute.RESPONSES
                                        && each.name().equals("prompt")))
                        && isThere(each.value()));
        return byRoot || parts(route, body).anyMatch(EngineModel::isReference) || hasServerTool(body);
    }

    private static boolean hasServerTool(Obj body) {
        return elements(body.last("tools"))
                .anyMatch(tool -> tool instanceof Obj object
                        && object.last("type") instanceof Leaf type
                        && type.kind() == JsonToken.VALUE_STRING
                        && !type.text().equals("function")
                        && !type.text().equals("custom"));
    }

    private static boolean isReference(JsonTree part) {
        return part instanceof Obj object
                && object.members().stream()
                        .anyMatch(each -> REFERENCES_IN_PARTS.contains(each.name()) && isThere(each.value()));
    }

    private static Stream<JsonTree> parts(InferenceRoute route, Obj body) {
        Stream<JsonTree> messages = switch (route) {
            case CHAT_COMPLETIONS -> elements(body.last("messages"));
            case RESPONSES -> elements(body.last("input"));
            case EMBEDDINGS, POOLING, CLASSIFY ->
                Stream.concat(elements(body.last("messages")), elements(body.last("input")));
            default -> Stream.empty();
        };
        return messages.flatMap(
                message -> message instanceof Obj object ? elements(object.last("content")) : Stream.<JsonTree>empty());
    }

    private static long input(InferenceRoute route, Obj body) {
        return switch (route) {
            case COMPLETIONS -> text(body.last("prompt"));
            case CHAT_COMPLETIONS -> messages(body.last("messages"));
            case RESPONSES -> messages(body.last("input"));
            case RERANK, RERANK_V2, RERANK_UNVERSIONED, SCORE -> pairs(body);
            default -> messages(body.last("input")) + messages(body.last("messages"));
        };
    }

    private static long messages(@Nullable JsonTree messages) {
        return messages instanceof Arr all
                ? all.elements().stream().mapToLong(EngineModel::message).sum()
                : text(messages);
    }

    private static long pairs(Obj body) {
        List<JsonTree> ones = side(body.last("query"), body.last("text_1"));
        List<JsonTree> others = side(body.last("documents"), body.last("text_2"));
        int pairs = Math.max(ones.size(), others.size());
        long sum = 0;
        for (int i = 0; i < pairs && !ones.isEmpty() && !others.isEmpty(); i++) {
            sum += text(ones.get(Math.min(i, ones.size() - 1))) + text(others.get(Math.min(i, others.size() - 1))) + 80;
        }
        return sum;
    }

    private static List<JsonTree> side(@Nullable JsonTree first, @Nullable JsonTree second) {
        JsonTree side = first == null ? second : first;
        return side == null ? List.of() : side instanceof Arr all ? all.elements() : List.of(side);
    }

    private static long message(JsonTree message) {
        if (!(message instanceof Obj object)) {
            return text(message);
        }
        return object.last("content") instanceof Arr parts
                ? parts.elements().stream().mapToLong(EngineModel::part).sum()
                : text(object.last("content"));
    }

    private static long part(JsonTree part) {
        if (!(part instanceof Obj object)) {
            return text(part);
        }
        return text(object.last("text")) + (object.last("image_url") == null ? 0 : PICTURE);
    }

    private static long text(@Nullable JsonTree tree) {
        return switch (tree) {
            case Leaf leaf ->
                leaf.kind() == JsonToken.VALUE_STRING ? leaf.text().getBytes(UTF_8).length : 1;
            case Arr all -> all.elements().stream().mapToLong(EngineModel::text).sum();
            case Obj object ->
                object.members().stream().mapToLong(each -> text(each.value())).sum();
            case null -> 0;
        };
    }

    private static Stream<JsonTree> elements(@Nullable JsonTree tree) {
        return tree instanceof Arr all ? all.elements().stream() : Stream.empty();
    }

    private static boolean isThere(JsonTree value) {
        return !(value instanceof Leaf leaf)
                || (leaf.kind() != JsonToken.VALUE_NULL && leaf.kind() != JsonToken.VALUE_FALSE);
    }

    static Obj lowerCase(Obj body) {
        return new Obj(body.members().stream()
                .map(each -> new Member(each.name().toLowerCase(Locale.ROOT), each.value()))
                .toList());
    }

    /** The first of these that has a number, or a text that is one; null if none has. */
    static @Nullable Long first(Obj body, String... names) {
        for (String name : names) {
            Long number = number(body.last(name));
            if (number != null) {
                return number;
            }
        }
        return null;
    }

    static @Nullable Long firstBut0(Obj body, String... names) {
        for (String name : names) {
            Long number = number(body.last(name));
            if (number != null && number != 0) {
                return number;
            }
        }
        return null;
    }

    private static @Nullable Long number(@Nullable JsonTree value) {
        if (!(value instanceof Leaf leaf) || !(leaf.kind().isNumeric() || leaf.kind() == JsonToken.VALUE_STRING)) {
            return null;
        }
        try {
            return new BigDecimal(leaf.text().strip())
                    .min(BigDecimal.valueOf(1_000_000_000))
                    .max(BigDecimal.valueOf(-1_000_000_000))
                    .longValue();
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
