package dev.inferencekey.server.app;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import dev.inferencekey.contract.credential.Redaction;
import java.nio.charset.StandardCharsets;

/**
 * The last line of defence: whatever reached a log line, a credential in it is redacted before it is written. No code relies on it;
 * secrets are kept out of messages where they arise.
 */
final class ScrubbingEncoder extends EncoderBase<ILoggingEvent> {
    private final Encoder<ILoggingEvent> delegate;

    ScrubbingEncoder(Encoder<ILoggingEvent> delegate) {
        this.delegate = delegate;
    }

    @Override
    public void start() {
        delegate.start();
        super.start();
    }

    @Override
    public byte[] headerBytes() {
        return delegate.headerBytes();
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        String line = new String(delegate.encode(event), StandardCharsets.UTF_8);
        return Redaction.scrub(line).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
        return delegate.footerBytes();
    }
}
