package dev.inferencekey.e2e.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bad network does what it is asked for: what is proved with it is worth as much as it. */
class TcpProxyTest {
    private ServerSocket echo;
    private TcpProxy proxy;

    @BeforeEach
    void start() throws IOException {
        echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
        proxy = new TcpProxy(echo.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echo.close();
    }

    private void serve() {
        while (!echo.isClosed()) {
            try {
                Socket socket = echo.accept();
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    } catch (IOException reset) {
                        // As a test asked for.
                    }
                });
            } catch (IOException e) {
                if (!echo.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static Duration roundTrip(Socket socket, byte[] bytes) throws IOException {
        long begun = System.nanoTime();
        socket.getOutputStream().write(bytes);
        assertThat(socket.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 251);
        }
        return bytes;
    }

    @Test
    void everythingArrivesInOrderAndTheEndToo() throws IOException {
        try (Socket socket = connect()) {
            byte[] sent = bytes(3_000_000);
            Thread.ofVirtual().start(() -> {
                try {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
        }
    }

    @Test
    void bytesComeLaterByTheDelayOfBothDirections() throws IOException {
        try (Socket socket = connect()) {
            proxy.delay(Duration.ofMillis(120), Duration.ofMillis(30));
            assertThat(roundTrip(socket, bytes(10))).isGreaterThanOrEqualTo(Duration.ofMillis(150));
            proxy.delay(Duration.ZERO, Duration.ZERO);
            assertThat(roundTrip(socket, bytes(100_000))).isPositive();
        }
    }

    @Test
    void noMoreBytesPassThanTheThrottleAllows() throws IOException {
        try (Socket socket = connect()) {
            proxy.throttle(200_000);
            assertThat(roundTrip(socket, bytes(60_000))).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
    }

    @Test
    void aCutResetsWhatThereIsAndWhatComes() throws IOException {
        try (Socket socket = connect()) {
            roundTrip(socket, bytes(10));
            proxy.cut();
            assertThatThrownBy(() -> roundTrip(socket, bytes(10))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> {
                        try (Socket late = connect()) {
                            roundTrip(late, bytes(10));
                        }
                    })
                    .satisfiesAnyOf(
                            thrown -> assertThat(thrown).isInstanceOf(IOException.class),
                            // The end of the stream before a byte.
                            thrown -> assertThat(thrown).isInstanceOf(AssertionError.class));
        }
        proxy.pass();
        try (Socket again = connect()) {
            assertThat(roundTrip(again, bytes(10))).isPositive();
        }
    }

    @Test
    void nothingIsHeardWhileItHoldsAndNothingIsLostAfterwards() throws IOException {
        try (Socket old = connect()) {
            roundTrip(old, bytes(10));
            proxy.hold();
            old.getOutputStream().write(bytes(20));
            old.setSoTimeout(200);
            InputStream in = old.getInputStream();
            assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
            try (Socket fresh = connect()) {
                fresh.getOutputStream().write(bytes(5));
                proxy.pass();
                old.setSoTimeout(20_000);
                assertThat(in.readNBytes(20)).isEqualTo(bytes(20));
                assertThat(fresh.getInputStream().readNBytes(5)).isEqualTo(bytes(5));
            }
        }
    }

    @Test
    void aConnectionThatSaidTheWordHearsNothingAndOthersDo() throws IOException {
        proxy.mute("Listen ");
        try (Socket muted = connect();
                Socket other = connect()) {
            assertThat(roundTrip(muted, bytes(10))).isPositive();
            muted.getOutputStream().write("please listen to".getBytes(StandardCharsets.US_ASCII));
            muted.setSoTimeout(200);
            assertThatThrownBy(muted.getInputStream()::read).isInstanceOf(SocketTimeoutException.class);
            assertThat(roundTrip(other, bytes(10))).isPositive();
        }
    }

    @Test
    void aTargetThatIsAwayIsSeenAsABrokenConnection() throws IOException {
        echo.close();
        assertThatThrownBy(() -> {
                    try (Socket socket = connect()) {
                        socket.getOutputStream().write(1);
                        if (socket.getInputStream().read() < 0) {
                            throw new IOException("ended");
                        }
                    }
                })
                .isInstanceOf(IOException.class);
    }
}
