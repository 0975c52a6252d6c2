package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.inferencekey.bench.load.Bodies;
import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.access.AccessPolicy;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.access.Decision;
import dev.inferencekey.server.domain.access.Resource;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.MisplacedCredential;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.domain.inference.RequestTarget;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.access.DataPlaneEvents;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the parts cost that every inference request goes through. {@code ./bench/parts} runs them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PartsBenchmark {
    private static final String PROJECT = "bench";
    private static final String WORKLOAD = "chat";

    private final LiveKey key = LiveKey.mint(new Random(1));
    private final byte[] headBytes = ("POST /endpoint/" + PROJECT + "/" + WORKLOAD + "/v1/chat/completions HTTP/1.1\r\n"
                    + "Host: localhost\r\nAuthorization: Bearer " + key.reveal()
                    + "\r\nContent-Type: application/json\r\nAccept: application/json\r\nUser-Agent: OpenAI/Python\r\n"
                    + "Content-Length: 1024\r\n\r\n")
            .getBytes(UTF_8);
    private final RequestHead head = new RequestHead(GatewayConfig.defaults());
    private final BearerToken bearer = new BearerToken();
    private final PresentedKey presented = new PresentedKey();
    private final SecretDigest digest = SecretDigest.of(key.secretSha256());
    private final Caller.DataKey caller =
            new Caller.DataKey("key_1", key.publicId(), PROJECT, Grants.ofWorkloads(Set.of(WORKLOAD)));
    private final Resource.Endpoint resource = new Resource.Endpoint(PROJECT, WORKLOAD);
    private final RequestTarget.OfEndpoint target =
            new RequestTarget.OfEndpoint(PROJECT, WORKLOAD, "v1/chat/completions");
    private final Admission admission =
            new Admission(table(), new NoEvents(), InstantSource.system(), System::nanoTime);

    private final ByteBufAllocator alloc = PooledByteBufAllocator.DEFAULT;
    private final ByteBuf request = direct(Bodies.single());
    private final ByteBuf largeRequest = direct(Bodies.single().replaceFirst("lid", "lid" + "x".repeat(3_072)));
    private final ByteBuf answer =
            direct("{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1780000000,"
                    + "\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                    + "All that the model says. ".repeat(48)
                    + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":212,\"completion_tokens\":260,"
                    + "\"total_tokens\":472,\"prompt_tokens_details\":{\"cached_tokens\":64}}}");
    private final ByteBuf event = direct("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\","
            + "\"created\":1780000000,\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},"
            + "\"finish_reason\":null}]}\n\n");
    private final ByteBuf out = alloc.directBuffer(4_096);
    private final SseRelay relay =
            new SseRelay(UsageChunk.noChoice(InferenceRoute.CHAT_COMPLETIONS), new UsageScan(), alloc);

    public PartsBenchmark() {
        var _ = head.read(headBytes, 0, headBytes.length);
    }

    private AccessTable table() {
        CredentialSecret secret = new CredentialSecret(key.publicId(), digest, Instant.EPOCH, null, null, null);
        AccessTable table = new AccessTable();
        table.load(1, snapshot -> {
            snapshot.endpoint(new EndpointEntry(
                    "wl_1", PROJECT, WORKLOAD, TaskType.TEXT2TEXT, "simulator", 1_700_000_000, Limits.NONE, true));
            snapshot.key(new KeyEntry(
                    "key_1", PROJECT, caller.grants(), CredentialState.ACTIVE, null, Limits.NONE, List.of(secret)));
        });
        return table;
    }

    private static ByteBuf direct(String text) {
        return Unpooled.directBuffer().writeBytes(text.getBytes(UTF_8));
    }

    /** From the text of the header to a secret that is known to be right: one SHA-256. */
    @Benchmark
    public boolean tokenCheck() {
        return bearer.read(head) && presented.read(bearer) && digest.matches(presented.secretSha256());
    }

    /** The request line and six header lines. */
    @Benchmark
    public int requestHead() {
        return head.read(headBytes, 0, headBytes.length);
    }

    /** The one decision of both planes. */
    @Benchmark
    public Decision accessDecision() {
        return AccessPolicy.decide(caller, Action.INFERENCE_CALL, resource);
    }

    /** All checks before the body: the two above, and what is found in the access table. */
    @Benchmark
    public Object admission() {
        return admission.admit(bearer, presented, head, "127.0.0.1", target);
    }

    @Benchmark
    public int modelRewrite1Kb() {
        return rewrite(request);
    }

    @Benchmark
    public int modelRewrite4Kb() {
        return rewrite(largeRequest);
    }

    private int rewrite(ByteBuf body) {
        RewrittenBody rewritten = new RewrittenBody(alloc);
        JsonBodyRewriter rewriter = new JsonBodyRewriter(true, null);
        boolean sound = rewriter.feed(body, rewritten) && rewriter.complete();
        int held = rewritten.heldBytes();
        rewritten.release();
        return sound ? held : -1;
    }

    /** Over an answer of 1.5 KB. */
    @Benchmark
    public Object usageScan() {
        UsageScan scan = new UsageScan();
        scan.scan(answer, answer.readerIndex(), answer.writerIndex());
        Long found = scan.inputTokens(false);
        return found == null ? scan : found;
    }

    /** One event of a stream. */
    @Benchmark
    public int ssePassThrough() {
        out.clear();
        relay.feed(event, out);
        return out.readableBytes();
    }

    private static final class NoEvents implements DataPlaneEvents {
        @Override
        public void requestEnded(UsageRecord usage) {
            // Nothing is served here.
        }

        @Override
        public boolean acceptsRequests() {
            return true;
        }

        @Override
        public void demandWithoutReplica(String workloadId) {
            // Nothing is served here.
        }

        @Override
        public void wrongPlaneCredential(MisplacedCredential credential, String clientAddress, String path) {
            // All keys are right.
        }
    }
}
