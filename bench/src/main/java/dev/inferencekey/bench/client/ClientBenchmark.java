package dev.inferencekey.bench.client;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Calls and stream chunks, against a server that answers at once. {@link ClientCost} starts both.
 *
 * <p>An iteration is a number of calls and no length of time: on a busy machine a client would otherwise be measured before it is compiled.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 10)
@Measurement(iterations = 10)
@SuppressWarnings("NullAway.Init") // JMH sets up before it measures.
public class ClientBenchmark {
    /** Which system property holds the server's address. */
    static final String SERVER = "bench.server";

    private static final int CALLS = 2000;
    private static final int STREAMS = 10;

    @Param({ClientUnderTest.US, ClientUnderTest.OPENAI})
    public String client = ClientUnderTest.US;

    private ClientUnderTest calling;

    /** Makes the client. */
    @Setup
    public void start() {
        calling = ClientUnderTest.of(client, Objects.requireNonNull(System.getProperty(SERVER), SERVER));
    }

    /** Closes it. */
    @TearDown
    public void stop() {
        calling.close();
    }

    /** Whole answers. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int call() {
        int length = 0;
        for (int i = 0; i < CALLS; i++) {
            length += calling.call();
        }
        return length;
    }

    /** Chunks of streamed answers; a thousandth of its call is in each. */
    @Benchmark
    @OperationsPerInvocation(STREAMS * AnsweringServer.CHUNKS)
    public int chunk() {
        int length = 0;
        for (int i = 0; i < STREAMS; i++) {
            length += calling.stream();
        }
        return length;
    }
}
