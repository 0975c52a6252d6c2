package dev.inferencekey.server.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Any bytes as a record in a journal that a dead process has left: never an exception, and what is read can be written and read again. */
public final class UsageRecordFuzz {
    private UsageRecordFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        ByteBuffer frame =
                ByteBuffer.allocate(Frame.size(data.length) + Frame.BODY_AT).order(ByteOrder.LITTLE_ENDIAN);
        RecordReader reader = new RecordReader();
        frame.put(0, data);
        reader.read(frame, 0, frame.getInt(0));

        CRC32C checksum = new CRC32C();
        checksum.update(data);
        frame.putInt(0, data.length)
                .putInt(Frame.CRC_AT, (int) checksum.getValue())
                .put(Frame.BODY_AT, data);
        UsageRecord record = reader.read(frame, 0, data.length);
        if (record != null) {
            RecordWriter writer = new RecordWriter();
            writer.write(record);
            ByteBuffer again =
                    ByteBuffer.wrap(writer.bytes(), 0, writer.frameBytes()).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(reader.read(again, 0, writer.bodyBytes())).isEqualTo(record);
        }
    }
}
