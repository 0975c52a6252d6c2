package dev.inferencekey.bench.load;

import dev.inferencekey.bench.contender.Target;
import dev.inferencekey.bench.model.Pace;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Callers that ask for one stream after the other, and time how long its first chunk takes. */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails closes the channel, and closing is what is acted on.
public final class FirstChunks {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** How long after the time is over the last streams may take. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final LoadLoop load;
    private final int callers;
    private final Pace pace;

    public FirstChunks(LoadLoop load, int callers, Pace pace) {
        this.load = load;
        this.callers = callers;
        this.pace = pace;
    }

    /** What a run saw. */
    public record Seen(Samples times, int failed) {}

    /** Asks for {@code duration}. */
    public Seen run(Target target, Duration duration) {
        Run run = new Run(target, System.nanoTime() + duration.toNanos());
        load.on(() -> {
            run.begin();
            return true;
        });
        return LoadLoop.await(run.done, duration.plus(PATIENCE));
    }

    private final class Run {
        final CompletableFuture<Seen> done = new CompletableFuture<>();
        final Requests requests;
        final Samples times = new Samples();
        private final Target target;
        private final long end;
        private final List<Caller> left = new ArrayList<>();
        private int failed;

        Run(Target target, long end) {
            this.target = target;
            this.end = end;
            this.requests = new Requests(target, Bodies.streamed(pace));
        }

        void begin() {
            // Spread over one stream's length: callers who come all together measure their own queue.
            long spread = TimeUnit.MILLISECONDS.toNanos(pace.firstMillis() + (long) pace.chunks() * pace.everyMillis())
                    / callers;
            load.loop().schedule(this::giveUp, end - System.nanoTime() + GRACE.toNanos(), TimeUnit.NANOSECONDS);
            for (int i = 0; i < callers; i++) {
                Caller caller = new Caller(this);
                left.add(caller);
                int number = i;
                load.loop()
                        .schedule(
                                () -> load.connect(target.port(), number, caller)
                                        .addListener(connected -> {
                                            if (!connected.isSuccess()) {
                                                gone(caller, true);
                                            }
                                        }),
                                spread * i,
                                TimeUnit.NANOSECONDS);
            }
        }

        /** Streams that have not ended long after the time is over never will. */
        void giveUp() {
            if (done.complete(new Seen(times, failed + left.size()))) {
                List.copyOf(left).forEach(Caller::leave);
            }
        }

        boolean over() {
            return System.nanoTime() >= end;
        }

        void gone(Caller caller, boolean asFailure) {
            left.remove(caller);
            failed += asFailure ? 1 : 0;
            if (left.isEmpty()) {
                done.complete(new Seen(times, failed));
            }
        }
    }

    private static final class Caller extends AnswerHandler {
        private final Run run;
        private @Nullable ChannelHandlerContext context;
        private long sentAt;
        private boolean heard;

        Caller(Run run) {
            this.run = run;
        }

        @Override
        public void channelActive(ChannelHandlerContext active) {
            context = active;
            if (run.done.isDone()) {
                leave();
            } else {
                ask(active);
            }
        }

        void leave() {
            if (context != null) {
                leave(context);
            }
        }

        private void ask(ChannelHandlerContext asking) {
            heard = false;
            sentAt = System.nanoTime();
            asking.writeAndFlush(run.requests.next(), asking.voidPromise());
        }

        @Override
        void bytes(ByteBuf content) {
            if (!heard) {
                heard = true;
                run.times.add(System.nanoTime() - sentAt);
            }
        }

        @Override
        void answered(ChannelHandlerContext answered) {
            if (run.over()) {
                leave(answered);
                run.gone(this, false);
            } else {
                ask(answered);
            }
        }

        @Override
        void failed() {
            run.gone(this, true);
        }
    }
}
