package dev.inferencekey.server.domain.access;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.credential.SdkToken;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The address, relative to the platform's, of the page that explains why a request was refused. Made for refusals alone. Stateless and
 * thread-safe.
 */
public final class ExplainLink {
    /** Of the request's path; where it is longer there is no link, since a cut one would explain another request. */
    public static final int MAX_PATH_LENGTH = 512;

    private static final int MAX_METHOD_LENGTH = 16;

    private ExplainLink() {}

    /**
     * For a request that showed this credential; of that, only the public id goes into the link. Null if there is none to be read.
     *
     * @param target the request's path as it was sent; a query is left out
     */
    public static @Nullable String ofCredential(String method, String target, String credential) {
        String publicId = SdkToken.parse(credential)
                .map(SdkToken::publicId)
                .or(() -> LiveKey.parse(credential).map(LiveKey::publicId))
                .orElse(null);
        return publicId == null ? null : of(method, target, publicId);
    }

    /** For a request of the credential with this public id; null if the request is too long to be put into a link. */
    public static @Nullable String of(String method, String target, String publicId) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        if (path.length() > MAX_PATH_LENGTH || method.length() > MAX_METHOD_LENGTH) {
            return null;
        }
        return "/explain?method=" + encode(method) + "&path=" + encode(Redaction.scrub(path)) + "&public_id="
                + encode(publicId);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
