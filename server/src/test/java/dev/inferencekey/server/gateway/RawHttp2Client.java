package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A client that writes HTTP/2 frames as a test wants them, right or wrong, and sees each that comes. */
final class RawHttp2Client implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    /** A frame as it came; a character of the payload is a byte. */
    record Frame(int type, int flags, int stream, String payload) {
        boolean endsStream() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        /** Of RST_STREAM, or of GOAWAY. */
        int errorCode() {
            int at = type == GOAWAY ? 4 : 0;
            return payload.charAt(at) << 24
                    | payload.charAt(at + 1) << 16
                    | payload.charAt(at + 2) << 8
                    | payload.charAt(at + 3);
        }
    }

    /** What came back on one stream; a status of 0 if there was no head. */
    record Answer(int status, Map<String, String> headers, String body, int reset) {}

    private final SSLSocket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();

    RawHttp2Client(SSLContext trust, int port) throws IOException {
        socket = (SSLSocket) trust.getSocketFactory().createSocket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(15_000);
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(UTF_8));
        send(SETTINGS, 0, 0, new byte[0]);
    }

    RawHttp2Client send(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(payload.length >> 16);
        out.write(payload.length >> 8);
        out.write(payload.length);
        out.write(type);
        out.write(flags);
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(stream >> shift);
        }
        out.writeBytes(payload);
        socket.getOutputStream().write(out.toByteArray());
        socket.getOutputStream().flush();
        return this;
    }

    /** Names and values in turn, as literals; a character is a byte. */
    RawHttp2Client headers(int stream, boolean end, List<String> fields) throws IOException {
        return send(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
    }

    static byte[] block(List<String> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.size(); i += 2) {
            out.write(0);
            literal(out, fields.get(i));
            literal(out, fields.get(i + 1));
        }
        return out.toByteArray();
    }

    private static void literal(ByteArrayOutputStream out, String text) {
        int length = text.length();
        if (length < 127) {
            out.write(length);
        } else {
            out.write(127);
            int rest = length - 127;
            while (rest >= 128) {
                out.write((rest & 127) | 128);
                rest >>= 7;
            }
            out.write(rest);
        }
        out.writeBytes(text.getBytes(ISO_8859_1));
    }

    RawHttp2Client data(int stream, boolean end, String text) throws IOException {
        return send(DATA, end ? END_STREAM : 0, stream, text.getBytes(UTF_8));
    }

    RawHttp2Client reset(int stream) throws IOException {
        return send(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
    }

    /** The next frame that is not about settings, pings or windows. */
    Frame next() throws IOException {
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            String payload = new String(in.readNBytes(length), ISO_8859_1);
            if (type == HEADERS || type == DATA || type == RST_STREAM || type == GOAWAY) {
                return new Frame(type, flags, stream, payload);
            }
        }
    }

    Map<String, String> decode(Frame frame) throws IOException {
        try {
            Map<String, String> headers = new TreeMap<>();
            decoder.decodeHeaders(frame.stream(), Unpooled.copiedBuffer(frame.payload(), ISO_8859_1))
                    .forEach(field -> headers.put(
                            field.getKey().toString(), field.getValue().toString()));
            return headers;
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    /** Reads until this stream has ended, and gives way to no other frame but those of other streams, which are dropped. */
    Answer answer(int stream) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int status = 0;
        while (true) {
            Frame frame = next();
            if (frame.type() == GOAWAY && frame.errorCode() != 0) {
                throw new IOException("the connection was ended with error " + frame.errorCode());
            }
            if (frame.type() == HEADERS) {
                Map<String, String> decoded = decode(frame);
                if (frame.stream() == stream) {
                    headers = decoded;
                    status = Integer.parseInt(decoded.get(":status"));
                }
            }
            if (frame.stream() == stream && frame.type() == DATA) {
                body.writeBytes(frame.payload().getBytes(ISO_8859_1));
            }
            if (frame.stream() == stream && (frame.endsStream() || frame.type() == RST_STREAM)) {
                int reset = frame.type() == RST_STREAM ? frame.errorCode() : -1;
                return new Answer(status, headers, body.toString(UTF_8), reset);
            }
        }
    }

    /** Reads until the connection is ended with this error, or closed. */
    Frame untilGoAway() throws IOException {
        while (true) {
            Frame frame = next();
            if (frame.type() == GOAWAY) {
                return frame;
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
