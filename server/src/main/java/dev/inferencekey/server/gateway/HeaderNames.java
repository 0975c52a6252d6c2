package dev.inferencekey.server.gateway;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A fixed set of header names, asked in any case and without making objects. Immutable and thread-safe. */
final class HeaderNames {
    private static final int BUCKETS = 256;

    private final @Nullable List<AsciiString>[] buckets;

    private HeaderNames(@Nullable List<AsciiString>[] buckets) {
        this.buckets = buckets;
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic type.
    static HeaderNames of(String... names) {
        @Nullable List<AsciiString>[] buckets = new List[BUCKETS];
        for (String name : names) {
            int at = bucket(name);
            List<AsciiString> before = buckets[at];
            List<AsciiString> bucket = before == null ? new ArrayList<>(1) : before;
            bucket.add(AsciiString.cached(name));
            buckets[at] = bucket;
        }
        return new HeaderNames(buckets);
    }

    boolean contains(CharSequence name) {
        List<AsciiString> bucket = buckets[bucket(name)];
        if (bucket == null) {
            return false;
        }
        for (int i = 0; i < bucket.size(); i++) {
            if (bucket.get(i).contentEqualsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }

    private static int bucket(CharSequence name) {
        return AsciiString.hashCode(name) & (BUCKETS - 1);
    }
}
