package dev.inferencekey.bench.load;

import dev.inferencekey.bench.contender.Target;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Requests for single answers at a fixed rate, whatever becomes of those before. Each is timed from the moment at which it was meant
 * to be sent, so that one which had to wait for a connection, or for this program, is not counted as quick.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails closes the channel, and closing is what is acted on.
public final class OpenLoop {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** How long after the last request the answers may take. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    private static final int MOST_CONNECTIONS = 1_024;

    private final LoadLoop load;
    private final int connections;

    public OpenLoop(LoadLoop load, int connections) {
        this.load = load;
        this.connections = connections;
    }

    /**
     * What a run saw.
     *
     * @param latencies of those that were answered, and of those that still were not when the run was given up
     * @param failed those that were not
     */
    public record Seen(Samples latencies, long failed) {}

    /** Sends {@code perSecond} requests in each second of {@code duration}. */
    public Seen run(Target target, int perSecond, Duration duration) {
        Run run = new Run(target, 1_000_000_000L / perSecond, perSecond * duration.toMillis() / 1_000);
        load.on(() -> {
            run.begin();
            return true;
        });
        return LoadLoop.await(run.done, duration.plus(PATIENCE));
    }

    private final class Run {
        final CompletableFuture<Seen> done = new CompletableFuture<>();
        private final Target target;
        private final Requests requests;
        private final long interval;
        private final long total;
        private final Samples latencies = new Samples();
        private final ArrayDeque<Caller> idle = new ArrayDeque<>();
        private final ArrayDeque<Caller> all = new ArrayDeque<>();
        /** When those were due which wait for a connection. */
        private final ArrayDeque<Long> waiting = new ArrayDeque<>();

        private long start;
        private long sent;
        private long ended;
        private long failed;

        Run(Target target, long interval, long total) {
            this.target = target;
            this.requests = new Requests(target, Bodies.single());
            this.interval = interval;
            this.total = total;
        }

        void begin() {
            for (int i = 0; i < connections; i++) {
                open();
            }
            // Meanwhile the connections come up.
            start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
            later();
            load.loop()
                    .schedule(
                            this::giveUp,
                            start + total * interval + GRACE.toNanos() - System.nanoTime(),
                            TimeUnit.NANOSECONDS);
        }

        private void later() {
            long due = start + sent * interval;
            load.loop().schedule(this::tick, Math.max(0, due - System.nanoTime()), TimeUnit.NANOSECONDS);
        }

        private void tick() {
            if (done.isDone()) {
                return;
            }
            long now = System.nanoTime();
            while (sent < total && start + sent * interval <= now) {
                long due = start + sent * interval;
                sent++;
                Caller caller = idle.poll();
                if (caller == null) {
                    waiting.add(due);
                    if (all.size() < MOST_CONNECTIONS) {
                        open();
                    }
                } else {
                    caller.send(due);
                }
            }
            if (sent < total) {
                later();
            }
        }

        private void open() {
            Caller caller = new Caller(this);
            all.add(caller);
            load.connect(target.port(), 0, caller).addListener(connected -> {
                if (!connected.isSuccess()) {
                    failed++;
                    end();
                }
            });
        }

        void free(Caller caller) {
            if (done.isDone()) {
                caller.leave();
                return;
            }
            Long due = waiting.poll();
            if (due == null) {
                idle.push(caller);
            } else {
                caller.send(due);
            }
        }

        void answered(long due) {
            latencies.add(System.nanoTime() - due);
            end();
        }

        void failed(Caller caller, boolean busy) {
            all.remove(caller);
            idle.remove(caller);
            if (busy) {
                failed++;
                end();
            }
        }

        private void end() {
            if (++ended >= total) {
                finish();
            }
        }

        /** Who can't keep up is not waited for; what is open by now has taken at least as long as it is open. */
        private void giveUp() {
            if (!done.isDone()) {
                long now = System.nanoTime();
                waiting.forEach(due -> latencies.add(now - due));
                all.stream().filter(caller -> caller.busy).forEach(caller -> latencies.add(now - caller.due));
                finish();
            }
        }

        private void finish() {
            if (done.complete(new Seen(latencies, failed))) {
                waiting.clear();
                // A copy: who leaves is told off.
                List.copyOf(all).forEach(Caller::leave);
            }
        }
    }

    private static final class Caller extends AnswerHandler {
        private final Run run;
        private ChannelHandlerContext context;
        private boolean busy;
        private long due;

        @SuppressWarnings("NullAway.Init") // Known once the connection is there, before anything is sent.
        Caller(Run run) {
            this.run = run;
        }

        @Override
        public void channelActive(ChannelHandlerContext active) {
            context = active;
            run.free(this);
        }

        void send(long dueNanos) {
            busy = true;
            due = dueNanos;
            Channel channel = context.channel();
            channel.writeAndFlush(run.requests.next(), channel.voidPromise());
        }

        void leave() {
            if (context != null) {
                leave(context);
            }
        }

        @Override
        void bytes(ByteBuf content) {
            // Only its end is timed.
        }

        @Override
        void answered(ChannelHandlerContext answeredContext) {
            busy = false;
            run.answered(due);
            run.free(this);
        }

        @Override
        void failed() {
            run.failed(this, busy);
        }
    }
}
