package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request on its way to a model server: checked, its model replaced, and held until it can be sent.
 *
 * <p>Not thread-safe. Owns a buffer: {@link #release} it, once.
 */
final class InferenceBody {
    /** More than this is not waited for: the body is then sent in pieces as it comes. */
    static final int WINDOW_BYTES = 64 * 1024;

    private final long maxBytes;
    private final @Nullable BodyRewriter rewriter;
    private final RewrittenBody rewritten;
    private final boolean typeMissing;
    /** As declared; -1 if it is not. */
    private final long contentLength;
    /** Of a body that is sent in pieces and whose length was told: how many bytes of it are still to come; -1 for chunks. */
    private long left = -1;

    private InferenceBody(
            long contentLength,
            long maxBytes,
            @Nullable BodyRewriter rewriter,
            RewrittenBody rewritten,
            boolean typeMissing) {
        this.contentLength = contentLength;
        this.maxBytes = maxBytes;
        this.rewriter = rewriter;
        this.rewritten = rewritten;
        this.typeMissing = typeMissing;
    }

    /** Either a body that can be fed, or why there can be none. */
    sealed interface Opened {
        record Usable(InferenceBody body) implements Opened {}

        record Unusable(Refusal refusal) implements Opened {}
    }

    /**
     * Decides by the headers.
     *
     * @param streamUsage whether model servers may be asked for the usage of streams
     * @param counted of a call under a budget; null if it is under none
     * @param contentLength -1 if it is not declared
     */
    static Opened open(
            InferenceRoute route,
            boolean streamUsage,
            @Nullable CountedBody counted,
            RequestHead head,
            long contentLength,
            GatewayConfig config,
            ByteBufAllocator alloc) {
        if (route.body() == InferenceRoute.Body.NONE) {
            return new Opened.Usable(
                    new InferenceBody(-1, ClientConnection.MAX_DRAIN_BYTES, null, new RewrittenBody(alloc), false));
        }
        if (head.isRepeated(KnownHeader.CONTENT_TYPE)) {
            return new Opened.Unusable(Refusal.of(ErrorCode.INVALID_REQUEST, "send one Content-Type header"));
        }
        if (head.isRepeated(KnownHeader.CONTENT_ENCODING)
                || (head.has(KnownHeader.CONTENT_ENCODING)
                        && !head.valueIs(KnownHeader.CONTENT_ENCODING, "identity"))) {
            return unsupported("send the body without a Content-Encoding");
        }
        if (head.valueIs(KnownHeader.CONTENT_TYPE, "application/json")) {
            return json(streamUsage && streamsChatChunks(route), counted, contentLength, config, alloc, false);
        }
        String sent = head.value(KnownHeader.CONTENT_TYPE);
        String type = sent == null ? "" : sent;
        String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        boolean multipart = media.equals("multipart/form-data");
        if (multipart && route.body() != InferenceRoute.Body.JSON_OR_MULTIPART) {
            return unsupported("this route takes application/json");
        }
        if (!multipart && !media.isEmpty() && !media.equals("application/json") && !media.endsWith("+json")) {
            return unsupported(
                    route.body() == InferenceRoute.Body.JSON
                            ? "this route takes application/json"
                            : "this route takes application/json or multipart/form-data");
        }
        if (!multipart) {
            return json(streamUsage && streamsChatChunks(route), counted, contentLength, config, alloc, sent == null);
        }
        long max = config.maxMultipartBodyBytes();
        if (contentLength > max) {
            return new Opened.Unusable(tooLarge(max));
        }
        Optional<MultipartBodyRewriter> parts = MultipartBodyRewriter.of(type);
        return parts.isEmpty()
                ? new Opened.Unusable(
                        Refusal.of(ErrorCode.INVALID_REQUEST, "multipart/form-data needs a valid boundary parameter"))
                : new Opened.Usable(
                        new InferenceBody(contentLength, max, parts.get(), new RewrittenBody(alloc), false));
    }

    private static Opened json(
            boolean meterStream,
            @Nullable CountedBody counted,
            long contentLength,
            GatewayConfig config,
            ByteBufAllocator alloc,
            boolean untyped) {
        long max = config.maxJsonBodyBytes();
        if (contentLength > max) {
            return new Opened.Unusable(tooLarge(max));
        }
        BodyRewriter rewriter = new JsonBodyRewriter(meterStream, counted);
        return new Opened.Usable(new InferenceBody(contentLength, max, rewriter, new RewrittenBody(alloc), untyped));
    }

    /** Whether a streamed answer of the route is made of chunks, the last of which can tell the usage, and ends with {@code [DONE]}. */
    static boolean streamsChatChunks(InferenceRoute route) {
        return route == InferenceRoute.CHAT_COMPLETIONS || route == InferenceRoute.COMPLETIONS;
    }

    /** Takes the next bytes, {@code total} of them so far; a refusal if the body can't be accepted. */
    @Nullable
    Refusal feed(ByteBuf content, long total) {
        if (total > maxBytes) {
            return tooLarge(maxBytes);
        }
        if (rewriter == null || rewriter.feed(content, rewritten)) {
            return null;
        }
        return malformed(rewriter);
    }

    /** The body has ended; a refusal if it is cut off. */
    @Nullable
    Refusal end() {
        return rewriter == null || rewriter.complete() ? null : malformed(rewriter);
    }

    boolean windowFull() {
        return rewritten.heldBytes() > WINDOW_BYTES;
    }

    /** Whether a stream is asked for. Known once the body is complete. */
    boolean streams() {
        return rewriter instanceof JsonBodyRewriter json && json.streams();
    }

    /** Whether the body, which is whole, asks for usage by a member of ours alone, so that it can also be sent without. */
    boolean canLeaveUsageOut() {
        return rewriter instanceof JsonBodyRewriter json && json.usageAdded();
    }

    /** Does not ask for usage from now on; not for a body that has been sent in part. */
    void leaveUsageOut() {
        if (rewriter instanceof JsonBodyRewriter json) {
            json.leaveUsageOut();
            rewritten.leaveOptionalOut();
        }
    }

    /** Whether the model server was made to tell a usage that the caller did not ask for. */
    boolean usageForced() {
        return rewriter instanceof JsonBodyRewriter json && json.usageForced();
    }

    /**
     * How many tokens the request is expected to use, by what has come of its body.
     *
     * @param bytes that have come
     */
    long expectedTokens(InferenceRoute route, long bytes) {
        if (!(rewriter instanceof JsonBodyRewriter json)) {
            return 0;
        }
        Base64Strings files = json.base64();
        return TokenEstimate.of(route, bytes - files.bytes(), files.files(), json.askedOutput(), json.choices());
    }

    /** The most that the request, which is under a budget, can use by the {@code bytes} that have come; the body must be whole. */
    WorstCase worstCase(long bytes) {
        if (!(rewriter instanceof JsonBodyRewriter json)) {
            throw new IllegalStateException("only JSON is counted in tokens");
        }
        return json.worstCase(bytes);
    }

    /** How many tokens the input is expected to have, by the {@code bytes} that have come. */
    long expectedInput(long bytes) {
        if (!(rewriter instanceof JsonBodyRewriter json)) {
            return 0;
        }
        Base64Strings files = json.base64();
        return TokenEstimate.ofInput(bytes - files.bytes(), files.files());
    }

    /** Ends the head and appends the whole body. Can be done again for another replica. */
    void appendWhole(ByteBuf out, Replica replica) {
        if (rewriter != null) {
            byte[] model = model(replica);
            typeIfMissing(out);
            HeadWriter.contentLength(out, rewritten.length(model.length));
            HeadWriter.end(out);
            rewritten.appendTo(out, model);
        } else {
            HeadWriter.end(out);
        }
    }

    /**
     * Ends the head and appends what has come so far; what comes from now on is fetched with {@link #appendPiece}. If the caller has told
     * the body's length, a length is told here too, since not every model server can read chunks.
     */
    void appendFirstPiece(ByteBuf out, Replica replica) {
        byte[] model = model(replica);
        typeIfMissing(out);
        long growth = contentLength < 0 || rewriter == null ? -1 : rewriter.growth(model.length);
        boolean known = contentLength >= 0 && growth != -1;
        if (known) {
            left = contentLength + growth;
            HeadWriter.contentLength(out, left);
        } else {
            HeadWriter.chunked(out);
        }
        HeadWriter.end(out);
        int length = rewritten.length(model.length);
        startPiece(out, length);
        rewritten.appendTo(out, model);
        endPiece(out, length);
        rewritten.stream(model);
    }

    /** How many bytes {@link #appendPiece} would send. */
    int pieceLength() {
        return rewritten.pieceLength();
    }

    /** Appends what has come since the last piece. */
    void appendPiece(ByteBuf out) {
        int length = rewritten.pieceLength();
        startPiece(out, length);
        rewritten.takePiece(out);
        endPiece(out, length);
    }

    /** Appends what ends a body that was sent in pieces: spaces, which mean nothing behind a value, up to the length that was told. */
    void appendEnd(ByteBuf out) {
        if (left < 0) {
            out.writeBytes(HeadWriter.LAST_CHUNK);
        } else {
            while (left > 0) {
                out.writeByte(' ');
                left--;
            }
        }
    }

    private void startPiece(ByteBuf out, int length) {
        if (left < 0 && length > 0) {
            HeadWriter.chunkSize(out, length);
        }
    }

    private void endPiece(ByteBuf out, int length) {
        if (left < 0) {
            if (length > 0) {
                out.writeBytes(HeadWriter.CRLF);
            }
            return;
        }
        left -= length;
        if (left < 0) {
            throw new IllegalStateException("the body has become longer than it can");
        }
    }

    void release() {
        rewritten.release();
    }

    private byte[] model(Replica replica) {
        return rewriter instanceof MultipartBodyRewriter ? replica.rawModel() : replica.jsonModel();
    }

    private void typeIfMissing(ByteBuf out) {
        if (typeMissing) {
            out.writeBytes(HeadWriter.JSON_TYPE);
        }
    }

    private static Opened unsupported(String message) {
        return new Opened.Unusable(Refusal.of(ErrorCode.UNSUPPORTED_MEDIA_TYPE, message));
    }

    private static Refusal tooLarge(long max) {
        return Refusal.of(ErrorCode.BODY_TOO_LARGE, "the body is larger than the limit of " + max + " bytes");
    }

    private static Refusal malformed(BodyRewriter rewriter) {
        return Refusal.of(ErrorCode.INVALID_REQUEST, rewriter.problem());
    }
}
