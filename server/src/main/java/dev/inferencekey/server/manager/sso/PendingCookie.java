package dev.inferencekey.server.manager.sso;

import dev.inferencekey.server.ports.SecretCipher;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The cookie that ties a sign-in to the browser that began it: sealed, so that the browser neither reads nor makes one. Stateless and
 * thread-safe.
 *
 * <p>Notes. The server keeps nothing of a sign-in that is under way, so nobody can push others' out of a table by beginning many.
 * There is one cookie for a few sign-ins, the newest: a person may have two tabs, and a browser's cookies stay small.
 */
final class PendingCookie {
    static final String NAME = "ik_sign_on";

    private static final int MOST = 4;
    private static final String CONTEXT = "sign-on-cookie";

    /** Browsers take 4096 bytes with name and attributes. */
    private static final int MAX_LENGTH = 3600;

    private final SecretCipher cipher;

    PendingCookie(SecretCipher cipher) {
        this.cipher = cipher;
    }

    /** The cookie's value after one sign-in more; {@code present} is what the browser sent. */
    String with(PendingSignIn added, @Nullable String present, Instant now) {
        List<PendingSignIn> all = new ArrayList<>();
        all.add(added);
        open(present).stream()
                .filter(pending -> now.isBefore(pending.expiresAt()))
                .limit(MOST - 1L)
                .forEach(all::add);
        String sealed = seal(all);
        while (sealed.length() > MAX_LENGTH && all.size() > 1) {
            all.removeLast();
            sealed = seal(all);
        }
        return sealed;
    }

    /** The sign-in that this browser began with this state. */
    Optional<PendingSignIn> find(String state, @Nullable String present) {
        byte[] wanted = state.getBytes(StandardCharsets.UTF_8);
        return open(present).stream()
                .filter(pending -> MessageDigest.isEqual(pending.state().getBytes(StandardCharsets.UTF_8), wanted))
                .findFirst();
    }

    private String seal(List<PendingSignIn> all) {
        List<String> lines =
                all.stream().flatMap(pending -> pending.lines().stream()).toList();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(cipher.seal(String.join("\n", lines), CONTEXT));
    }

    /** What the browser sent may be anything; what does not open counts as nothing. */
    private List<PendingSignIn> open(@Nullable String present) {
        if (present == null || present.length() > MAX_LENGTH) {
            return List.of();
        }
        String text;
        try {
            text = cipher.open(Base64.getUrlDecoder().decode(present), CONTEXT);
        } catch (IllegalArgumentException | IllegalStateException e) {
            return List.of();
        }
        List<String> lines = Arrays.asList(text.split("\n", -1));
        List<PendingSignIn> all = new ArrayList<>();
        for (int from = 0; from + 7 <= lines.size(); from += 7) {
            PendingSignIn.ofLines(lines.subList(from, from + 7)).ifPresent(all::add);
        }
        return all;
    }
}
