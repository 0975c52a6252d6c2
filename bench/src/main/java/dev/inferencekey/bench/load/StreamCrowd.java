package dev.inferencekey.bench.load;

import dev.inferencekey.bench.contender.Target;
import dev.inferencekey.bench.model.Pace;
import dev.inferencekey.bench.model.Stamp;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Many streams that are open at the same time, each on a connection of its own, until {@link #close}. */
@SuppressWarnings("FutureReturnValueIgnored") // A write that fails closes the channel, and closing is what is acted on.
public final class StreamCrowd implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Opened one after the other, so that their chunks do not come all at once. */
    private static final long OPEN_EVERY_NANOS = 250_000;

    private final LoadLoop load;
    private final Target target;
    private final Requests requests;
    private final int wanted;
    private final List<Listener> listeners = new ArrayList<>();
    private final CompletableFuture<Boolean> open = new CompletableFuture<>();

    private int begun;
    private int settled;
    private int failed;
    private boolean leaving;
    private boolean recording;
    private Samples delays = new Samples();

    private StreamCrowd(LoadLoop load, Target target, int wanted, Pace pace) {
        this.load = load;
        this.target = target;
        this.wanted = wanted;
        this.requests = new Requests(target, Bodies.streamed(pace));
    }

    /** Opens them; returns when each has had its first chunk, or has failed. */
    public static StreamCrowd open(LoadLoop load, Target target, int streams, Pace pace) {
        StreamCrowd crowd = new StreamCrowd(load, target, streams, pace);
        long start = System.nanoTime();
        load.on(() -> {
            crowd.openNext(start);
            return true;
        });
        try {
            LoadLoop.await(crowd.open, PATIENCE);
            return crowd;
        } catch (LoadFailedException e) {
            crowd.close();
            throw e;
        }
    }

    /** How long each chunk of the next {@code duration} was under way. */
    public Samples record(Duration duration) {
        load.on(() -> {
            delays = new Samples();
            recording = true;
            return true;
        });
        Pauses.of(duration);
        return load.on(() -> {
            recording = false;
            return delays;
        });
    }

    /** How many could not be opened, or have ended before their time. */
    public int failed() {
        return load.on(() -> failed);
    }

    private void openNext(long start) {
        long now = System.nanoTime();
        if (leaving) {
            return;
        }
        while (begun < wanted && start + begun * OPEN_EVERY_NANOS <= now) {
            Listener listener = new Listener(this);
            load.connect(target.port(), begun, listener).addListener(connected -> {
                if (!connected.isSuccess()) {
                    failed++;
                    settle();
                }
            });
            begun++;
        }
        if (begun < wanted) {
            load.loop()
                    .schedule(
                            () -> openNext(start),
                            Math.max(0, start + begun * OPEN_EVERY_NANOS - System.nanoTime()),
                            TimeUnit.NANOSECONDS);
        }
    }

    private void settle() {
        if (++settled == wanted) {
            open.complete(true);
        }
    }

    private void chunks(ByteBuf content) {
        if (!recording) {
            return;
        }
        long now = System.nanoTime();
        int end = content.writerIndex();
        int at = Stamp.after(content, content.readerIndex(), end);
        while (at >= 0) {
            long sent = Stamp.read(content, at);
            if (sent > 0) {
                delays.add(now - sent);
            }
            at = Stamp.after(content, at, end);
        }
    }

    @Override
    public void close() {
        load.on(() -> {
            leaving = true;
            listeners.forEach(Listener::leave);
            return true;
        });
    }

    private static final class Listener extends AnswerHandler {
        private final StreamCrowd crowd;
        private ChannelHandlerContext context;
        private boolean heard;

        @SuppressWarnings("NullAway.Init") // Known once the connection is there; only then it is listed.
        Listener(StreamCrowd crowd) {
            this.crowd = crowd;
        }

        @Override
        public void channelActive(ChannelHandlerContext active) {
            context = active;
            crowd.listeners.add(this);
            if (crowd.leaving) {
                leave();
            } else {
                active.writeAndFlush(crowd.requests.next(), active.voidPromise());
            }
        }

        void leave() {
            leave(context);
        }

        @Override
        void bytes(ByteBuf content) {
            if (!heard) {
                heard = true;
                crowd.settle();
            }
            crowd.chunks(content);
        }

        @Override
        void answered(ChannelHandlerContext answered) {
            // None of these streams ends by itself.
            answered.close();
        }

        @Override
        void failed() {
            crowd.failed++;
            if (!heard) {
                heard = true;
                crowd.settle();
            }
        }
    }
}
