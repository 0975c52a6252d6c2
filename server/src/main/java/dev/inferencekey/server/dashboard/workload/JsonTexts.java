package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.manager.http.JsonBody;
import dev.inferencekey.server.manager.service.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON that somebody typed into a form. Stateless and thread-safe. */
final class JsonTexts {
    private JsonTexts() {}

    /**
     * The object that the text is, read as strictly as a request's body.
     *
     * @throws InvalidFieldException at {@code field} if it is none
     */
    static Map<String, @Nullable Object> object(String field, String text) {
        try {
            return JsonBody.parse(text.strip().getBytes(StandardCharsets.UTF_8));
        } catch (RefusedException e) {
            throw new InvalidFieldException(field, e.text().replace("the body", "this"));
        } catch (InvalidFieldException e) {
            throw new InvalidFieldException(field, String.valueOf(e.getMessage()));
        }
    }
}
