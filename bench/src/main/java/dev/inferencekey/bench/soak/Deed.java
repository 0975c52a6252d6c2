package dev.inferencekey.bench.soak;

import dev.inferencekey.bench.contender.Target;
import dev.inferencekey.bench.load.Bodies;
import dev.inferencekey.bench.load.Pauses;
import dev.inferencekey.bench.model.Pace;
import java.io.IOException;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** What callers do to a gateway, well and badly, and what it owes them. */
enum Deed {
    /** Some requests on one connection, each read to its end. */
    ASKS(8) {
        @Override
        void run(Target target, RandomGenerator random) throws IOException {
            try (Wire wire = new Wire(target)) {
                for (int i = random.nextInt(1, 10); i > 0; i--) {
                    wire.send(request(target, Bodies.single()));
                    wire.answer(200);
                }
            }
        }
    },
    /** A stream to its end. */
    LISTENS(6) {
        @Override
        void run(Target target, RandomGenerator random) throws IOException {
            try (Wire wire = new Wire(target)) {
                wire.send(request(target, Bodies.streamed(new Pace(random.nextInt(5, 60), 20, 5))));
                wire.answer(200);
            }
        }
    },
    /** A stream, left in the middle, politely or not. */
    LEAVES_A_STREAM(6) {
        @Override
        void run(Target target, RandomGenerator random) throws IOException {
            try (Wire wire = new Wire(target)) {
                wire.send(request(target, Bodies.streamed(new Pace(1_000, 20, 5))));
                wire.head(200);
                wire.rest(random.nextInt(1, 30));
                resetPerhaps(wire, random);
            }
        }
    },
    /** Gone before the answer. */
    LEAVES_BEFORE_THE_ANSWER(2) {
        @Override
        void run(Target target, RandomGenerator random) throws IOException {
            try (Wire wire = new Wire(target)) {
                wire.send(request(target, Bodies.streamed(new Pace(3, 20, 500))));
                Pauses.of(Duration.ofMillis(random.nextInt(50)));
                resetPerhaps(wire, random);
            }
        }
    },
    /** Gone in the middle of the request. */
    LEAVES_A_REQUEST(2) {
        @Override
        void run(Target target, RandomGenerator random) throws IOException {
            try (Wire wire = new Wire(target)) {
                String request = request(target, Bodies.single());
                wire.send(request.substring(0, random.nextInt(1, request.length())));
                resetPerhaps(wire, random);
            }
        }
    },
    /** Asks for much and does not read it for a while. */
    DOES_NOT_READ(1) {
        @Override
        void run(Target target, RandomGenerator random) throws IOException {
            try (Wire wire = new Wire(target)) {
                wire.send(request(target, Bodies.streamed(new Pace(2_000, 1, 0))));
                Pauses.of(Duration.ofMillis(random.nextInt(2_000)));
                wire.head(200);
                wire.rest(random.nextInt(1, 500));
            }
        }
    },
    /** A body of many times the usual size. */
    SENDS_MUCH(1) {
        @Override
        void run(Target target, RandomGenerator random) throws IOException {
            try (Wire wire = new Wire(target)) {
                String single = Bodies.single();
                String padding = "\"user\":\"" + "x".repeat(random.nextInt(100_000, 1_000_000)) + "\",";
                wire.send(request(target, "{" + padding + single.substring(1)));
                wire.answer(200);
            }
        }
    },
    /** With a key that nobody minted. */
    HAS_A_WRONG_KEY(1) {
        @Override
        void run(Target target, RandomGenerator random) throws IOException {
            try (Wire wire = new Wire(target)) {
                String wrong = "Bearer ik_live_" + Long.toHexString(random.nextLong());
                wire.send(request(target, Bodies.single())
                        .replace(String.valueOf(target.headers().get("Authorization")), wrong));
                wire.answer(401);
            }
        }
    },
    /** JSON that is none. */
    WRITES_NONSENSE(1) {
        @Override
        void run(Target target, RandomGenerator random) throws IOException {
            try (Wire wire = new Wire(target)) {
                String single = Bodies.single();
                wire.send(request(target, single.substring(0, random.nextInt(1, single.length()))));
                wire.answer(400);
            }
        }
    },
    /** Two lengths for one body. */
    SMUGGLES(1) {
        @Override
        void run(Target target, RandomGenerator random) throws IOException {
            try (Wire wire = new Wire(target)) {
                wire.send(request(target, Bodies.single())
                        .replace("Content-Length:", "Transfer-Encoding: chunked\r\nContent-Length:"));
                wire.answer(400);
                if (!wire.ended()) {
                    throw new IOException("the connection stayed open");
                }
            }
        }
    };

    /** How often it is done, beside the others. */
    private final int share;

    Deed(int share) {
        this.share = share;
    }

    /** @throws IOException if the gateway did not do what it owes */
    abstract void run(Target target, RandomGenerator random) throws IOException;

    /** One of all, as often as its share says. */
    static Deed any(RandomGenerator random) {
        int all = 0;
        for (Deed deed : values()) {
            all += deed.share;
        }
        int drawn = random.nextInt(all);
        for (Deed deed : values()) {
            drawn -= deed.share;
            if (drawn < 0) {
                return deed;
            }
        }
        throw new AssertionError(drawn);
    }

    private static String request(Target target, String body) {
        StringBuilder request = new StringBuilder("POST ")
                .append(target.path())
                .append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n");
        target.headers()
                .forEach((name, value) ->
                        request.append(name).append(": ").append(value).append("\r\n"));
        return request.append("Content-Length: ")
                .append(body.length())
                .append("\r\n\r\n")
                .append(body)
                .toString();
    }

    private static void resetPerhaps(Wire wire, RandomGenerator random) throws IOException {
        if (random.nextBoolean()) {
            wire.resetAtEnd();
        }
    }
}
