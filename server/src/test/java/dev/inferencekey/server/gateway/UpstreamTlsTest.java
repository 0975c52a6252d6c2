package dev.inferencekey.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

final class UpstreamTlsTest {
    private final CountDownLatch prepared = new CountDownLatch(100);
    private final AtomicInteger made = new AtomicInteger();

    private void prepareAHundredTimes(UpstreamTls tls) {
        for (int i = 0; i < 100; i++) {
            tls.prepare(Runnable::run, prepared::countDown);
        }
    }

    @Test
    void isMadeOnceHoweverManyWaitForIt() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        SslContext context = SslContextBuilder.forClient().build();
        UpstreamTls tls = new UpstreamTls(() -> {
            made.incrementAndGet();
            try {
                assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return context;
        });
        assertThat(made).hasValue(0);
        prepareAHundredTimes(tls);
        assertThat(prepared.getCount()).isEqualTo(100);
        go.countDown();
        assertThat(prepared.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(tls.context()).isSameAs(context);
        assertThat(made).hasValue(1);
    }

    @Test
    void whoeverWaitsIsToldIfItCanNotBeMade() throws InterruptedException {
        UpstreamTls tls = new UpstreamTls(() -> {
            throw new IllegalStateException(new SSLException("no TLS here"));
        });
        prepareAHundredTimes(tls);
        assertThat(prepared.await(10, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(tls::context).hasRootCauseMessage("no TLS here");
    }
}
