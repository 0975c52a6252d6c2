package dev.inferencekey.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FlightsTest {
    private final ManualTiming timing = new ManualTiming();
    private final Flights flights = new Flights(timing);

    private Flight flight(int seconds) {
        Duration limit = Duration.ofSeconds(seconds);
        Flight flight = new Flight(timing.nanoTime() + limit.toNanos(), limit);
        flights.add(flight);
        return flight;
    }

    private static void assertInFlight(Flight flight) {
        assertThatNoException().isThrownBy(flight::release);
    }

    private static void assertTimedOut(Flight flight, String limit) {
        assertThatExceptionOfType(CallTimeoutException.class)
                .isThrownBy(flight::release)
                .withMessage("no complete answer within " + limit);
    }

    @Test
    void eachEndsAtItsOwnTimeWhateverTheOrder() {
        Flight long1 = flight(30);
        Flight short1 = flight(10);
        timing.advance(Duration.ofSeconds(5));
        Flight short2 = flight(10);

        timing.advance(Duration.ofSeconds(5));
        assertTimedOut(short1, "10 s");
        assertInFlight(short2);
        timing.advance(Duration.ofSeconds(5));
        assertTimedOut(short2, "10 s");
        assertInFlight(long1);
        timing.advance(Duration.ofSeconds(15));
        assertTimedOut(long1, "30 s");
    }

    @Test
    void callsThatEndInTimeShareAnAlarm() {
        for (int i = 0; i < 1000; i++) {
            flights.remove(flight(60));
            timing.advance(Duration.ofMillis(100));
        }
        assertThat(timing.alarmsSet()).isLessThanOrEqualTo(1);
        assertThat(timing.alarmsRung()).isLessThanOrEqualTo(2);

        Flight last = flight(60);
        timing.advance(Duration.ofSeconds(60));
        assertTimedOut(last, "1 min");
        assertThat(timing.alarmsSet()).isLessThanOrEqualTo(1);
    }

    @Test
    void endingAFlightEndsWhatItWaitsForOnceAndWhatItWouldWaitForNext() throws IOException {
        Flight flight = flight(60);
        AtomicInteger ended = new AtomicInteger();
        flight.hold(ended::incrementAndGet);

        flights.end(ClientClosedException::new);
        flights.end(() -> new IOException("too late"));

        assertThat(ended).hasValue(1);
        assertThatExceptionOfType(ClientClosedException.class).isThrownBy(() -> flight.hold(ended::incrementAndGet));
        assertThat(ended).hasValue(2);
    }

    @Test
    void whatAFlightHasReleasedIsLeftAlone() throws IOException {
        Flight flight = flight(60);
        AtomicInteger ended = new AtomicInteger();
        flight.hold(ended::incrementAndGet);
        flight.release();

        flight.end(new IOException("stop"));

        assertThat(ended).hasValue(0);
    }
}
