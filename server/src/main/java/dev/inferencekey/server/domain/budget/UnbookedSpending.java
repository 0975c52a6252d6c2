package dev.inferencekey.server.domain.budget;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a request has spent, as its usage record says before the store has booked it: so the import can make up for it if the store never
 * does.
 *
 * @param holder whose books it is in
 * @param sequence of the batch with which it is booked if it ever is: it must be booked elsewhere exactly if that batch never will be
 */
public record UnbookedSpending(String holder, long sequence, List<Part> parts) {
    private static final Pattern FIELDS = Pattern.compile(" ");
    private static final int FIXED = 2;
    private static final int FIELDS_OF_PART = 4;

    public UnbookedSpending {
        parts = List.copyOf(parts);
    }

    /**
     * Of one account.
     *
     * @param taken at the request's admission; held for it still
     * @param used in truth
     */
    public record Part(AccountKey key, long taken, long used) {}

    /** As a record keeps it. */
    public String text() {
        StringBuilder text = new StringBuilder(holder).append(' ').append(sequence);
        for (Part part : parts) {
            text.append(' ')
                    .append(part.key.budgetId())
                    .append(' ')
                    .append(part.key.start().toEpochMilli())
                    .append(' ')
                    .append(part.taken)
                    .append(' ')
                    .append(part.used);
        }
        return text.toString();
    }

    /** The reverse of {@link #text}. */
    public static UnbookedSpending parse(String text) {
        String[] fields = FIELDS.split(text);
        if (fields.length < FIXED || (fields.length - FIXED) % FIELDS_OF_PART != 0) {
            throw new IllegalArgumentException("not what an unbooked request has spent");
        }
        List<Part> parts = new ArrayList<>();
        for (int i = FIXED; i < fields.length; i += FIELDS_OF_PART) {
            parts.add(new Part(
                    new AccountKey(fields[i], Instant.ofEpochMilli(Long.parseLong(fields[i + 1]))),
                    Long.parseLong(fields[i + 2]),
                    Long.parseLong(fields[i + 3])));
        }
        return new UnbookedSpending(fields[0], Long.parseLong(fields[1]), parts);
    }
}
