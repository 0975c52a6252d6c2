package dev.inferencekey.bench.client;

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

/** Calls and stream chunks per second, against a server in the same process that answers at once. {@code ./bench/client} runs it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 2, jvmArgsAppend = "-XX:+UseSerialGC")
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init") // JMH sets up before it measures.
public class ClientBenchmark {
    @Param({ClientUnderTest.US, ClientUnderTest.OPENAI})
    public String client = ClientUnderTest.US;

    private AnsweringServer server;
    private ClientUnderTest calling;

    /** Starts both sides. */
    @Setup
    public void start() {
        server = new AnsweringServer();
        calling = ClientUnderTest.of(client, server.url());
    }

    /** Stops them. */
    @TearDown
    public void stop() {
        calling.close();
        server.close();
    }

    /** One whole answer. */
    @Benchmark
    public int call() {
        return calling.call();
    }

    /** One chunk of a streamed answer; a thousandth of the call is in it. */
    @Benchmark
    @OperationsPerInvocation(AnsweringServer.CHUNKS)
    public int chunk() {
        return calling.stream();
    }
}
